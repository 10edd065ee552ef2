"""Passages of the handbook and of the user's own documents that bear on a question, with where they stand.

`Library.open().search(text)` finds passages, `methods(text)` the commands whose pages lie nearest, and
`ingest(paths)` adds documents. The handbook is read into memory; LanceDB keeps the
user's documents and loads when there are any.
"""

from havoc_pipeline.retrieval.intake import IngestSummary, Problem, ingest
from havoc_pipeline.retrieval.library import Library, methods

__all__ = ["IngestSummary", "Library", "Problem", "ingest", "methods"]
