"""Train the word vectors of the linker from the fetched corpus and write them.

Run: python -m training.corpus.fetch --out FOLDER
     python -m training.vectors.train --corpus FOLDER     (two minutes on one core)
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from havoc_pipeline.linking import vectors as runtime
from havoc_pipeline.linking.vectors import SMOOTHING, WordVectors
from training.vectors import cooccurrence, factor, relations, vocabulary
from training.vectors.measure import report

OUT = Path(runtime.__file__).with_name("vectors.npz")
WORDS = 28_000
DIMENSIONS = 104
SHIFT = 0.0
LINES = 20_000

Parts = dict[str, NDArray[np.generic]]


def main() -> None:
    """Count, factor, draw related words together, write the file and print the figures."""
    options = arguments()
    chosen = vocabulary.choose(options.corpus, WORDS)
    counts = cooccurrence.counted(options.corpus, chosen, options.seed, options.definition)
    related = relations.related(options.corpus, chosen.index(), trade=not options.no_trade)
    trained = learned(counts, related, options)
    parts = packed(chosen, trained, common_direction(options.corpus, chosen, trained))
    np.savez(options.out, **parts)  # type: ignore[arg-type]
    print(f"{options.out.name}: {len(chosen.words)} words, {options.out.stat().st_size / 1e6:.2f} MB")
    print(report(unpacked(parts)))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--corpus", type=Path, required=True, help="what the fetcher wrote")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--definition", type=float, default=1.0, help="headword and its definition")
    parser.add_argument("--relation", type=float, default=8.0, help="related words, in the matrix")
    parser.add_argument("--pull", type=float, default=3.0, help="related words, in the vectors")
    parser.add_argument("--no-trade", action="store_true", help="leave out trade_senses.txt")
    return parser.parse_args()


def learned(counts: sparse.csr_array, related: sparse.csr_array, options: argparse.Namespace) -> NDArray[np.float32]:
    """Return the vectors (V, d), rows of length 1."""
    matrix = factor.ppmi(counts, SHIFT)
    if options.relation:
        itself = sparse.eye_array(matrix.shape[0], dtype=np.float32, format="csr")
        matrix = sparse.csr_array(matrix + np.float32(options.relation) * (related + itself))
    start = factor.unit(factor.factors(matrix, DIMENSIONS, options.seed))
    return factor.retrofitted(start, related, options.pull)


def common_direction(folder: Path, chosen: vocabulary.Vocabulary, trained: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the direction (d,) that weighted means over the corpus's lines have most in common."""
    share = np.array(chosen.counts) / sum(chosen.counts)
    weights = (SMOOTHING / (SMOOTHING + share)).astype(np.float32)
    tokens = next(cooccurrence.chunks(folder, chosen))
    lines = np.cumsum(tokens == len(chosen.words)) // cooccurrence.WINDOW
    inside = (tokens < len(chosen.words)) & (lines < LINES)
    entries = (weights[tokens[inside]], (lines[inside], tokens[inside]))
    means = factor.unit(sparse.csr_array(sparse.coo_array(entries, (LINES, trained.shape[0]))) @ trained)
    direction: NDArray[np.float32] = np.linalg.eigh(means.T @ means)[1][:, -1].astype(np.float32)
    return direction


def packed(chosen: vocabulary.Vocabulary, trained: NDArray[np.float32], common: NDArray[np.float32]) -> Parts:
    """Return the arrays of the file: eight-bit rows with a scale each, words joined by newlines."""
    largest = np.maximum(np.abs(trained).max(axis=1, keepdims=True), 1e-9)
    rows = np.round(trained / largest * 127).astype(np.int8)
    lengths = np.linalg.norm(rows.astype(np.float32), axis=1)
    return {
        "words": np.array("\n".join(chosen.words).encode()),
        "vectors": rows,
        "scales": (1.0 / np.maximum(lengths, 1.0)).astype(np.float32),
        "counts": np.maximum(1, np.array(chosen.counts)).astype(np.uint32),
        "common": common,
    }


def unpacked(parts: Parts) -> WordVectors:
    """Return the vectors as a reader of the file would get them."""
    words = bytes(parts["words"].item()).decode().split("\n")
    return WordVectors(words, **{name: parts[name] for name in parts if name != "words"})  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
