"""`havoc ingest`: the user's own documents into the index."""

from __future__ import annotations

import importlib
from pathlib import Path

from havoc_pipeline.cli.stopping import Stopped
from havoc_pipeline.cli.terminal import show
from havoc_pipeline.errors import RetrievalError


def ingest_documents(paths: list[Path]) -> None:
    """Add documents and say what was added.

    Raises
    ------
    RetrievalError
        When a document cannot be read or the index cannot be written.
    """
    lacking = [path for path in paths if not path.exists()]
    if lacking:
        raise RetrievalError(f"there is no file or folder {lacking[0]}; check the name")
    try:
        retrieval = importlib.import_module("havoc_pipeline.retrieval")
    except ModuleNotFoundError as error:
        if error.name != "havoc_pipeline.retrieval":
            raise
        raise RetrievalError(
            "this build of HAVOC has no index; install one that has `havoc_pipeline.retrieval`"
        ) from None
    try:
        show(str(retrieval.ingest(paths)))
    except Stopped:
        raise Stopped("stopped; what was committed so far is kept, and the same command adds the rest") from None
