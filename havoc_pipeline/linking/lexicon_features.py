"""What the lexicon says of a span and a column: entries, units, kinds and roles that both share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from havoc_pipeline.linking.entries import ROLE_NUMBERS
from havoc_pipeline.linking.lexicon import Floats
from havoc_pipeline.linking.recognition import LIKE
from havoc_pipeline.linking.span_evidence import SpanEvidence
from havoc_pipeline.linking.spans import Span

MOST_POSTINGS = 80
ORDER = (
    "lexicon_max", "lexicon_share", "lexicon_hit", "unit_fits", "unit_clashes", "kind_fits", "role_fits",
    "role_word", "role_word_last",
)  # fmt: skip


def lexicon_features(spans: Sequence[Span], evidence: SpanEvidence, parts: dict[str, Floats]) -> None:
    """Add the features named in ORDER, each of shape (spans, targets), to `parts`."""
    rows = np.stack([_posting_row(span, evidence) for span in spans])
    for at, name in enumerate(ORDER):
        parts[name] = rows[:, at]
    total = parts["role_word"].sum(1, keepdims=True)
    parts["role_word_only"] = parts["role_word"] ** 2 / np.maximum(total, 0.3)


def _posting_row(span: Span, evidence: SpanEvidence) -> Floats:
    table = evidence.table
    row = np.zeros((len(ORDER), len(table.targets)), np.float32)
    postings = table.lexicon.postings.get(span.key)
    scale = 1.0
    if postings is None and len(span.telling) > 1:
        postings, scale = table.lexicon.postings.get(span.telling[-1].stem), 0.6
    if postings is not None:
        row[:7] = _postings(tuple(postings[: 2 * MOST_POSTINGS]), evidence) * scale
        row[:3] *= scale
    row[7] = _role_word(span.key, evidence)
    row[8] = _role_word(span.telling[-1].stem, evidence)
    return row


def _postings(postings: tuple[int, ...], evidence: SpanEvidence) -> Floats:
    table = evidence.table
    entries, said = np.array(postings[::2]), np.array(postings[1::2], np.float32) / 100
    fits = table.weights[entries] * said[:, None]
    roles, kinds, _ = table.lexicon.arrays
    share = said / said.sum()
    units = table.unit_fit[entries]
    like = np.stack([LIKE[target.kind] for target in table.targets], 1)[kinds[entries]]
    agreed = evidence.roles[:, roles[entries]].T
    rows = [
        fits.max(0), fits.sum(0) / table.weight_sums, np.full(len(table.targets), said.max()),
        share @ np.maximum(units, 0), share @ np.maximum(-units, 0), share @ like, share @ agreed,
    ]  # fmt: skip
    return np.stack(rows).astype(np.float32)


def _role_word(phrase: str, evidence: SpanEvidence) -> Floats:
    meant = evidence.table.lexicon.role_words.get(phrase)
    if not meant:
        return np.zeros(len(evidence.table.targets), np.float32)
    found: Floats = evidence.roles[:, np.array([ROLE_NUMBERS[role] for role in meant])].max(1)
    return found
