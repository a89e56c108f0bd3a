"""Random draws of a training epoch: the order of the rows, and the noise on them (DESIGN 4.2, 4.6).

All draws of an epoch come from one call of threefry, because on small networks the calls, not the
arithmetic, take the time: a permutation by `jax.random.permutation` alone costs as much as the
training steps of a small epoch.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend import random as extended_random

# Up to here every row is compared with every other; beyond, sorting is faster.
_MOST_COMPARED = 1024


def bits(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Uniform 32-bit words of a threefry key; uint32, `shape`.

    `jax.random.bits` draws two words for each that it gives.

    Example:
      >>> bits(jax.random.key(0, impl="threefry2x32"), (2, 3)).shape
      (2, 3)
    """
    counts = jnp.arange(math.prod(shape), dtype=jnp.uint32)
    return extended_random.threefry_2x32(jax.random.key_data(key), counts).reshape(shape)


def permutation(words: jax.Array) -> jax.Array:
    """A permutation of 0 ... N - 1 from `[N]` uniform words, uint32.

    Up to 1,024 words it is the rank of each; beyond, the word of each rank. The low bits of the
    words are replaced by their positions, so that none are equal; words that agree in all other
    bits keep their order, so that not all orders are equally likely. Of N words, with N between two
    powers of two up to 2^b, about N / 2^(32 - b) agree with each other: hardly any among thousands,
    2 or 3 of 80,000, 200 of 800,000.

    Returns:
      `[N]` int32.

    Example:
      >>> permutation(jnp.array([70, 10, 30], jnp.uint32) << 8).tolist()
      [2, 0, 1]
    """
    (num_rows,) = words.shape
    num_low_bits = (num_rows - 1).bit_length()
    distinct = (words >> num_low_bits << num_low_bits) | jnp.arange(num_rows, dtype=jnp.uint32)
    if num_rows > _MOST_COMPARED:
        return jnp.argsort(distinct).astype(jnp.int32)
    return jnp.sum(distinct[:, None] > distinct[None, :], axis=1, dtype=jnp.int32)


def normal(words: jax.Array) -> jax.Array:
    """Standard normal numbers, float32, from uniform words, uint32, of the same shape.

    As `jax.random.normal` does it: the inverse of the distribution function at a uniform number.

    Example:
      >>> [f"{z:.2f}" for z in normal(jnp.array([0, 2**31, 2**32 - 1], jnp.uint32))]
      ['-5.42', '0.00', '5.22']
    """
    one_to_two = jax.lax.bitcast_convert_type(words >> 9 | np.uint32(0x3F800000), jnp.float32)
    low = np.nextafter(np.float32(-1), np.float32(0))  # -1 itself would give -inf
    uniform = jnp.maximum(low, (one_to_two - 1) * (1 - low) + low)
    return np.float32(np.sqrt(2)) * jax.lax.erf_inv(uniform)


def epoch(key: jax.Array, num_rows: int, num_inputs: int) -> tuple[jax.Array, jax.Array]:
    """What is drawn for one epoch.

    Args:
      key: of the epoch.
      num_rows: N.
      num_inputs: I, or 0 where no noise is wanted.

    Returns:
      The order of the rows `[N]` int32, and standard normal noise `[N, I]` float32 by place in that
      order.
    """
    words = bits(key, (1 + num_inputs, num_rows))
    return permutation(words[0]), normal(words[1:]).T
