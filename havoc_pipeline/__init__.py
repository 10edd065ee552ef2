"""HAVOC: a hard question of process data in, an answer that stands up in an audit out."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from havoc_pipeline.api import SRS, Answer, ask
    from havoc_pipeline.tables import Table

__version__ = "0.1.0"
__all__ = ["SRS", "Answer", "Table", "__version__", "ask"]


def __getattr__(name: str) -> Any:
    """The front door loads when it is first asked for, so that importing the package costs nothing."""
    if name == "Table":
        from havoc_pipeline.tables import Table

        return Table
    if name in ("SRS", "Answer", "ask"):
        from havoc_pipeline import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
