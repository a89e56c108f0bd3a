"""Edge rounds on smaller arrays: the same edges fall, and the rest is the same but for rounding."""

import dataclasses
import itertools

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

import nsculpt
from nsculpt import experiment, settings
from nsculpt.sculpting import compaction, jobs, program, pruning
from nsculpt.tasks import task

WHOLE, SMALL = (3, 6, 5, 2), (3, 4, 4, 2)  # 58 and 36 edges


@st.composite
def rounds(draw):
    """Rounds of networks of which some hidden units have no edge."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    density = draw(st.floats(0.05, 1.0))
    used = [rng.random(width) < draw(st.floats(0.2, 1.0)) for width in WHOLE]
    used[0][:] = used[-1][:] = True
    edges = [
        (rng.random((a.size, b.size)) < density) & a[:, None] & b[None, :]
        for a, b in itertools.pairwise(used)
    ]
    kernels = [np.where(mask, rng.normal(size=mask.shape), 0).astype(np.float32) for mask in edges]
    biases = [np.where(mask.any(0), 0.5, 0.0).astype(np.float32) for mask in edges]
    num_dead = sum(mask.size - mask.sum() for mask in edges)
    k = draw(st.integers(max(num_dead - 1, 0), 57) | st.just(pruning.NOTHING))
    return jobs.Round(jobs.Job(0, 5000, 500), 1, k, kernels, biases, edges)


def reply_with(asked):
    return jobs.Reply(asked.kernels, asked.biases, asked.edges, 0, 0.0, 1, 0, 0)


@hypothesis.given(rounds())
def test_there_and_back_is_the_same_network(asked):
    found = compaction.compacted(asked, SMALL)
    used = [(below.any(0) | above.any(1)).sum() for below, above in itertools.pairwise(asked.edges)]
    if found is None:
        assert max(used) > 4 or sum(mask.sum() for mask in asked.edges) == 36
        return
    assert [kernel.shape for kernel in found.asked.kernels] == [(3, 4), (4, 4), (4, 2)]
    back = found.restored(reply_with(found.asked))
    for name in ("kernels", "biases", "edges"):
        for a, b in zip(getattr(back, name), getattr(asked, name), strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)


@hypothesis.given(rounds())
def test_the_same_edges_fall(asked):
    """By the definition: every |weight| at or below the k-th smallest, dead edges counting as 0."""

    def fallen(each):
        flat = np.sort(np.concatenate([np.abs(kernel).ravel() for kernel in each.kernels]))
        threshold = -np.inf if each.k == pruning.NOTHING else flat[each.k]
        return [
            mask & (np.abs(k) > threshold) for k, mask in zip(each.kernels, each.edges, strict=True)
        ]

    found = compaction.compacted(asked, SMALL)
    if found is not None:
        pruned = dataclasses.replace(reply_with(found.asked), edges=fallen(found.asked))
        for a, b in zip(found.restored(pruned).edges, fallen(asked), strict=True):
            np.testing.assert_array_equal(a, b)


def test_which_networks_have_smaller_arrays():
    assert compaction.compact_sizes((4, 24, 24, 16), num_rows=16, epochs=40) == (4, 8, 8, 16)
    assert compaction.compact_sizes((8, 48, 100, 4), num_rows=256, epochs=40) == (8, 8, 16, 4)
    assert compaction.compact_sizes((4, 24, 4), num_rows=16, epochs=15) is None  # too little work
    assert compaction.compact_sizes((8, 6, 8, 4), num_rows=256, epochs=100) is None  # small already


def test_a_saliency_of_ones_own_sees_whole_arrays():
    task = nsculpt.load_task("reused")
    cell = experiment.make_cell(task, settings.resolve(task, (24, 24)))
    assert cell.compact_sizes == (4, 8, 8, 16)
    own = dataclasses.replace(cell, edge_saliency="mine")
    assert own.compact_sizes is None


@hypothesis.given(rounds(), st.integers(-1, 10))
def test_the_same_units_fall_on_fitted_arrays(asked, k):
    """By the definition: every saliency at or below the k-th smallest, dead units counting as 0."""
    asked = dataclasses.replace(asked, job=jobs.Job(0, 5000), k=k)

    def kept(each):
        """Masks after pruning by a saliency of units: what their outgoing |weights| add up to."""
        sums = [np.abs(kernel).sum(axis=1) for kernel in each.kernels[1:]]
        flat = np.sort(np.concatenate(sums))
        threshold = -np.inf if each.k == pruning.NOTHING else flat[each.k]
        alive = [np.ones(each.edges[0].shape[0], bool), *(sum_ > threshold for sum_ in sums)]
        alive.append(np.ones(each.edges[-1].shape[1], bool))
        return [
            mask & below[:, None] & above[None, :]
            for mask, below, above in zip(each.edges, alive, alive[1:], strict=False)
        ]

    found = compaction.compacted(asked, compaction.fitted_sizes(asked.edges))
    if found is not None:
        assert sum(found.sizes[1:-1]) < sum(WHOLE[1:-1])
        pruned = dataclasses.replace(reply_with(found.asked), edges=kept(found.asked))
        for a, b in zip(found.restored(pruned).edges, kept(asked), strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ((391, 391), (392, 392)),
        ((293, 8), (296, 296)),  # 3/4 is 294
        ((194, 194), (200, 200)),
        ((40, 30), (56, 56)),  # 1/8 is 49, 3/32 is 37
        ((0, 0), (8, 8)),
    ],
)
def test_fitted_sizes(used, expected):
    alive = [np.ones(2, bool), *(np.arange(392) < count for count in used), np.ones(3, bool)]
    edges = [below[:, None] & above for below, above in itertools.pairwise(alive)]
    assert compaction.fitted_sizes(edges) == (2, *expected, 3)


@hypothesis.given(st.integers(1, 400), st.integers(1, 40), st.data())
def test_fitted_sizes_have_room_for_a_dead_unit(first, second, data):
    used = [data.draw(st.integers(0, width)) for width in (first, second)]
    edges = [np.zeros(shape, bool) for shape in ((2, first), (first, second), (second, 3))]
    edges[0][:, : used[0]] = edges[2][: used[1]] = True
    inputs, *hidden, outputs = compaction.fitted_sizes(edges)
    assert (inputs, outputs) == (2, 3)
    for size, width, units in zip(hidden, (first, second), used, strict=True):
        assert size == width or (units < size < width and size % 8 == 0)


def test_a_round_gives_the_same_network_but_for_rounding():
    """Rounds of units and of edges on fitted arrays, and of edges on those of all edge rounds."""
    rng = np.random.default_rng(1)
    x = rng.random((600, 20), np.float32)
    source = task.ArraySource(x, (x[:, :3] > 0.5).astype(np.float32))
    names = [tuple(f"{letter}{i}" for i in range(n)) for letter, n in (("x", 20), ("y", 3))]
    made = task.Task("wide", source, source, *names, exact=False)
    cell = experiment.make_cell(
        made, settings.resolve(made, (64, 60), epochs=2, batch_size=600, learning_rate=0.001)
    )
    assert cell.tile == 1
    assert cell.fits_each_round
    of_all = dataclasses.replace(cell)
    of_all.__dict__["compact_sizes"] = (20, 32, 32, 3)  # as where tiles are wider
    edges = [np.ones(shape, bool) for shape in ((20, 64), (64, 60), (60, 3))]
    edges[0][:, 30:] = edges[1][30:] = edges[1][:, 9:] = edges[2][9:] = False
    kernels = [np.where(mask, rng.normal(size=mask.shape), 0).astype(np.float32) for mask in edges]
    biases = [np.where(mask.any(0), 0.1, 0).astype(np.float32) for mask in edges]
    num_dead = sum(mask.size - mask.sum() for mask in edges)
    units = jobs.Round(jobs.Job(0, 5000), 1, 124 - 39 + 4, kernels, biases, edges)
    pruned = jobs.Round(jobs.Job(0, 5000, 500), 1, num_dead + 99, kernels, biases, edges)
    for asked, cells in ((units, [cell]), (pruned, [cell, of_all])):
        whole = program.Program(cell, cell.layer_sizes)([asked])[0]
        if asked is units:
            assert whole.live_hidden_units == 39 - 5
        else:
            assert whole.alive_edges == 20 * 30 + 30 * 9 + 9 * 3 - 100
        small = cell.compacted(asked)
        assert small.sizes == (20, 32, 32, 3)
        for each in cells:
            found = small.restored(program.Program(each, small.sizes)([small.asked])[0])
            for a, b in zip(found.edges, whole.edges, strict=True):
                np.testing.assert_array_equal(a, b)
            for a, b in zip(
                found.kernels + found.biases, whole.kernels + whole.biases, strict=True
            ):
                np.testing.assert_allclose(a, b, atol=1e-4)
            for name in ("wrong_bits", "best_epoch", "live_hidden_units", "alive_edges"):
                assert getattr(found, name) == getattr(whole, name)
            np.testing.assert_allclose(found.loss, whole.loss, rtol=1e-4)
