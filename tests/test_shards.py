"""Shares of a sweep: every job in exactly one, no unit job in two, about equal work."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsculpt import shards
from nsculpt.sculpting import jobs, queue
from tests.bad_input import message_of

STEPS = st.lists(st.integers(1, 100_000), min_size=1, max_size=5, unique=True)
GRIDS = st.builds(
    jobs.grid,
    st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=4, unique=True),
    STEPS,
    STEPS,
)


def chains(share):
    return {(job.seed, job.unit_step) for job in share}


def work(share):
    """Rounds expected of a share's unit and edge jobs."""
    units = [jobs.Job(*chain) for chain in chains(share)]
    return sum(map(queue.expected_rounds, [*units, *share]))


@given(GRIDS, st.integers(1, 12), st.randoms())
def test_shares_are_a_partition_into_whole_chains(wanted, count, random):
    shares = [shards.part(wanted, shards.Shard(i, count)) for i in range(1, count + 1)]
    assert sorted(itertools.chain(*shares)) == sorted(wanted)
    for share in shares:
        assert share == [job for job in wanted if job in share]  # in the order of the grid
    assert sum(map(len, map(chains, shares))) == len(chains(wanted))
    shuffled = random.sample(wanted, len(wanted))
    for index, share in enumerate(shares, start=1):
        assert set(shards.part(shuffled, shards.Shard(index, count))) == set(share)


@given(GRIDS, st.integers(1, 12))
def test_two_shares_differ_by_one_chain_at_most(wanted, count):
    loads = [work(shards.part(wanted, shards.Shard(i, count))) for i in range(1, count + 1)]
    longest = max(work([job for job in wanted if chains([job]) == {c}]) for c in chains(wanted))
    assert max(loads) - min(loads) <= longest * (1 + 1e-12)


def test_the_papers_grid_in_four_shares_is_balanced():
    wanted = jobs.grid([0, 1, 2, 5], range(5000, 75000, 5000), range(500, 3000, 500))
    shares = [shards.part(wanted, shards.Shard(i, 4)) for i in (1, 2, 3, 4)]
    assert [len(share) for share in shares] == [70, 70, 70, 70]
    assert max(map(work, shares)) / min(map(work, shares)) < 1.01


@pytest.mark.parametrize("text", ["1/1", "3/8", " 8/8 ", "03/10", "100000/100000"])
def test_shards_are_read(text):
    shard = shards.parse(text)
    assert [shard.index, shard.count] == [int(each) for each in text.split("/")]


@pytest.mark.parametrize(
    "text",
    ["", "1", "0/2", "3/2", "-1/2", "1/0", "1.0/2", "a/b", "1/2/3", "1 / 2", "²/3", "1/100001"],
)
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(ValueError, match="expected i/n"):
        shards.parse(text)


def test_a_shard_out_of_range_is_refused_from_python_too():
    assert "shard=5/4: expected i/n" in message_of(shards.Shard, 5, 4)
