"""Entry point: dispatch, and every error as one sentence with its exit code.

Exit codes: 0 done or answered; 1 the data do not allow it, or a replay disagrees; 2 wrong command,
file or option; 3 unsure which reading was meant; 4 refused, with the reason; 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from havoc_pipeline import __version__
from havoc_pipeline.cli.stopping import Stopped, stop_listening, stoppable
from havoc_pipeline.errors import DataError, HavocError

DATA_DO_NOT_ALLOW, WRONG_USE = 1, 2
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
COLLECTED_AFTER = 100_000
"""Objects made before garbage is looked for: loading makes many that stay, and looking through them costs 80 ms."""


def run(arguments: Sequence[str] | None = None) -> None:
    """Run `havoc` with the arguments of the shell and exit.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those after the program's name; `sys.argv` by default.

    Raises
    ------
    SystemExit
        Always, with one of the exit codes above.
    """
    with stoppable():
        sys.exit(_stopping(list(sys.argv[1:] if arguments is None else arguments)))


def _stopping(arguments: list[str]) -> int:
    """Everything that Ctrl-C may break off; afterwards it is ignored, so that the sentence stands alone."""
    try:
        for name in THREADS:
            os.environ.setdefault(name, "1")
        gc.set_threshold(COLLECTED_AFTER)
        return _guarded(arguments)
    except (Stopped, KeyboardInterrupt) as stopped:
        stop_listening()
        ended = stopped if isinstance(stopped, Stopped) else Stopped()
        sys.stderr.write(f"havoc: {ended}\n")
        return ended.exit_code


def _guarded(arguments: list[str]) -> int:
    from havoc_pipeline.cli.terminal import ReaderGoneError, prepare, say

    prepare()
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except HavocError as error:
        say(f"havoc: {error}")
        return DATA_DO_NOT_ALLOW if isinstance(error, DataError) else error.exit_code
    except (BrokenPipeError, ReaderGoneError):
        _close_quietly()
        return 0
    except MemoryError:
        say("havoc: this machine's memory is too small for these data; use fewer rows or columns")
        return DATA_DO_NOT_ALLOW
    except OSError as error:
        say(f"havoc: `{error.filename or 'a file'}` cannot be used ({error.strerror}); check its path and your rights")
        return WRONG_USE


def _dispatch(arguments: list[str]) -> int:
    """`run` and `--version` go past typer, whose import would take longer than the work."""
    if arguments == ["--version"]:
        sys.stdout.write(f"havoc {__version__}\n")
        return 0
    if arguments[:1] == ["run"] and "--help" not in arguments:
        from havoc_pipeline.cli.run import run_commands
        from havoc_pipeline.cli.run_options import parse_options

        run_commands(parse_options(arguments[1:]))
        return 0
    from havoc_pipeline.cli.app import main

    return main(arguments)


def _close_quietly() -> None:
    """The reader went away: nothing more is written, nor flushed at exit."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
