"""Tables of measurements: read from any usual file, profiled, and asked for their columns."""

from havoc_pipeline.tables.column import Column
from havoc_pipeline.tables.kinds import Kind
from havoc_pipeline.tables.profile import Block, ColumnProfile, TableProfile
from havoc_pipeline.tables.table import Table

__all__ = ["Block", "Column", "ColumnProfile", "Kind", "Table", "TableProfile"]
