"""Cosine distances between the feature vectors of a layer's units."""

import numpy as np
from scipy import sparse
from scipy.spatial import distance

# Multiplications from which a matrix product beats going through the pairs one by one, and those
# from which a sparse product may beat a dense one.
_MANY, _VERY_MANY = 10**6, 10**9
_SPARSE_SHARE = 0.05
# Of distances of features that are no counts.
_DECIMALS = 12


def cosine(features: np.ndarray) -> np.ndarray:
    """Cosine distance of each pair of rows.

    The same as `scipy.spatial.distance.pdist(features, "cosine")`, for 0/1 features to the last
    bit, which decides between pairs at equal distance.

    Args:
      features: `[n, N]`, not negative, at least one entry of each row above 0.

    Returns:
      `[n (n - 1) / 2]` float64, in the order of `pdist`, each in [0, 1].

    Example:
      >>> cosine(np.array([[1, 0, 0], [1, 0, 0], [0, 0, 1]], bool))
      array([0., 1., 1.])
    """
    if features.dtype.kind == "f":
        return _settled(_cosine(features))
    return _cosine(features)


def _settled(distances: np.ndarray) -> np.ndarray:
    """Distances without what rounding leaves of 0, which would be all there is in a layer of
    proportional rows, and the same for nearly all orders of summing."""
    return np.round(distances, _DECIMALS)


def _cosine(features: np.ndarray) -> np.ndarray:
    num_units, width = features.shape
    if num_units * num_units * width < _MANY:
        return distance.pdist(features.astype(np.float64), "cosine")
    products = _products(features)
    norms = np.sqrt(products.diagonal())
    # In the order of SciPy's own code: rounding may bring units alike above 1.
    products /= norms[:, None] * norms
    np.minimum(products, 1.0, out=products)
    return distance.squareform(1.0 - products, checks=False)


def _products(features: np.ndarray) -> np.ndarray:
    """Scalar product of each pair of rows, `[n, n]` float64."""
    if features.dtype != bool:
        dense = features.astype(np.float64)
        return dense @ dense.T
    # Counts of ones, exact in float32.
    num_units, width = features.shape
    if num_units * num_units * width > _VERY_MANY and features.mean() < _SPARSE_SHARE:
        ones = sparse.csr_array(features, dtype=np.float32)
        return (ones @ ones.T).toarray().astype(np.float64)
    dense = features.astype(np.float32)
    return (dense @ dense.T).astype(np.float64)
