"""Numbers that say how well each span of a question names each column or block of a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.abbreviations import initials_of
from havoc_pipeline.linking.entries import KINDS, ROLE_NUMBERS
from havoc_pipeline.linking.evidence import TableWords
from havoc_pipeline.linking.lexicon import Floats
from havoc_pipeline.linking.lexicon_features import lexicon_features
from havoc_pipeline.linking.span_evidence import SpanEvidence, begins
from havoc_pipeline.linking.spans import AFTER_WORDS, BEFORE_WORDS, DEGREE, NUMBER_WORDS, Span

ROLE_GROUPS = (
    ("measurement", "reference", "nominal"), ("setting", "opportunities"), ("defects", "inspected"),
    ("group", "outcome", "operator", "machine", "supplier", "part"), ("subgroup", "batch"),
    ("time", "run_order"), ("identifier", "comment"), ("before",), ("after",),
)  # fmt: skip
NAMES = (
    "head_mean", "head_max", "head_min", "head_full", "exact", "initials", "lexicon_max",
    "lexicon_share", "lexicon_hit", "unit_fits", "unit_clashes", "kind_fits", "role_fits",
    "role_word", "role_word_last", "role_word_only", "bag_mean", "bag_max", "bag_min", "share_mean",
    "told_mean", "any_mean", "any_min", "any_max", "any_gap", "lexicon_gap", "best_gap", "in_name",
    "only_measure", "before_word", "after_word", "digit", "same_case", "rarity", "ordinary_mean",
    "ordinary_min", "left_any", "right_any", "vector", "vector_max", "vector_gap", "words_1", "words_2",
    "words_3", "stops_inside", "is_block", "in_block", "comparative", "literal", "unknown",
    "used_elsewhere", "span_best", "role_rivals", "kind_rivals", "level_right", "level_left",
    "level_inside", "phrase_near", "phrase_gap", "counted",
)  # fmt: skip
CONTEXT = 9
WIDTH = len(NAMES) + CONTEXT + len(KINDS) + len(ROLE_GROUPS)
"""Numbers a pair of span and target."""


def span_features(spans: Sequence[Span], evidence: SpanEvidence, named: Floats) -> Floats:
    """Describe every pair of span and target.

    Args:
        spans: s spans, at least one.
        evidence: of their question over a table of k targets.
        named: how surely each word names a level of each target, shape (words, k).

    Returns:
        float32 of shape (s, k, WIDTH), in the order of NAMES, then context, kinds, roles.
    """
    question, table = evidence.question, evidence.table
    mask = np.zeros((len(spans), len(question.words)), bool)
    for at, span in enumerate(spans):
        mask[at, span.first : span.last] = [not w.is_stop for w in span.words]
        if not mask[at].any():
            mask[at, span.first : span.last] = True
    shape = (len(spans), len(table.targets))
    parts: dict[str, Floats] = {}
    _head_features(mask, evidence, parts)
    lexicon_features(spans, evidence, parts)
    _name_features(spans, evidence, parts, mask)
    _gap_features(spans, evidence, parts)
    _shape_features(spans, evidence, parts, mask)
    _level_neighbours(spans, named, parts)
    _phrase_features(spans, evidence, parts)
    _target_features(spans, evidence, parts)
    values = [np.broadcast_to(_wide(parts[name]), shape) for name in NAMES]
    context = np.stack([question.context(span) for span in spans])
    kinds = np.array([[float(t.kind == kind) for kind in KINDS] for t in table.targets], np.float32)
    blocks = [
        np.stack(values, 2),
        np.broadcast_to(context[:, None, :], (*shape, CONTEXT)),
        np.broadcast_to(kinds[None], (*shape, len(KINDS))),
        np.broadcast_to(role_groups(evidence.roles)[None], (*shape, len(ROLE_GROUPS))),
    ]
    return np.concatenate(blocks, 2).astype(np.float32)


def _wide(values: Floats) -> Floats:
    return values[:, None] if values.ndim == 1 else values


def role_groups(roles: Floats) -> Floats:
    """Return probabilities of groups of roles, shape (targets, groups)."""
    numbers = [np.array([ROLE_NUMBERS[role] for role in group]) for group in ROLE_GROUPS]
    return np.stack([roles[:, group].sum(1) for group in numbers], 1).astype(np.float32)


def _over(mask: NDArray[np.bool_], values: Floats) -> tuple[Floats, Floats, Floats]:
    weight = mask.astype(np.float32)
    mean = weight @ values / weight.sum(1, keepdims=True)
    spread = np.where(mask[:, :, None], values[None], np.float32(-1))
    least = np.where(mask[:, :, None], values[None], np.float32(2)).min(1)
    return mean, spread.max(1), least


def _head_features(mask: NDArray[np.bool_], evidence: SpanEvidence, parts: dict[str, Floats]) -> None:
    table = evidence.table
    parts["head_mean"], parts["head_max"], parts["head_min"] = _over(mask, evidence.tops)
    _, covered, _ = _over(mask, evidence.head)
    full = np.add.reduceat(covered * table.head_weight, begins(table.owner), axis=1)
    parts["head_full"] = np.minimum(full / table.head_count, 1.0)
    parts["bag_mean"], parts["bag_max"], parts["bag_min"] = _over(mask, evidence.bag)
    parts["share_mean"], _, _ = _over(mask, evidence.share)
    parts["told_mean"], _, _ = _over(mask, evidence.told)
    mean, best, _ = _over(mask, evidence.near)
    parts["vector"], parts["vector_max"] = mean, best
    parts["vector_gap"] = mean - _best_other(mean)
    parts["any_mean"], parts["any_max"], parts["any_min"] = _over(mask, evidence.any)
    parts["rarity"] = _over(mask, evidence.rarity[:, None])[1][:, 0]
    common = _over(mask, evidence.ordinary[:, None])
    parts["ordinary_mean"], parts["ordinary_min"] = common[0][:, 0], common[2][:, 0]
    parts["named"] = _over(mask, evidence.named[:, None])[0][:, 0]


def _name_features(
    spans: Sequence[Span], evidence: SpanEvidence, parts: dict[str, Floats], mask: NDArray[np.bool_]
) -> None:
    table = evidence.table
    exact = np.zeros((len(spans), len(table.targets)), np.float32)
    initials = np.zeros_like(exact)
    joined = ["".join(target.words) for target in table.targets]
    for at, span in enumerate(spans):
        words = tuple(word.lower for word in span.telling)
        for target, name in enumerate(joined):
            if name[:1] != span.joined[:1]:
                continue
            exact[at, target] = float(name == span.joined)
            if len(words) > 1:
                initials[at, target] = _initials(name, table.targets[target].words, words)
    parts["exact"], parts["initials"] = exact, initials
    parts["digit"] = _digits(spans, evidence)
    parts["same_case"] = _same_case(spans, evidence)


def _initials(joined: str, heads: tuple[str, ...], words: tuple[str, ...]) -> float:
    if len(joined) <= 12 and (whole := initials_of(joined, words)):
        return whole
    return 0.8 * max((initials_of(head, words) for head in heads if len(head) < 7), default=0.0)


def _digits(spans: Sequence[Span], evidence: SpanEvidence) -> Floats:
    heads = [{word for word in t.words if word.isdigit()} for t in evidence.table.targets]
    found = np.zeros((len(spans), len(heads)), np.float32)
    for at, span in enumerate(spans):
        own = {word.lower for word in span.words if word.lower.isdigit()}
        for target, digits in enumerate(heads):
            if own or digits:
                found[at, target] = 1.0 if own == digits else -1.0 if own else -0.3
    return found


def _same_case(spans: Sequence[Span], evidence: SpanEvidence) -> Floats:
    headers = [" ".join(target.headers) for target in evidence.table.targets]
    found = [[float(evidence.question.text[s.start : s.end] in one) for one in headers] for s in spans]
    return np.array(found, np.float32)


def _gap_features(spans: Sequence[Span], evidence: SpanEvidence, parts: dict[str, Floats]) -> None:
    best = np.maximum.reduce([
        parts["any_mean"], parts["lexicon_max"], parts["exact"], parts["initials"], parts["told_mean"],
    ])  # fmt: skip
    for name, values in (("any_gap", parts["any_mean"]), ("lexicon_gap", parts["lexicon_max"]), ("best_gap", best)):
        parts[name] = values - _best_other(values)
    parts["span_best"] = best.max(1)
    parts["unknown"] = (parts["any_max"].max(1) <= 0.12).astype(np.float32)
    parts["used_elsewhere"] = np.stack([_outside(evidence.any, span) for span in spans])
    literal = np.zeros_like(best)
    for at, span in enumerate(spans):
        literal[at, evidence.literal.get((span.first, span.last), [])] = 1.0
    parts["literal"] = literal


def _outside(words: Floats, span: Span) -> Floats:
    best: Floats = np.vstack([words[: span.first], words[span.last :]]).max(0, initial=0.0)
    return best


def _best_other(values: Floats) -> Floats:
    if values.shape[1] < 2:
        return np.zeros_like(values)
    order = np.sort(values, 1)
    top, second = order[:, -1:], order[:, -2:-1]
    return np.where(values >= top, second, top)


def _shape_features(
    spans: Sequence[Span], evidence: SpanEvidence, parts: dict[str, Floats], mask: NDArray[np.bool_]
) -> None:
    telling = mask.sum(1)
    for size in (1, 2, 3):
        parts[f"words_{size}"] = (telling == size if size < 3 else telling >= 3).astype(np.float32)
    sizes = np.array([len(span.words) for span in spans])
    parts["stops_inside"] = (sizes - telling).astype(np.float32) / 3
    parts["left_any"] = np.stack([_neighbour(span.first - 1, -1, evidence) for span in spans])
    parts["right_any"] = np.stack([_neighbour(span.last, 1, evidence) for span in spans])
    parts["comparative"] = np.array([_compares(span, evidence) for span in spans], np.float32)


def _level_neighbours(spans: Sequence[Span], named: Floats, parts: dict[str, Floats]) -> None:
    padded = np.vstack([named, np.zeros((1, named.shape[1]), np.float32)])
    parts["level_right"] = np.stack([padded[span.last] for span in spans])
    parts["level_left"] = np.stack([padded[span.first - 1] for span in spans])
    parts["level_inside"] = np.stack([named[span.first : span.last].max(0) for span in spans])


def _phrase_features(spans: Sequence[Span], evidence: SpanEvidence, parts: dict[str, Floats]) -> None:
    count = len(evidence.table.targets)
    meanings = evidence.table.meanings
    near = np.zeros((len(spans), count), np.float32)
    if meanings is not None:
        near = meanings.phrase_nearness([tuple(w.lower for w in s.telling) for s in spans])
    parts["phrase_near"], parts["phrase_gap"] = near, near - _best_other(near)


def _neighbour(at: int, step: int, evidence: SpanEvidence) -> Floats:
    words = evidence.question.words
    for _ in range(3):
        if not 0 <= at < len(words) or evidence.question.blocked[at]:
            break
        if not words[at].is_stop:
            speaks: Floats = evidence.any[at]
            return speaks
        at += step
    return np.zeros(len(evidence.table.targets), np.float32)


def _compares(span: Span, evidence: SpanEvidence) -> float:
    before = evidence.question.words[span.first - 1].lower if span.first else ""
    return float(before in DEGREE or any(w.lower.endswith(("er", "ier", "est")) for w in span.telling))


def _target_features(spans: Sequence[Span], evidence: SpanEvidence, parts: dict[str, Floats]) -> None:
    table, roles = evidence.table, evidence.roles
    measures = roles[:, ROLE_NUMBERS["measurement"]]
    single = [0.0 if _member(t.headers, table) else float(m) for t, m in zip(table.targets, measures, strict=True)]
    only = np.array(single, np.float32)
    parts["only_measure"] = (only**2 / max(float(only.sum()), 0.5))[None, :]
    parts["in_name"] = parts["named"][:, None] * parts["only_measure"]
    groups = role_groups(roles)
    alike = np.array([not _member(t.headers, table) for t in table.targets], np.float32)
    rivals = ((groups @ groups.T) * alike[None]).sum(1)
    parts["role_rivals"] = (1 / np.maximum(rivals, 1.0))[None, :]
    kinds = [sum(o.kind == t.kind and not o.is_block for o in table.targets) for t in table.targets]
    parts["kind_rivals"] = np.array([[1 / max(1, count) for count in kinds]], np.float32)
    counts = np.array(
        [[len(t.headers) if t.is_block else (t.column.distinct if t.column else 0) for t in table.targets]]
    )
    said_count = np.array([[_count_before(span, evidence)] for span in spans])
    parts["counted"] = (counts == said_count).astype(np.float32)
    parts["is_block"] = np.array([[float(t.is_block) for t in table.targets]], np.float32)
    parts["in_block"] = np.array([[float(_member(t.headers, table)) for t in table.targets]], np.float32)
    for name, known in (("before", BEFORE_WORDS), ("after", AFTER_WORDS)):
        said = np.array([[_near(span, known, evidence)] for span in spans], np.float32)
        parts[f"{name}_word"] = said * roles[None, :, ROLE_NUMBERS[name]]


def _count_before(span: Span, evidence: SpanEvidence) -> int:
    """The number said right before or at the head of a span ("the five readings"), -1 for none."""
    for word in reversed(evidence.question.words[max(0, span.first - 2) : span.first + 1]):
        if word.lower in NUMBER_WORDS or word.lower.isdigit():
            return NUMBER_WORDS.get(word.lower) or int(word.lower)
    return -1


def _near(span: Span, known: frozenset[str], evidence: SpanEvidence) -> float:
    around = evidence.question.words[max(0, span.first - 2) : span.last + 3]
    inside = any(word.lower in known for word in span.words)
    return 1.0 if inside else 0.5 * float(any(word.lower in known for word in around))


def _member(headers: tuple[str, ...], table: TableWords) -> bool:
    return len(headers) == 1 and any(t.is_block and headers[0] in t.headers for t in table.targets)
