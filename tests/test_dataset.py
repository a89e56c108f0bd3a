"""Data sets in npz files: contents, truth from labels, errors by file and array."""

import io
import zipfile

import numpy as np
import pytest

from nsculpt import errors, tasks
from tests import bad_input

X_TRAIN = np.array([[0.5, -1.0, 2.0], [0.0, 1.0, 3.0]])
Y_TRAIN = np.array([[0, 1], [1, 1]])
GOOD = {
    "x_train": X_TRAIN,
    "y_train": Y_TRAIN,
    "x_valid": X_TRAIN[:1],
    "y_valid": Y_TRAIN[:1],
}


@pytest.fixture
def save(tmp_path):
    def save_file(**arrays):
        path = tmp_path / "mine.npz"
        np.savez(path, **arrays)
        return path

    return save_file


def test_the_least(save):
    task = tasks.from_dataset(save(**GOOD))
    assert task.name == "mine"
    assert (task.x_train == X_TRAIN).all()
    assert (task.y_train == Y_TRAIN).all()
    assert task.x_valid.tolist() == [[0.5, -1.0, 2.0]]
    assert task.y_valid.tolist() == [[0.0, 1.0]]
    assert task.x_train.dtype == task.y_train.dtype == np.float32
    assert task.input_names == ("x0", "x1", "x2")
    assert task.output_names == ("y0", "y1")
    assert task.test is None
    assert task.truth is None
    assert task.inputs_optional
    assert not task.exact


def test_all_there_can_be(save):
    task = tasks.from_dataset(
        save(
            **GOOD,
            x_test=X_TRAIN[1:],
            y_test=Y_TRAIN[1:].astype(bool),
            input_names=np.array(["p", "q", "r"]),
            output_names=np.array(["s", "t"]),
            input_groups=np.array([7, 2, 7]),
            output_groups=np.array([0, 1], np.uint8),
        )
    )
    assert task.test.num_rows == 1
    assert task.test.x.tolist() == [[0.0, 1.0, 3.0]]
    assert task.test.y.tolist() == [[1.0, 1.0]]
    assert (task.input_names, task.output_names) == (("p", "q", "r"), ("s", "t"))
    assert task.truth.input_groups == ((0, 2), (1,))
    assert task.truth.output_groups == ((0,), (1,))
    assert task.truth.hierarchy is None
    assert task.success_rule == "partition"
    assert task.truth.inputs_optional


def test_groups_may_be_known_in_part(save):
    groups = {"input_groups": np.array([5, -1, 5]), "output_groups": np.array([-1, -3])}
    truth = tasks.from_dataset(save(**GOOD, **groups)).truth
    assert truth.input_groups == ((0, 2),)
    assert truth.output_groups == ()


def with_value(array, row, column, value):
    changed = array.astype(float)
    changed[row, column] = value
    return changed


BAD = [
    ({"x_valid": None}, ["no array x_valid", "found x_train, y_train, y_valid"]),
    ({"x_train": None, "y_train": None}, ["no array x_train", "found x_valid, y_valid"]),
    ({"input_group": np.zeros(3, int)}, ["unknown array 'input_group'", "input_groups?"]),
    ({"x_test": X_TRAIN}, ["x_test without y_test", "expected both or neither"]),
    ({"y_test": Y_TRAIN}, ["y_test without x_test", "expected both or neither"]),
    ({"input_groups": np.zeros(3, int)}, ["input_groups without output_groups", "both or neither"]),
    ({"output_groups": np.zeros(2, int)}, ["output_groups without input_groups", "both or neit"]),
    ({"x_train": X_TRAIN[:1]}, ["x_train has 1 rows and y_train 2", "expected equal"]),
    ({"x_train": X_TRAIN[0]}, ["x_train [3]", "expected [N, I]"]),
    ({"y_valid": Y_TRAIN[:, 0]}, ["y_valid [2]", "expected [N, O]"]),
    ({"x_valid": X_TRAIN[:1, :2]}, ["x_valid [1, 2]", "expected [N, 3] and [N, 2]"]),
    ({"y_valid": Y_TRAIN[:1, :1]}, ["y_valid [1, 1]", "expected [N, 3] and [N, 2]"]),
    ({"x_test": X_TRAIN[:, :1], "y_test": Y_TRAIN}, ["x_test [2, 1]", "expected [N, 3]"]),
    ({"x_train": X_TRAIN[:0], "y_train": Y_TRAIN[:0]}, ["x_train [0, 3]", "none of them 0"]),
    ({"y_train": Y_TRAIN[:, :0]}, ["y_train [2, 0]", "none of them 0"]),
    ({"y_train": with_value(Y_TRAIN, 1, 0, 2)}, ["y_train[1, 0] is 2.0", "expected 0 or 1"]),
    ({"y_valid": with_value(Y_TRAIN[:1], 0, 1, 0.5)}, ["y_valid[0, 1] is 0.5", "0 or 1"]),
    ({"y_train": with_value(Y_TRAIN, 0, 0, np.nan)}, ["y_train[0, 0] is nan", "0 or 1"]),
    ({"x_train": with_value(X_TRAIN, 1, 2, np.nan)}, ["x_train[1, 2] is nan", "finite"]),
    ({"x_train": with_value(X_TRAIN, 0, 1, -np.inf)}, ["x_train[0, 1] is -inf", "finite"]),
    ({"x_train": with_value(X_TRAIN, 0, 1, 1e300)}, ["x_train[0, 1] is 1e+300", "finite"]),
    ({"x_train": X_TRAIN.astype(str)}, ["x_train is of <U", "expected numbers"]),
    ({"x_train": X_TRAIN.astype(complex)}, ["x_train is of complex", "expected numbers"]),
    ({"y_train": Y_TRAIN.astype(object)}, ["'y_train' holds objects", "expected an array"]),
    ({"input_names": np.array(["p", "q"])}, ["input_names [2]", "expected [3] strings"]),
    ({"output_names": np.array([1, 2])}, ["output_names [2] of int", "expected [2] strings"]),
    ({"input_names": np.array(["p", "q", "p"])}, ["input_names[2]", "doubled name 'p'"]),
    (
        {"input_groups": np.zeros(2, int), "output_groups": np.zeros(2, int)},
        ["input_groups [2]", "expected [3] integers"],
    ),
    (
        {"input_groups": np.zeros(3, int), "output_groups": np.zeros(2)},
        ["output_groups [2] of float64", "expected [2] integers"],
    ),
]


