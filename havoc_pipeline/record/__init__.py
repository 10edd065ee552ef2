"""The record: a trace that shows any change, and its replay."""

from havoc_pipeline.record.replay import Disagreement, Replay, replay
from havoc_pipeline.record.trace import Record, read_trace, write_trace

__all__ = ["Disagreement", "Record", "Replay", "read_trace", "replay", "write_trace"]
