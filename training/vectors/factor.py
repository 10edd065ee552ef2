"""From counts to vectors: positive pointwise mutual information and its leading factors."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

SMOOTHING = 0.75
OVERSAMPLING = 24
POWER_ITERATIONS = 4


def ppmi(counts: sparse.csr_array, shift: float) -> sparse.csr_array:
    """Return the shifted positive pointwise mutual information of a co-occurrence matrix.

    Parameters
    ----------
    counts : matrix (V, V), weights of pairs
    shift : log k that is taken off before negative values are cut to zero

    Returns
    -------
    Matrix (V, V) of max(0, log(p(w, c) / (p(w) p(c)^0.75)) - shift), made symmetric.

    References
    ----------
    Levy, Goldberg, Dagan (2015), Improving distributional similarity, sections 3.1 and 3.2.
    """
    words = np.maximum(np.asarray(counts.sum(axis=1)).ravel(), 1e-12)
    contexts = words**SMOOTHING
    pairs = counts.tocoo()
    value = np.log(pairs.data * contexts.sum() / (words[pairs.row] * contexts[pairs.col])) - shift
    kept = value > 0
    entries = (value[kept].astype(np.float32), (pairs.row[kept], pairs.col[kept]))
    matrix = sparse.csr_array(sparse.coo_array(entries, shape=counts.shape))
    return sparse.csr_array((matrix + matrix.T) * np.float32(0.5))


def factors(matrix: sparse.csr_array, size: int, seed: int) -> NDArray[np.float32]:
    """Return the leading singular vectors, all of length 1: every factor counts alike.

    Parameters
    ----------
    matrix : symmetric matrix (V, V)
    size : number d of factors
    seed : of the random test matrix

    Returns
    -------
    Array (V, d), the largest factor first.

    References
    ----------
    Levy, Goldberg, Dagan (2015), section 3.3: exponent 0 of the singular values.
    Halko, Martinsson, Tropp (2011), Finding structure with randomness, algorithms 4.4 and 5.1.
    """
    random = np.random.default_rng(seed)
    width = size + OVERSAMPLING
    basis = random.standard_normal((matrix.shape[0], width)).astype(np.float32)
    for _ in range(POWER_ITERATIONS + 1):
        basis = np.linalg.qr(matrix @ basis)[0]
    core = basis.T @ (matrix @ basis)
    values, vectors = np.linalg.eigh((core + core.T) / 2)
    order = np.argsort(-np.abs(values))[:size]
    leading: NDArray[np.float32] = basis @ vectors[:, order]
    return leading


def retrofitted(
    vectors: NDArray[np.float32], relations: sparse.csr_array, weight: float, rounds: int = 3
) -> NDArray[np.float32]:
    """Return vectors drawn towards those of the words that dictionaries relate them to.

    Parameters
    ----------
    vectors : array (V, d), rows of length 1
    relations : symmetric weights (V, V)
    weight : pull of all relations of a word together, against 1 for its own vector
    rounds : number of passes

    Returns
    -------
    Array (V, d) of rows of length 1.

    References
    ----------
    Faruqui et al. (2015), Retrofitting word vectors to semantic lexicons, equation 1.
    """
    sums = np.asarray(relations.sum(axis=1)).ravel()
    share: sparse.csr_array = relations.multiply((1.0 / np.maximum(sums, 1.0))[:, None]).tocsr()
    drawn = vectors
    for _ in range(rounds):
        drawn = unit(vectors + np.float32(weight) * (share @ drawn))
    return drawn


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the rows scaled to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return scaled
