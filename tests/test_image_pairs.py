"""Rows of two images side by side: which pixels, which labels, which draws."""

import numpy as np

from nsculpt.tasks import image_pairs

# Images of 2 x 2 pixels; label 0 twice, label 1 once.
IMAGES = np.array([[0, 51, 102, 153], [10, 20, 30, 40], [255, 0, 255, 0]], np.uint8)
POOL = image_pairs.Pool(IMAGES, np.array([0, 0, 1], np.int32))
ANSWERS = np.zeros((10, 10, 2), np.float32)
ANSWERS[:, 1] = [0, 1]
ANSWERS[1, 0] = [1, 0]


def test_a_row_is_one_frame_line_by_line():
    source = image_pairs.PairSource(
        IMAGES, POOL.labels, np.array([0, 2], np.int32), np.array([2, 1], np.int32), ANSWERS
    )
    x, y = source.gather(np.array([1, 0, 1]))
    left, right = [1.0, 0.0, 1.0, 0.0], [10 / 255, 20 / 255, 30 / 255, 40 / 255]
    second = [left[0], left[1], right[0], right[1], left[2], left[3], right[2], right[3]]
    np.testing.assert_allclose(x[0], second, rtol=1e-6)
    np.testing.assert_allclose(x[1], [0, 0.2, 1, 0, 0.4, 0.6, 1, 0], rtol=1e-6)
    assert np.asarray(y).tolist() == [[1, 0], [0, 1], [1, 0]]
    assert (source.num_rows, source.num_inputs, source.num_outputs) == (2, 8, 2)


def test_the_digest_is_of_the_content():
    left, right = np.array([0, 2], np.int32), np.array([2, 1], np.int32)
    one = image_pairs.PairSource(IMAGES, POOL.labels, left, right, ANSWERS)
    same = image_pairs.PairSource(IMAGES.copy(), POOL.labels, left, right, ANSWERS)
    swapped = image_pairs.PairSource(IMAGES, POOL.labels, right, left, ANSWERS)
    assert one.sha256() == same.sha256() != swapped.sha256()


def test_pixels_are_means_of_blocks():
    image = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    # Blocks (0, 1, 4, 5), (2, 3, 6, 7) ...: means 2.5, 4.5, 10.5, 12.5, halves rounded up.
    assert image_pairs.pooled(image, 2).tolist() == [[3, 5, 11, 13]]
    assert image_pairs.pooled(image, 4).tolist() == [list(range(16))]
    assert image_pairs.pooled(np.full((1, 4, 4), 255, np.uint8), 1).tolist() == [[255]]


def test_every_pair_of_digits_has_so_many_rows():
    train, valid = image_pairs.draw(POOL, (0, 1), ANSWERS, (5, 0), (30, 7))
    for source, count in ((train, 30), (valid, 7)):
        labels = np.stack([POOL.labels[source.left], POOL.labels[source.right]])
        pairs, counts = np.unique(labels, axis=1, return_counts=True)
        assert pairs.T.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
        assert counts.tolist() == [count] * 4
        assert source.images is POOL.images
    # With replacement, from all images of a digit.
    assert set(train.left) == {0, 1, 2}


def test_a_seed_decides_the_draw():
    def drawn(*seed):
        (source,) = image_pairs.draw(POOL, (0, 1), ANSWERS, seed, (50,))
        return source.left.tolist(), source.right.tolist()

    assert drawn(5, 0) == drawn(5, 0)
    assert len({str(drawn(*seed)) for seed in ((5, 0), (5, 1), (6, 0))}) == 3
