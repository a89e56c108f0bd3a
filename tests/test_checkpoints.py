"""A job goes on from any of its rounds, and leaves what it would have left unbroken."""

import hashlib
import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nsculpt import job_file
from nsculpt.sculpting import jobs, pruning
from tests.test_job_file import IDENTITY

SIZES = (4, 3, 2)  # 18 edges, 3 hidden units
SHAPES = list(itertools.pairwise(SIZES))
EXACT = jobs.Acceptance(num_bits=8, threshold=Fraction(100))


@pytest.fixture
def path(tmp_path):
    return tmp_path / f"{jobs.job_id(IDENTITY)}.checkpoint"


def device(asked, share):
    """Answers a round as a device does: from nothing but what is asked. Accepts about a share."""
    arrays = [*asked.kernels, *asked.biases, *asked.edges]
    content = b"".join(each.tobytes() for each in arrays) + f"{asked.index} {asked.k}".encode()
    draws = np.random.default_rng(list(hashlib.sha256(content).digest()))
    kernels = [draws.normal(size=shape).astype(np.float32) for shape in SHAPES]
    edges = list(asked.edges)
    if asked.job.phase == pruning.UNIT:
        saliency = draws.random(3) * edges[0].any(axis=0)
        kept = saliency > np.sort(saliency)[asked.k]
        edges = [edges[0] & kept, edges[1] & kept[:, None]]
    elif asked.k != pruning.NOTHING:
        sizes = [np.abs(old * mask) for old, mask in zip(asked.kernels, edges, strict=True)]
        least = np.sort(np.concatenate([each.ravel() for each in sizes]))[asked.k]
        edges = [mask & (each > least) for mask, each in zip(edges, sizes, strict=True)]
    return jobs.Reply(
        [kernel * mask for kernel, mask in zip(kernels, edges, strict=True)],
        [draws.normal(size=width).astype(np.float32) for width in SIZES[1:]],
        edges, int(draws.random() > share), float(np.float32(draws.random())), 1, 3,
        sum(int(mask.sum()) for mask in edges),
    )  # fmt: skip


def finish(work, share):
    """Runs a job to its end; returns all that it asked for, and its record."""
    asked = []
    try:
        asked.append(next(work))
        while True:
            asked.append(work.send(device(asked[-1], share)))
    except StopIteration as stop:
        return asked, stop.value


def dense(share=1.0):
    kernels = [np.ones(shape, np.float32) for shape in SHAPES]
    biases = [np.zeros(width, np.float32) for width in SIZES[1:]]
    return finish(jobs.dense(jobs.Job(7), kernels, biases, EXACT), share)[1]


def content(record):
    return job_file.encode({}, record)


def same_round(a, b):
    arrays = zip((*a.kernels, *a.biases, *a.edges), (*b.kernels, *b.biases, *b.edges), strict=True)
    return (a.job, a.index, a.k) == (b.job, b.index, b.k) and all(
        x.tobytes() == y.tobytes() and x.dtype == y.dtype for x, y in arrays
    )


def there_and_back(path, job, checkpoint):
    path.write_bytes(job_file.encode_checkpoint(IDENTITY, checkpoint))
    return job_file.decode_checkpoint(path, job, SIZES)


def check_every_round(path, begin, job, base, share):
    """Interrupts the job before each of its rounds but the first; returns its record."""
    asked, record = finish(begin(job, base, EXACT), share)
    for before in asked[1:]:
        checkpoint = there_and_back(path, job, before.checkpoint)
        assert checkpoint.builds_on(base)
        again, found = finish(begin(job, base, EXACT, checkpoint), share)
        assert len(again) == len(asked) - before.index  # nothing is done twice
        assert same_round(again[0], before)
        assert content(found) == content(record)
    return record


@settings(max_examples=60)
@given(
    unit_step=st.sampled_from([5_000, 12_500, 34_000, 50_000]),
    edge_step=st.sampled_from([2_500, 7_000, 33_333]),
    dense_share=st.sampled_from([0.0, 1.0]),
    share=st.floats(0, 1),
)
def test_a_job_goes_on_from_any_round(tmp_path_factory, unit_step, edge_step, dense_share, share):
    path = tmp_path_factory.getbasetemp() / f"{jobs.job_id(IDENTITY)}.checkpoint"
    unit = check_every_round(
        path, jobs.prune_units, jobs.Job(7, unit_step), dense(dense_share), share
    )
    job = jobs.Job(7, unit_step, edge_step)
    check_every_round(path, jobs.prune_edges, job, unit, share)


def test_a_first_edge_round_that_was_not_accepted_is_gone_on_from(path):
    """By hand: the weights of the rejected round are the base, until another round is accepted."""
    job, base = jobs.Job(7, 50_000, 10_000), dense()
    # 18 edges in steps of 10 percent: targets 10, 20 ..., ranks floor(17 / 10), floor(34 / 10).
    work = jobs.prune_edges(job, base, EXACT)
    first = next(work)
    assert first.checkpoint is None
    rejected = device(first, share=0.0)
    second = work.send(rejected)
    assert (second.index, second.k, second.kernels) == (1, 1, rejected.kernels)
    found = there_and_back(path, job, second.checkpoint)
    assert found.record.rounds["accepted"].tolist() == [True, False]
    assert all((a == b).all() for a, b in zip(found.record.kernels, base.kernels, strict=True))
    assert found.refit is not None
    again = next(jobs.prune_edges(job, base, EXACT, found))
    assert same_round(again, second)
    third = work.send(device(second, share=1.0))
    assert (third.index, third.k) == (2, 3)
    found = there_and_back(path, job, third.checkpoint)
    assert found.refit is None  # the record's own weights are the base now
    assert same_round(next(jobs.prune_edges(job, base, EXACT, found)), third)