@pytest.mark.parametrize(("changes", "parts"), BAD)
def test_bad_arrays(save, changes, parts):
    arrays = {name: array for name, array in {**GOOD, **changes}.items() if array is not None}
    path = save(**arrays)
    message = bad_input.message_of(tasks.from_dataset, path)
    assert message.startswith(f"{path}: ")
    for part in parts:
        assert part in message


def npy_bytes():
    stream = io.BytesIO()
    np.save(stream, X_TRAIN)
    return stream.getvalue()


def zip_of_text():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x_train.txt", "0 1 1 0")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "expected an npz file"),
        (b"0,1,->,1\n", "expected an npz file"),
        (npy_bytes(), "one array; expected an npz file of several"),
        (b"PK\x03\x04" + bytes(50), "expected an npz file"),
        (zip_of_text(), "'x_train.txt' is no array; expected an npz file of arrays"),
    ],
)
def test_not_an_npz(tmp_path, content, expected):
    path = tmp_path / "mine.npz"
    path.write_bytes(content)
    message = bad_input.message_of(tasks.from_dataset, path)
    assert message.startswith(f"{path}: ")
    assert expected in message


def test_a_file_that_cannot_be_read(tmp_path):
    absent = tmp_path / "absent.npz"
    message = bad_input.message_of(tasks.from_dataset, absent)
    assert message == f"{absent}: cannot be read: No such file or directory"


def test_no_flipped_byte_changes_the_data(save, tmp_path):
    """Each damage is refused, or hits bytes that hold no data."""
    path = save(**GOOD)
    good, content = tasks.from_dataset(path), path.read_bytes()
    damaged = tmp_path / "damaged.npz"
    num_refused = 0
    for position in range(len(content)):
        damaged.write_bytes(
            content[:position] + bytes([content[position] ^ 0x15]) + content[position + 1 :]
        )
        try:
            task = tasks.from_dataset(damaged)
        except errors.InputError:
            num_refused += 1
        else:
            assert task.sha256 == good.sha256
    assert num_refused > len(content) // 2


def test_classes_and_pixels(save):
    y = np.array([[0, 1, 1, 1], [1, 0, 0, 1]])
    arrays = {"x_train": X_TRAIN, "y_train": y, "x_valid": X_TRAIN[:1], "y_valid": y[:1]}
    task = tasks.from_dataset(
        save(**arrays, output_classes=np.array([4, 4, -1, 2]), image_shape=np.array([1, 3]))
    )
    assert task.classes == ((0, 1), (3,))
    assert task.image_shape == (1, 3)


@pytest.mark.parametrize(
    ("array", "value", "line"),
    [
        (
            "output_classes",
            [0, 0],
            "y_train[1] has 2 ones in outputs 0, 1; expected exactly one in each of output_classes",
        ),
        ("output_classes", [0], "output_classes [1] of int64; expected [2] integers"),
        (
            "image_shape",
            [2, 2],
            "image_shape [2, 2]; expected two positive integers, rows and columns, whose product "
            "is the number of inputs, 3",
        ),
        (
            "image_shape",
            3,
            "image_shape 3; expected two positive integers, rows and columns, whose product "
            "is the number of inputs, 3",
        ),
    ],
)
def test_bad_classes_and_pixels(save, array, value, line):
    path = save(**GOOD, **{array: np.array(value, np.int64)})
    assert bad_input.message_of(tasks.from_dataset, path) == f"{path}: {line}"
