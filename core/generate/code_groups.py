"""Codes of several groups: one number per frame that names one row of the codebook for each group of columns.

With G groups a codebook of K rows and D columns is used as G books of D / G columns. A frame has a row of each, so it
has K^G possible entries, while the network scores only G K rows. A frame's code is row 0 + K row 1 + K^2 row 2 ...

    codebook (K, D)    row 0    a a a a b b b b          G = 2: code 1 + 2 K means the columns a of row 1
                       row 1    a a a a b b b b          and the columns b of row 2
                       row 2    a a a a b b b b

Weights with one group, such as all earlier ones, have plain codes.
"""

import numpy as np

# Takes store codes in 32 bits at most.
MOST_CODES = 2**31


def rows_of(codes: np.ndarray, size: int, groups: int) -> np.ndarray:
    """Return the rows (..., G) that codes (...) name, in a codebook of `size` rows.

    >>> rows_of(np.array([7]), 3, 2)
    array([[1, 2]])
    """
    return np.asarray(codes, np.int64)[..., None] // size ** np.arange(groups) % size


def codes_of(rows: np.ndarray, size: int) -> np.ndarray:
    """Return the codes (...) of rows (..., G), in a codebook of `size` rows.

    >>> codes_of(np.array([[1, 2]]), 3)
    array([7])
    """
    return (np.asarray(rows, np.int64) * size ** np.arange(rows.shape[-1])).sum(-1)


def entries_of(codebook: np.ndarray, codes: np.ndarray, groups: int) -> np.ndarray:
    """Return the entries (..., D) of a codebook (K, D) that codes (...) name."""
    rows = rows_of(codes, len(codebook), groups)
    return codebook.reshape(len(codebook), groups, -1)[rows, np.arange(groups)].reshape(*rows.shape[:-1], -1)
