"""Edge rounds on smaller arrays: the same edges fall, and the rest is the same but for rounding."""

import dataclasses
import itertools

import hypothesis
import numpy as np
from hypothesis import strategies as st

import nsculpt
from nsculpt import experiment, settings
from nsculpt.sculpting import compaction, jobs, program, pruning

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


def test_a_round_gives_the_same_network_but_for_rounding():
    task = nsculpt.load_task("reused")
    chosen = settings.resolve(task, (24, 24), epochs=3)
    cell = experiment.make_cell(task, chosen)
    rng = np.random.default_rng(0)
    edges = [np.zeros(shape, bool) for shape in ((4, 24), (24, 24), (24, 16))]
    edges[0][:, [3, 7, 20]] = edges[1][[[3], [7], [20]], [5, 11]] = edges[2][[5, 11]] = True
    kernels = [np.where(mask, rng.normal(size=mask.shape), 0).astype(np.float32) for mask in edges]
    biases = [np.zeros(mask.shape[1], np.float32) for mask in edges]
    num_dead = 1056 - 12 - 6 - 32
    asked = jobs.Round(jobs.Job(0, 5000, 500), 1, num_dead + 9, kernels, biases, edges)
    whole = program.Program(cell, cell.layer_sizes)([asked])[0]
    assert whole.alive_edges == 50 - 10
    small = compaction.compacted(asked, (4, 8, 8, 16))
    on_small = dataclasses.replace(cell)
    on_small.__dict__["compact_sizes"] = (4, 8, 8, 16)
    found = small.restored(program.Program(on_small, (4, 8, 8, 16))([small.asked])[0])
    for a, b in zip(found.edges, whole.edges, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(found.kernels + found.biases, whole.kernels + whole.biases, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    for name in ("wrong_bits", "best_epoch", "live_hidden_units", "alive_edges"):
        assert getattr(found, name) == getattr(whole, name)
    np.testing.assert_allclose(found.loss, whole.loss, rtol=1e-4)


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
