"""The worker process: reads a request a line, answers a line, and ends with its input.

Run as `python -P -m havoc_pipeline.tools.mathematics.algebra.worker`. A request is a JSON object with
`do`, `seconds` and the operation's own fields; the answer holds the operation's reply, or `error`.
The process limits its own memory and time, so an orphan cannot go on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TextIO

from havoc_pipeline.errors import ExpressionError

MOST_MEMORY = 2 << 30
"""Bytes of address space."""
GRACE = 5
"""Seconds beyond a request's own after which the process ends itself."""

Handler = Callable[[dict[str, Any]], dict[str, Any]]


def handlers() -> dict[str, Handler]:
    """Everything that the worker can be asked to do."""
    from havoc_pipeline.tools.mathematics.algebra import operations, solving

    return {
        "value": operations.value,
        "simplify": operations.simplify,
        "expand": operations.expand,
        "factor": operations.factor,
        "differentiate": operations.differentiate,
        "integrate": operations.integrate,
        "integrate_between": operations.integrate_between,
        "solve": solving.solve,
        "solve_system": solving.solve_system,
    }


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer requests until there are no more."""
    known = handlers()
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    for line in requests:
        request = json.loads(line)
        _wake_after(float(request["seconds"]) + GRACE)
        answers.write(json.dumps(answer(known, request)) + "\n")
        answers.flush()
        _wake_after(0)


def answer(known: dict[str, Handler], request: dict[str, Any]) -> dict[str, Any]:
    """The reply to one request; every failure of SymPy becomes an `error`."""
    try:
        return known[request["do"]](request)
    except ExpressionError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "the computation needs more than 2 GiB of memory; ask for a smaller expression"}
    except RecursionError:
        return {"error": "the computation nests too deeply; ask for a smaller expression"}
    except Exception as error:  # noqa: BLE001 - SymPy raises errors of every kind; each is reported
        return {"failed": f"{type(error).__name__}: {error}"[:500]}


def _wake_after(seconds: float) -> None:
    """End the process after so many seconds, where the system can (0 calls it off)."""
    try:
        import signal

        signal.setitimer(signal.ITIMER_REAL, seconds)
    except (ImportError, AttributeError):
        return


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (ImportError, OSError, ValueError):
        return


if __name__ == "__main__":
    _limit_memory()
    serve(sys.stdin, sys.stdout)
