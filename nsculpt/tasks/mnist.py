"""The paper's two vision tasks: a pair of handwritten digits, side by side (DESIGN 3).

`mnist_two_digits` asks which digits they are, `mnist_xor` for the bits of a XOR b of two digits
from 0 to 7. An image pair is put together on the device when a batch needs it: what is stored are
the digit images, once, and which two of them make a row.
"""

import dataclasses
import pathlib
from collections.abc import Iterable
from typing import Any

import networkx as nx
import numpy as np

from nsculpt import errors, numeric, registry
from nsculpt.tasks import catalog, files, image_pairs, mnist_files, task

IMAGE_SIZES = (28, 14, 7)
PROTOCOLS = ("honest", "paper")

_VALID_PART = 5  # one in so many of the samples of a pair is for validation: 200 of 1,000
_MOST_SAMPLES = 10_000  # beyond a million rows `draws.permutation` mixes them less and less
# Which draws are made; they enter the seeds of these.
_TRAIN, _VALID, _TEST = range(3)


def two_digits(
    *,
    mnist_dir: files.Path | None = None,
    image_size: int = 28,
    samples_per_pair: int = 1000,
    protocol: str = "honest",
    data_seed: int = 0,
) -> task.Task:
    """`mnist_two_digits`: which two digits; 20 outputs, a one-hot ten for each side.

    Args:
      mnist_dir: folder of MNIST's four files; see `mnist_files.load`.
      image_size: pixels a side of a digit image, 28, 14 or 7; smaller ones are means of blocks,
        rounded to whole grey values.
      samples_per_pair: rows for each pair of digits, at least 5; a fifth of them is for validation.
      protocol: "honest" keeps the digit images of training, validation and test apart: 50,000 and
        10,000 of MNIST's training images, and its test images, for a third set of the size of the
        second. "paper" draws both from all 70,000 images with replacement, so that most digit
        images of the validation were trained on; there is no third set.
      data_seed: of the draws, an integer from 0.

    Returns:
      Task; inputs are the frame's pixels row by row, in [0, 1].

    Raises:
      InputError: an option out of range; files that are not there or not as published.

    Source: section 5; DESIGN 3.
    """
    answers = np.zeros((10, 10, 20), np.float32)
    for left, right in np.ndindex(10, 10):
        answers[left, right, [left, 10 + right]] = 1
    names = [f"{side}_is_{digit}" for side in ("left", "right") for digit in range(10)]
    tens = (tuple(range(10)), tuple(range(10, 20)))

    def truth(inputs: tuple[tuple[int, ...], ...]) -> task.Truth:
        functions = nx.DiGraph()
        for name, pixels, ten in zip(("left", "right"), inputs, tens, strict=True):
            functions.add_node(name, inputs=pixels, outputs=ten)
        return task.Truth(inputs, tens, functions, "partition", inputs_optional=True)

    options = Options(mnist_dir, image_size, samples_per_pair, protocol, data_seed)
    return _task("mnist_two_digits", options, range(10), answers, names, truth, tens)


def xor(
    *,
    mnist_dir: files.Path | None = None,
    image_size: int = 28,
    samples_per_pair: int = 1000,
    protocol: str = "honest",
    data_seed: int = 0,
) -> task.Task:
    """`mnist_xor`: the three bits of a XOR b, the highest first, of two digits from 0 to 7.

    Arguments, result and errors are those of `two_digits`.
    """
    bits = (4, 2, 1)
    answers = np.zeros((10, 10, 3), np.float32)
    for left, right in np.ndindex(8, 8):
        answers[left, right] = [(left ^ right) & bit > 0 for bit in bits]
    names = [f"xor_{bit}" for bit in bits]

    def truth(inputs: tuple[tuple[int, ...], ...]) -> task.Truth:
        functions = nx.DiGraph()
        for side, pixels in zip(("left", "right"), inputs, strict=True):
            functions.add_node(side, inputs=pixels, outputs=())
        for output, name in enumerate(names):
            functions.add_node(name, inputs=(), outputs=(output,))
            functions.add_edges_from([("left", name), ("right", name)])
        alone = tuple((output,) for output in range(len(bits)))
        return task.Truth(inputs, alone, functions, "partition", inputs_optional=True)

    options = Options(mnist_dir, image_size, samples_per_pair, protocol, data_seed)
    return _task("mnist_xor", options, range(8), answers, names, truth)


