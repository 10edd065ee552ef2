"""Every error that HAVOC raises on purpose: a sentence with the value, the limit and the mend.

A `HavocError` reaches the shell as that one sentence; anything else that escapes is a bug.
"""


class HavocError(Exception):
    """Base of all errors a user can mend; `str(error)` is one clear sentence."""

    exit_code = 2


class TableError(HavocError):
    """Raise when a file or a column cannot be read or used as asked."""


class CommandError(HavocError):
    """Raise when a DSL command does not parse, names what is not there, or does not fit the table."""


class DataError(HavocError):
    """Raise when a method cannot be computed on these data: too few, constant, infinite values."""


class ExpressionError(HavocError):
    """Raise when a mathematical expression does not parse or cannot be computed."""


class ModelError(HavocError):
    """Raise when a language model cannot be loaded, reached, or made to answer."""


class ServerLostError(ModelError):
    """Raise when a served model stopped answering: what was finished is kept, and a run can go on later."""


class TraceError(HavocError):
    """Raise when a trace cannot be read, has been altered, or cannot be replayed."""


class RetrievalError(HavocError):
    """Raise when a document cannot be ingested or an index cannot be opened."""
