"""IDX files as tests write them."""

import struct

import numpy as np


def content(array):
    """The content of an IDX file of uint8."""
    array = np.asarray(array, np.uint8)
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()