catalog.TASKS.register("mnist_two_digits")(two_digits)
catalog.TASKS.register("mnist_xor")(xor)


@dataclasses.dataclass(frozen=True)
class Options:
    """Arguments of `two_digits`, checked."""

    mnist_dir: files.Path | None
    image_size: int
    samples_per_pair: int
    protocol: str
    data_seed: int

    def __post_init__(self) -> None:
        if not numeric.is_whole(self.image_size) or self.image_size not in IMAGE_SIZES:
            listed = ", ".join(map(str, IMAGE_SIZES))
            raise _bad("image_size", self.image_size, f"one of {listed}")
        if self.protocol not in PROTOCOLS:
            text = self.protocol if isinstance(self.protocol, str) else repr(self.protocol)
            raise errors.InputError(
                f"protocol={text}: {registry.nearest(text, PROTOCOLS)}", "protocol"
            )
        for name, low, high in (
            ("samples_per_pair", _VALID_PART, _MOST_SAMPLES),
            ("data_seed", 0, 2**31 - 1),
        ):
            value = getattr(self, name)
            if not numeric.is_whole(value) or not low <= value <= high:
                raise _bad(name, value, f"a whole number from {low} to {high}")

    @property
    def num_valid(self) -> int:
        """Rows of each pair for validation, rounded down."""
        return self.samples_per_pair // _VALID_PART

    @property
    def num_train(self) -> int:
        """Rows of each pair for training."""
        return self.samples_per_pair - self.num_valid


def _bad(name: str, value: object, expected: str) -> errors.InputError:
    return errors.InputError(f"{name}={value!r}: expected {expected}", name)


def draw(
    read: mnist_files.Digits, digits: Iterable[int], answers: np.ndarray, options: Options
) -> tuple[image_pairs.PairSource, image_pairs.PairSource, image_pairs.PairSource | None]:
    """Training, validation and test rows, by the protocol of the options; see `two_digits`."""
    num_train, num_valid = options.num_train, options.num_valid

    def drawn(images: Any, labels: Any, which: int, *counts: int) -> list[image_pairs.PairSource]:
        small = image_pairs.pooled(images, options.image_size)
        pool = image_pairs.Pool(small, labels.astype(np.int32))
        return image_pairs.draw(pool, digits, answers, (options.data_seed, which), counts)

    if options.protocol == "paper":
        images = np.concatenate([read.train_images, read.test_images])
        labels = np.concatenate([read.train_labels, read.test_labels])
        train, valid = drawn(images, labels, _TRAIN, num_train, num_valid)
        return train, valid, None
    # The usual split: 50,000 and 10,000.
    first = len(read.train_labels) * 5 // 6
    (train,) = drawn(read.train_images[:first], read.train_labels[:first], _TRAIN, num_train)
    (valid,) = drawn(read.train_images[first:], read.train_labels[first:], _VALID, num_valid)
    (test,) = drawn(read.test_images, read.test_labels, _TEST, num_valid)
    return train, valid, test


def _task(
    name: str,
    options: Options,
    digits: Iterable[int],
    answers: np.ndarray,
    output_names: list[str],
    truth: Any,
    classes: tuple[tuple[int, ...], ...] = (),
) -> task.Task:
    train, valid, test = draw(mnist_files.load(options.mnist_dir), digits, answers, options)
    size = options.image_size
    sides = np.arange(2 * size * size).reshape(size, 2, size).swapaxes(0, 1).reshape(2, -1)
    named = ("image_size", "samples_per_pair", "protocol", "data_seed")
    origin = {each: str(getattr(options, each)) for each in named}
    if options.mnist_dir is not None:
        origin["mnist_dir"] = str(pathlib.Path(options.mnist_dir).resolve())
    return task.Task(
        name=name,
        train=train,
        valid=valid,
        test=test,
        input_names=tuple(
            f"{side}_{row}_{column}"
            for row in range(size)
            for side in ("left", "right")
            for column in range(size)
        ),
        output_names=tuple(output_names),
        truth=truth(tuple(tuple(side.tolist()) for side in sides)),
        inputs_optional=True,
        exact=False,
        classes=classes,
        image_shape=(size, 2 * size),
        origin=origin,
    )
