"""Which network of a seed counts."""

import numpy as np

from nsculpt import selection
from nsculpt.sculpting import jobs


def record(alive, status=jobs.ACCEPTED):
    removed = np.ones((1, 5), np.int16)
    removed[0, :alive] = 0
    return jobs.Record([], [], [removed], np.zeros(1, jobs.ROUND), status)


def test_sparsest_with_its_ties_in_the_official_order():
    jobs_of = {
        jobs.Job(0, 5000, 500): record(2),
        jobs.Job(0, 70000, 500): record(2),
        jobs.Job(0, 5000, 2500): record(2),
        jobs.Job(0, 70000, 2500): record(3),
        jobs.Job(1, 70000, 2500): record(1),  # of another seed
        jobs.Job(0, 10000, 2500): record(1, jobs.NOTHING_ACCEPTED),
    }
    chosen = selection.sparsest(0, jobs_of)
    assert chosen.alive_edges == 2
    # Edge steps from 2.5 down, within each unit steps from 70 down.
    assert [(job.edge_step, job.unit_step) for job in chosen.tied] == [
        (2500, 5000), (500, 70000), (500, 5000)
    ]  # fmt: skip
    assert chosen.first == chosen.tied[0]


def test_a_seed_without_an_accepted_network_selects_none():
    chosen = selection.sparsest(0, {jobs.Job(0, 5000, 500): record(2, jobs.NOTHING_ACCEPTED)})
    assert (chosen.tied, chosen.first, chosen.alive_edges) == ((), None, None)
