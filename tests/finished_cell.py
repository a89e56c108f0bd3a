"""Cells of an experiment as if they were finished: run folders without any training."""

import numpy as np

from nsculpt import runs, sculpture
from nsculpt import settings as settings_lib
from nsculpt.report import export
from nsculpt.sculpting import jobs
from nsculpt.tasks import load_task

# Hidden unit h reads the inputs, and is read by the outputs, that the pairs name.
RIGHT = (((0, 1), (0, 1)), ((2, 3), (2, 3)))  # 8 edges: what `input_separable` declares
MIXED = (((0, 1, 2, 3), (0, 1, 2, 3)),)  # 8 edges: one module
LARGE = (((0, 1), (0, 1)), ((0, 1), (0, 1)), ((2, 3), (2, 3)))  # 12 edges, as declared
NO_PATH = (((0, 1, 2, 3), ()),)  # 4 edges


def record(pairs, width=24, wrong_bits=0):
    """A finished pruning of 4-`width`-4; with wrong bits it was never accepted."""
    edges = [np.zeros((4, width), bool), np.zeros((width, 4), bool)]
    for unit, (inputs, outputs) in enumerate(pairs):
        edges[0][list(inputs), unit] = True
        edges[1][unit, list(outputs)] = True
    rounds = np.zeros(2, jobs.ROUND)  # the dense one, and one that took all other edges
    rounds["phase"] = [0, 2]
    rounds["alive_edges"] = [8 * width, sum(int(mask.sum()) for mask in edges)]
    rounds["accepted"], rounds["wrong_bits"] = wrong_bits == 0, wrong_bits
    return jobs.Record(
        [mask.astype(np.float32) for mask in edges],
        [np.zeros(mask.shape[1], np.float32) for mask in edges],
        [np.where(mask, 0, 1).astype(np.int16) for mask in edges],
        rounds,
        jobs.NOTHING_ACCEPTED if wrong_bits else jobs.ACCEPTED,
    )


def write(folder, found, width=24, seconds=14.0, **given):
    """Writes the run folder of `input_separable` 4-`width`-4.

    Args:
      folder: of the run.
      found: what a pruning (seed, unit step, edge step; percent) gave, pairs as above; else LARGE.
        For a seed that stands alone: what all its prunings gave. None: nothing was accepted.
      width: of the hidden layer.
      seconds: of sculpting, as recorded.
      given: other settings than the paper's.
    """
    task = load_task("input_separable")
    settings = settings_lib.resolve(task, (width,), **given)
    records = {}
    for job in jobs.grid(settings.seeds, settings.unit_steps, settings.edge_steps):
        place = (job.seed, job.unit_step / 1000, job.edge_step / 1000)
        pairs = found.get(place, found.get(job.seed, LARGE))
        wrong_bits = 0 if pairs is not None else 3
        records[job] = record(pairs or LARGE, width, wrong_bits)
    folder.mkdir(parents=True)
    (folder / "run.flags").write_text("--task=input_separable\n")
    export.write(folder, sculpture.conclude(task, settings, records))
    times = {"sculpting_s": seconds, "analysis_s": 0.5, "prunings": len(records)}
    runs.write_json(folder / "timings.json", times)
    return folder


def write_two(out_dir):
    """Writes two cells of the exemplars, whose figures are worked out by hand in the tests.

    Width 24: seed 0 has MIXED before RIGHT twice; seed 1 RIGHT; seed 2 no network; the sparsest of
    seed 5 has no path. Width 36: all seeds have RIGHT.
    """
    found = {
        (0, 5, 2.5): RIGHT,
        (0, 70, 2.5): MIXED,
        (0, 70, 0.5): RIGHT,
        (1, 35, 1.5): RIGHT,
        2: None,
        (5, 10, 1): NO_PATH,
    }
    write(out_dir / "input_separable_24", found)
    every = dict.fromkeys((0, 1, 2, 5), RIGHT)
    write(out_dir / "input_separable_36", every, width=36, seconds=6.0)
    return out_dir
