"""Late fusion: which commands the nearest phrasings of the phrase bank mean.

The question with its mentions named by kind ("value", "group", …) is compared with the phrasings,
written the same way, by sentence vectors that were trained here. The shares of the nearest ones'
commands are added to the model's first decision, with a weight fitted on the development authors.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import ModelError
from havoc_pipeline.linking.mentions import ColumnMention, DateMention, FormulaMention, Links, Mention, NumberMention
from havoc_pipeline.linking.vectors import WordVectors
from havoc_pipeline.tables import Table

NEIGHBOURS, SHARPNESS, FLOOR = 24, 14.0, 0.02
WEAKEST = 0.12


class NearestPhrases:
    """Sentence vectors of the phrasings, each with the command it means.

    Parameters
    ----------
    path : Path
        An npz file with `vectors` int8 (n, d), `scale` (n,), `command` (n,) and `commands` (k,).
    """

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path) as held:
                self._vectors = held["vectors"].astype(np.float32) * held["scale"][:, None]
                self._command: NDArray[np.int64] = held["command"].astype(np.int64)
                self.commands = [str(name) for name in held["commands"]]
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"the phrasings at {path} cannot be read ({error}); reinstall HAVOC") from error
        self._words = WordVectors.load()

    def shares(self, links: Links, table: Table | None) -> Mapping[str, float]:
        """Share of each command among the nearest phrasings; the shares sum to 1."""
        vector = self._words.sentence(delexicalised(links, table))
        length = float(np.linalg.norm(vector))
        if length == 0:
            return {name: 1 / len(self.commands) for name in self.commands}
        likeness = self._vectors @ (vector / length)
        nearest = np.argpartition(-likeness, NEIGHBOURS)[:NEIGHBOURS]
        weight = np.exp(SHARPNESS * (likeness[nearest] - likeness[nearest].max()))
        total = np.bincount(self._command[nearest], weights=weight, minlength=len(self.commands))
        return dict(zip(self.commands, (total / total.sum()).tolist(), strict=True))

    def bias(
        self, links: Links, table: Table | None, ids: Mapping[str, int], size: int, weight: float
    ) -> NDArray[np.float32]:
        """What to add to the log-probabilities of the first decision, shape (size,)."""
        added = np.full(size, weight * np.log(FLOOR), dtype=np.float32)
        for command, share in self.shares(links, table).items():
            if command in ids:
                added[ids[command]] = weight * np.log(share + FLOOR)
        return added


def delexicalised(links: Links, table: Table | None) -> str:
    """The question's words with each mention replaced by the name of its kind."""
    pieces, at = [], 0
    for mention in links.mentions:
        if mention.start < at or (isinstance(mention, ColumnMention) and mention.best.score < WEAKEST):
            continue
        pieces += [links.question[at : mention.start], _kind(mention, table)]
        at = mention.end
    return " ".join([*pieces, links.question[at:]]).lower()


def _kind(mention: Mention, table: Table | None) -> str:
    if isinstance(mention, ColumnMention):
        if mention.best.level is not None:
            return " level "
        numeric = table is not None and table.column(mention.best.headers[0]).is_numeric
        return " value " if numeric else " group "
    if isinstance(mention, NumberMention):
        return " number "
    if isinstance(mention, DateMention):
        return " date "
    return " formula " if isinstance(mention, FormulaMention) else " factors "
