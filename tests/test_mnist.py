"""The two vision tasks: protocols, answers, names and truth."""

import numpy as np
import pytest

import nsculpt
from nsculpt.tasks import mnist, mnist_files
from tests import bad_input


@pytest.fixture(scope="module")
def digits():
    """Images that are told apart by their first pixels: the part they are of, and a number."""

    def part(number, count):
        images = np.zeros((count, 28, 28), np.uint8)
        images[:, 0, 0] = number
        images[:, 0, 1] = np.arange(count)
        return images, (np.arange(count) % 10).astype(np.uint8)

    return mnist_files.Digits(*part(1, 120), *part(2, 40))


def drawn(digits, **given):
    options = {"image_size": 28, "samples_per_pair": 25, "protocol": "honest", "data_seed": 0}
    answers = np.zeros((10, 10, 1), np.float32)
    return mnist.draw(digits, range(10), answers, mnist.Options(None, **(options | given)))


def images_of(source):
    """(part, number) of the digit images in the rows of a source."""
    used = source.images[np.concatenate([source.left, source.right])]
    return {(int(image[0]), int(image[1])) for image in used}


def test_the_honest_protocol_shares_no_image(digits):
    train, valid, test = drawn(digits)
    assert (train.num_rows, valid.num_rows, test.num_rows) == (2000, 500, 500)
    assert images_of(train) <= {(1, number) for number in range(100)}
    assert images_of(valid) <= {(1, number) for number in range(100, 120)}
    assert images_of(test) <= {(2, number) for number in range(40)}
    assert len(images_of(train)) == 100


def test_the_papers_protocol_draws_from_all_images(digits):
    train, valid, test = drawn(digits, protocol="paper")
    assert (train.num_rows, valid.num_rows, test) == (2000, 500, None)
    everything = {(1, number) for number in range(120)} | {(2, number) for number in range(40)}
    assert images_of(train) == everything
    assert len(images_of(valid) & images_of(train)) > 100


def test_a_fifth_is_for_validation_rounded_down(digits):
    train, valid, _ = drawn(digits, samples_per_pair=9, image_size=7)
    assert (train.num_rows, valid.num_rows, train.num_inputs) == (800, 100, 98)


def test_two_digits(mnist_dir):
    task = nsculpt.load_task(
        "mnist_two_digits", mnist_dir=mnist_dir, image_size=14, samples_per_pair=5
    )
    assert (task.num_inputs, task.num_outputs, task.train.num_rows) == (392, 20, 400)
    x, y = task.train.gather(np.arange(400))
    y = np.asarray(y)
    # Rows stand by left digit, then by right digit, four each.
    assert y[:, :10].argmax(1).tolist() == np.repeat(range(10), 40).tolist()
    assert y[:, 10:].argmax(1).tolist() == np.tile(np.repeat(range(10), 4), 10).tolist()
    assert (y.sum(1) == 2).all()
    assert np.asarray(x).min() == 0.0
    assert 0.9 < np.asarray(x).max() <= 1.0
    left, right = task.truth.input_groups
    assert {task.input_names[each].split("_")[0] for each in left} == {"left"}
    assert {task.input_names[each].split("_")[0] for each in right} == {"right"}
    assert len(left) == len(right) == 196
    assert task.input_names[:2] == ("left_0_0", "left_0_1")
    assert task.input_names[14] == "right_0_0"
    assert task.truth.output_groups == (tuple(range(10)), tuple(range(10, 20)))
    assert task.classes == task.truth.output_groups
    assert (task.exact, task.inputs_optional, task.image_shape) == (False, True, (14, 28))
    assert task.origin["image_size"] == "14"


def test_xor(mnist_dir):
    task = nsculpt.load_task("mnist_xor", mnist_dir=mnist_dir, image_size=7, samples_per_pair=5)
    assert (task.num_outputs, task.train.num_rows, task.valid.num_rows) == (3, 256, 64)
    _, y = task.train.gather(np.arange(0, 256, 4))
    bits = np.asarray(y).astype(int) @ [4, 2, 1]
    assert bits.tolist() == [a ^ b for a in range(8) for b in range(8)]
    assert task.truth.output_groups == ((0,), (1,), (2,))
    assert set(task.truth.hierarchy.predecessors("xor_2")) == {"left", "right"}


def test_equal_options_give_equal_data(digits):
    def digest(**given):
        return [source.sha256() for source in drawn(digits, **given)[:2]]

    others = [{"data_seed": 1}, {"protocol": "paper"}, {"samples_per_pair": 26}, {"image_size": 14}]
    assert digest() == digest()
    assert len({str(each) for each in (digest(), *(digest(**other) for other in others))}) == 5


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"image_size": 9}, "image_size=9: expected one of 28, 14, 7"),
        ({"image_size": "14"}, "image_size='14': expected one of 28, 14, 7"),
        ({"image_size": 14.0}, "image_size=14.0: expected one of 28, 14, 7"),
        ({"protocol": "papre"}, "protocol=papre: did you mean paper?"),
        (
            {"samples_per_pair": 4},
            "samples_per_pair=4: expected a whole number from 5 to 10000",
        ),
        ({"data_seed": -1}, "data_seed=-1: expected a whole number from 0 to 2147483647"),
        ({"size": 14}, "size: task 'mnist_xor' has no such option"),
    ],
)
def test_bad_options(options, line):
    """Before any file is looked for."""
    made = bad_input.message_of(nsculpt.load_task, "mnist_xor", mnist_dir="nowhere", **options)
    assert made == line