def second_round(job, base, share):
    work = (jobs.prune_edges if job.edge_step else jobs.prune_units)(job, base, EXACT)
    return work.send(device(next(work), share)).checkpoint


def test_a_checkpoint_says_whether_it_builds_on_a_record():
    base = dense()
    checkpoint = second_round(jobs.Job(7, 5_000), base, share=1.0)
    assert checkpoint.builds_on(base)
    assert not checkpoint.builds_on(dense(share=0.0))  # that dense network makes a wrong bit
    assert not checkpoint.builds_on(checkpoint.record)  # no round since


JOB = jobs.Job(7, 50_000, 10_000)


def refitted():
    return second_round(JOB, dense(), share=0.0)


def test_a_finished_job_is_no_checkpoint_and_the_other_way_round(path):
    path.write_bytes(job_file.encode_checkpoint(IDENTITY, refitted()))
    with pytest.raises(job_file.DamagedError, match="not finished"):
        job_file.decode(path, JOB, SIZES)
    assert job_file.identity_in(path) == IDENTITY
    path.write_bytes(
        job_file.encode(IDENTITY, finish(jobs.prune_edges(JOB, dense(), EXACT), 0.5)[1])
    )
    with pytest.raises(job_file.DamagedError, match="not a checkpoint"):
        job_file.decode_checkpoint(path, JOB, SIZES)


def test_a_damaged_checkpoint_is_noticed(path):
    whole = job_file.encode_checkpoint(IDENTITY, refitted())
    halves = [whole[:size] for size in range(0, len(whole), 211)]
    flipped = [
        whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 97)
    ]
    for damaged in (*halves, *flipped, whole + b"\0"):
        path.write_bytes(damaged)
        with pytest.raises(job_file.DamagedError):
            job_file.decode_checkpoint(path, JOB, SIZES)


def arrays_of(checkpoint, **changed):
    kept = job_file._arrays(IDENTITY, checkpoint.record) | {"status": np.array("unfinished")}
    for index in range(2):
        kept[f"refit_kernel_{index}"] = checkpoint.refit[0][index]
        kept[f"refit_bias_{index}"] = checkpoint.refit[1][index]
    return {name: array for name, array in (kept | changed).items() if array is not None}


GONE = np.zeros((3, 2), np.int16)
GONE[0, 0] = 2
# Name -> (arrays that no checkpoint has, what is said of them).
INCONSISTENT = {
    "no weights of the refit": ({f"refit_{kind}_{index}": None for kind in ("kernel", "bias")
                                 for index in range(2)}, "refit is not what the rounds say"),
    "a layer of the refit too few": ({"refit_bias_1": None}, "not a file of a job"),
    "a refit of another shape": ({"refit_kernel_1": np.ones((2, 3), np.float32)},
                                 "refit_kernel_1 is float32 .2, 3."),
    "a refit in other precision": ({"refit_bias_0": np.ones(3)}, "refit_bias_0 is float64"),
    "a refit that was accepted": ({"rounds": np.array([(0, -1, 0, 0, 0, 1, 1, 3, 18, True),
                                                       (2, -1, 0, 0, 0, 1, 1, 3, 18, True)],
                                                      jobs.ROUND)},
                                  "refit is not what the rounds say"),
    "a weight where an edge is gone": ({"removed_at_1": GONE,
                                        "kernel_1": np.where(GONE, 0, np.float32(1)),
                                        "rounds": np.array([(0, -1, 0, 0, 0, 1, 1, 3, 18, True),
                                                            (1, 1, 0, 0, 0, 1, 1, 3, 18, True),
                                                            (1, 1, 0, 0, 0, 1, 1, 3, 17, True),
                                                            (2, -1, 0, 0, 1, 1, 1, 3, 17, False)],
                                                           jobs.ROUND)}, "kernel_1 is not 0"),
    "no round of its job": ({"rounds": np.array([(0, -1, 0, 0, 0, 1, 1, 3, 18, True)], jobs.ROUND)},
                            "no round of its job"),
    "rounds of another kind": ({"rounds": np.zeros(3)}, "not those of a job"),
}  # fmt: skip


@pytest.mark.parametrize("name", INCONSISTENT)
def test_a_checkpoint_that_contradicts_itself_is_noticed(path, name):
    change, said = INCONSISTENT[name]
    path.write_bytes(job_file._signed(arrays_of(refitted())))
    job_file.decode_checkpoint(path, JOB, SIZES)
    path.write_bytes(job_file._signed(arrays_of(refitted(), **change)))
    with pytest.raises(job_file.DamagedError, match=said):
        job_file.decode_checkpoint(path, JOB, SIZES)
