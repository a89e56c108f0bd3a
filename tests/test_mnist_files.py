"""MNIST's files: in a folder of the user's, in the cache, checked."""

import gzip
import hashlib
import os

import numpy as np
import pytest

from nsculpt.tasks import mnist_files
from tests import bad_input, idx_files
from tests.mnist_mirrors import (
    ARRAYS,
    CONTENTS,
    FOUR,
    NAMES,
    TABLE,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    same,
)


@pytest.fixture(autouse=True)
def _no_folder_of_the_user(monkeypatch):
    monkeypatch.delenv(mnist_files.VARIABLE, raising=False)


@pytest.fixture
def folder(tmp_path):
    """All four files, in all four ways to write them."""
    made = tmp_path / "mine"
    made.mkdir()
    for index, (file, content) in enumerate(zip(TABLE, CONTENTS.values(), strict=True)):
        packed = gzip.compress(content) if file.names[index].endswith(".gz") else content
        (made / file.names[index]).write_bytes(packed)
    assert sorted(os.listdir(made)) == [
        "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte.gz",
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz",
    ]  # fmt: skip
    return made


def test_a_folder_is_enough(folder, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    assert same(mnist_files.load_files(TABLE, (), cache, folder))
    assert same(mnist_files.load_files(TABLE, (), cache, str(folder)))
    monkeypatch.setenv(mnist_files.VARIABLE, str(folder))
    assert same(mnist_files.load_files(TABLE, (), cache))
    assert not cache.exists()


def test_the_flag_beats_the_environment_beats_the_cache(folder, tmp_path, monkeypatch):
    monkeypatch.setenv(mnist_files.VARIABLE, str(tmp_path / "absent"))
    assert same(mnist_files.load_files(TABLE, (), tmp_path, folder))
    message = bad_input.message_of(mnist_files.load_files, TABLE, (), folder)
    absent = tmp_path / "absent"
    assert message == (
        f"NSCULPT_MNIST_DIR: {absent}: cannot be read: No such file or directory; "
        f"expected a folder of {FOUR}"
    )
    monkeypatch.setenv(mnist_files.VARIABLE, "")  # as if not set
    assert same(mnist_files.load_files(TABLE, (), folder))


def test_folders_of_the_files_names_are_passed_over(tmp_path):
    for file in TABLE:  # as a well-known archive unpacks
        (tmp_path / file.names[0]).mkdir()
        (tmp_path / file.names[2]).write_bytes(CONTENTS[file.name])
    assert same(mnist_files.load_files(TABLE, (), tmp_path / "cache", tmp_path))


def refusal(folder):
    """What is said of a folder, after the flag."""
    with pytest.raises(ValueError) as caught:
        mnist_files.load_files(TABLE, (), folder / "cache", folder)
    assert caught.value.field == "mnist_dir"
    assert str(caught.value).isprintable()
    return str(caught.value).removeprefix("mnist_dir: ")


def test_files_that_are_not_there(folder):
    assert refusal(folder / "absent") == (
        f"{folder}/absent: cannot be read: No such file or directory; expected a folder of {FOUR}"
    )
    (folder / "empty").mkdir()
    message = refusal(folder / "empty")
    assert message == f"{folder}/empty: holds none of the files; expected a folder of {FOUR}"
    a_file = folder / TRAIN_IMAGES
    assert refusal(a_file).startswith(f"{a_file}: cannot be read: Not a directory; expected a ")
    assert "cannot be read" in refusal(folder / "a\0b")
    assert "cannot be read" in refusal(folder / "two\nlines")
    a_file.unlink()
    (folder / "t10k-images.idx3-ubyte").unlink()
    assert refusal(folder) == (
        f"{folder}: no {TRAIN_IMAGES}, no {TEST_IMAGES}; expected a folder of {FOUR}"
    )
    a_file.symlink_to("nowhere")
    (folder / TEST_IMAGES).mkdir()
    assert refusal(folder) == f"{a_file}: cannot be read: No such file or directory"
    a_file.unlink()
    a_file.write_bytes(CONTENTS[TRAIN_IMAGES])
    assert refusal(folder) == f"{folder}/{TEST_IMAGES}: is no regular file; expected an IDX file"


def test_bad_files_are_told_apart(folder):
    path = folder / TRAIN_IMAGES
    good = path.read_bytes()
    path.write_bytes(good[:-1])
    assert refusal(folder) == (
        f"{path}: cut off: 155 bytes; expected 156, as the header [7, 5, 4] says"
    )
    path.write_bytes(b"\0\0\x0d" + good[3:])
    assert refusal(folder) == (
        f"{path}: magic number 0x00000d03 (b'\\x00\\x00\\r\\x03'); expected an IDX file of uint8: "
        "0x00000803 for images, 0x00000801 for labels"
    )
    path.write_bytes(gzip.compress(good)[:-3])
    assert refusal(folder) == f"{path}: cut off: the gzip data lack their end, a checksum"
    path.write_bytes(idx_files.content(ARRAYS[0][:, :4]))
    assert refusal(folder) == f"{path}: images [7, 4, 4]; expected images [7, 5, 4]"
    path.write_bytes(idx_files.content(ARRAYS[0].reshape(7, 20)))
    assert refusal(folder) == f"{path}: an array [7, 20]; expected images [7, 5, 4]"
    path.write_bytes(good[:-1] + b"\0")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert refusal(folder) == (
        f"{path}: SHA-256 {found} without compression; expected {TABLE[0].sha256}: damaged, or "
        "other data of the same sizes"
    )


@pytest.mark.parametrize(
    ("name", "other", "said"),
    [
        (TRAIN_IMAGES, TRAIN_LABELS, "labels [7]; expected images [7, 5, 4]"),
        (TRAIN_LABELS, TRAIN_IMAGES, "images [7, 5, 4]; expected labels [7]"),
        (TRAIN_IMAGES, TEST_IMAGES, "images [3, 5, 4]; expected images [7, 5, 4]"),
        (TEST_LABELS, TRAIN_LABELS, "labels [7]; expected labels [3]"),
    ],
)
def test_swapped_files(tmp_path, name, other, said):
    swap = {name: other, other: name}
    for each in NAMES:
        (tmp_path / each).write_bytes(CONTENTS[swap.get(each, each)])
    if NAMES.index(other) < NAMES.index(name):  # which is looked at first
        (tmp_path / other).write_bytes(CONTENTS[other])
    assert refusal(tmp_path) == (
        f"{tmp_path / name}: {said}; these are the sizes of {other}: are the files swapped?"
    )


def test_a_good_file_beside_a_bad_one_is_found(tmp_path):
    """As when somebody puts a file of another name into the cache."""
    for file in TABLE:
        (tmp_path / file.names[0]).write_bytes(b"damaged")
        (tmp_path / file.names[3]).write_bytes(gzip.compress(CONTENTS[file.name]))
    assert same(mnist_files.load_files(TABLE, [], tmp_path))


def test_mnist_itself(mnist_dir):
    digits = mnist_files.load(mnist_dir)
    assert digits.train_images.shape == (60_000, 28, 28)
    assert digits.test_images.shape == (10_000, 28, 28)
    assert {array.dtype for array in vars(digits).values()} == {np.dtype(np.uint8)}
    # As every course on it says.
    assert digits.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(digits.train_labels).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949
    ]  # fmt: skip
    assert np.bincount(digits.test_labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009
    ]  # fmt: skip
    assert round(digits.train_images.mean() / 255, 4) == 0.1307
    assert not digits.test_images[:, 0].any()  # the first row of pixels is black


def test_mnist_by_the_environment(mnist_dir, monkeypatch):
    monkeypatch.setenv(mnist_files.VARIABLE, str(mnist_dir))
    assert mnist_files.load().test_labels[:5].tolist() == [7, 2, 1, 0, 4]
