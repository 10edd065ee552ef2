"""Many questions in one process: a line each in, a line each out, resumed where it was killed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havoc_pipeline.cli.stopping import Stopped
from havoc_pipeline.cli.terminal import show
from havoc_pipeline.errors import CommandError, HavocError, ServerLostError
from havoc_pipeline.tables import Table

if TYPE_CHECKING:
    from havoc_pipeline.signatures.types import Answer

Asker = Callable[[str, Table | None], "Answer"]


@dataclass(frozen=True)
class Entry:
    """A question of the file: `table` is a path below the data folder, or None."""

    id: str
    question: str
    table: str | None


class Batch:
    """The questions of a file and where their answers go.

    Parameters
    ----------
    file : Path
        JSON Lines: `{"id", "question", "table"}`.
    data_dir : Path or None
        Folder of the tables; that of `file` by default.
    out : Path or None
        Standard output when left out; then nothing can be resumed.
    """

    def __init__(self, file: Path, data_dir: Path | None = None, out: Path | None = None) -> None:
        self.entries = read_entries(file)
        self._folder = data_dir if data_dir is not None else file.parent
        self._out = out
        self._table: tuple[str, Table] | None = None
        self._done = repaired_ids(out) if out is not None else set()

    def open_questions(self) -> Iterator[Entry]:
        """Yield the questions that have no answer yet, in order."""
        return (entry for entry in self.entries if entry.id not in self._done)

    def table(self, name: str | None) -> Table | None:
        """The table of a question; the last one is kept, since questions come in runs."""
        if name is None:
            return None
        if self._table is None or self._table[0] != name:
            self._table = (name, Table.read(self._folder / name))
        return self._table[1]

    @contextmanager
    def writer(self) -> Iterator[Callable[[str], None]]:
        """A function that writes a whole line and sees it onto the disk; Ctrl-C says how many there are."""
        if self._out is None:
            yield show
            return
        try:
            with self._out.open("a", encoding="utf-8", newline="\n") as stream:

                def write(line: str) -> None:
                    stream.write(line + "\n")
                    stream.flush()
                    os.fsync(stream.fileno())

                yield write
        except Stopped:
            raise Stopped(self._where_it_stands(self._out)) from None

    def _where_it_stands(self, out: Path) -> str:
        answered = len(repaired_ids(out) & {entry.id for entry in self.entries})
        return f"stopped; {answered} of {len(self.entries)} answers are in {out}, and the same command goes on there"


def read_entries(file: Path) -> list[Entry]:
    """The questions of a file.

    Raises
    ------
    CommandError
        When the file cannot be read, or a line is no question; the message names the line.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CommandError(f"`{file}` cannot be read ({reason}); give a file of JSON lines") from None
    entries = [_entry(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not entries:
        raise CommandError(
            f'`{file}` holds no question; write a line such as {{"id": "1", "question": "…", "table": null}}'
        )
    twice = [entry.id for entry in entries if sum(other.id == entry.id for other in entries) > 1] \
        if len({entry.id for entry in entries}) < len(entries) else []  # fmt: skip
    if twice:
        raise CommandError(f"`{file}` gives the id `{twice[0]}` twice; every question needs its own")
    return entries


def _entry(file: Path, number: int, line: str) -> Entry:
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise CommandError(f"{file}, line {number}: no JSON ({error}); correct or remove the line") from None
    fields = raw if isinstance(raw, dict) else {}
    table = fields.get("table")
    if not isinstance(fields.get("question"), str) or not (table is None or isinstance(table, str)):
        raise CommandError(f"{file}, line {number}: `question` must be text and `table` a file name or null")
    name = str(fields.get("id", number)).encode("utf-8", "backslashreplace").decode("utf-8")
    return Entry(name, fields["question"], table)


def repaired_ids(out: Path) -> set[str]:
    """Ids that are answered in `out`, after a half-written last line was cut off.

    Raises
    ------
    CommandError
        When another line than the last holds no answer: the file is not ours.
    """
    if not out.exists():
        return set()
    held = out.read_bytes()
    whole = held[: held.rfind(b"\n") + 1]
    found = {_answered_id(out, number, line) for number, line in enumerate(whole.splitlines(), 1) if line.strip()}
    if len(whole) < len(held):
        with out.open("r+b") as stream:
            stream.truncate(len(whole))
    return found


def _answered_id(out: Path, number: int, line: bytes) -> str:
    try:
        return str(json.loads(line)["id"])
    except (ValueError, KeyError, TypeError):
        raise CommandError(f"{out}, line {number}: no answer of HAVOC's; name another file with --out") from None


def answer_line(entry: Entry, batch: Batch, asker: Asker) -> dict[str, Any]:
    """The answer to one question as JSON; an error becomes a refusal that gives its reason."""
    from havoc_pipeline.signatures.types import Answer

    try:
        answer = asker(entry.question, batch.table(entry.table))
    except ServerLostError:
        raise  # No refusal: the question stays open, and the next run goes on here.
    except (HavocError, OSError) as error:
        answer = Answer(status="refused", summary=str(error))
    question = entry.question[:20_000].encode("utf-8", "backslashreplace").decode("utf-8")
    return answer.model_dump(mode="json") | {"id": entry.id, "question": question}
