"""What the page of a run is refused for, in one line that names file and place."""

import json
import os
import shutil

import numpy as np
import pytest

from nsculpt import errors
from nsculpt.webpage import page_file, run_page, summary_checks
from tests import bad_input, finished_cell, run_pages


def damage(change):
    """A fault of a folder that changes summary.json."""
    return lambda folder: run_pages.change(folder, change)


def cut(name):
    def cut_off(folder):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])

    return cut_off


def of_other_runs(folder):
    other = folder.parent / "other"
    finished_cell.write(other, {}, seeds=[3], unit_steps=[5], edge_steps=[1])
    shutil.copy(other / "networks.npz", folder)


def without_masks(folder):
    arrays = dict(np.load(folder / "networks.npz"))
    arrays["mask_1"] = arrays["mask_1"][:, :-1]
    np.savez(folder / "networks.npz", **arrays)


def of_equal_shape(folder):
    """Networks of another run of the same grid."""
    run_of(folder, {(0, 5, 2.5): finished_cell.RIGHT})


def of_equal_edges(folder):
    """RIGHT and MIXED have as many edges, and other modules."""
    mixed = dict.fromkeys([(0, 5, 2.5), (0, 70, 0.5)], finished_cell.MIXED)
    rest = {(1, 5, 0.5): finished_cell.RIGHT, 2: None, (5, 5, 0.5): finished_cell.NO_PATH}
    run_of(folder, mixed | rest)


def run_of(folder, found):
    other = folder.parent / "other"
    finished_cell.write(other, found, **run_pages.GRID)
    shutil.copy(other / "networks.npz", folder)


def set_run(**changes):
    return damage(lambda summary: summary["runs"][1].update(changes))


FAULTS = [
    (shutil.rmtree, "run: cannot be read: No such file or directory"),
    (lambda folder: (folder / "summary.json").unlink(), "no summary.json yet, which a run writes"),
    (lambda folder: (folder / "networks.npz").unlink(), "no networks.npz yet, which a run writes"),
    (cut("summary.json"), "summary.json, line "),
    (damage(lambda summary: summary.pop("runs")), "summary.json: runs: is missing"),
    (damage(lambda summary: summary.update(task=3)), "task: expected text, got 3"),
    (damage(lambda summary: summary.update(layer_sizes="4-4")), "layer_sizes: expected a list"),
    (damage(lambda s: s["input_names"].append("x9")), "input_names: expected 4 different names"),
    (damage(lambda s: s["selected"].pop()), "selected: expected one for each of settings.seeds"),
    (damage(lambda s: s["consensus"]["inputs"].update(value=[[0, 9]])), "indices of 4 inputs"),
    (damage(lambda s: s["runs"].pop()), "networks.npz: seed: expected those of the runs"),
    (damage(lambda s: s["rates"].update(mine=3)), "rates.mine: expected an object, got 3"),
    (
        set_run(alive_edges="many"),
        "runs[1].alive_edges: expected a whole number of 0 or more, got 'many'",
    ),
    (set_run(accuracy=float("nan")), "runs[1].accuracy: expected a number from 0 to 1, got nan"),
    (set_run(structure=7), "runs[1].structure: expected one of the"),
    (set_run(tied=None), "runs[1].tied: expected true or false, got None"),
    (set_run(scores={"a": []}), "runs[1].scores.a: expected a finite number, true, false, null"),
    (damage(lambda s: s.update(extra=float("inf"))), "expected finite numbers"),
    (cut("networks.npz"), "networks.npz"),
    (
        set_run(alive_edges=10**400),
        "runs[1].alive_edges: expected a whole number of 0 or more, got",
    ),
    (set_run(unit_step=2**64), "runs[1].unit_step: expected a number of 0 or more, got 18446744"),
    (
        damage(lambda s: s["truth"]["input_groups"].append([2, 6])),
        "summary.json: truth.input_groups: expected groups of indices of the 4 inputs",
    ),
    (
        damage(lambda s: s["truth"]["sub_functions"][0].update(used_by=["left"])),
        "summary.json: truth.hierarchy: expected no cycle of sub-functions",
    ),
    (
        damage(lambda s: s["settings"].update(merge_threshold=2)),
        "summary.json: merge_threshold: expected a number from 0 to 1, got 2",
    ),
    (
        of_equal_shape,
        "networks.npz: mask_0 ...: expected 8 alive edges in run 2, as summary",
    ),
    (of_equal_edges, "networks.npz: the selected network of seed 0: expected the modules that"),
    (without_masks, "networks.npz: mask_1: expected shape [16, 24, 4], as summary.json has it"),
    (of_other_runs, "networks.npz: seed: expected those of the runs in summary.json"),
    (cut("trajectories.npz"), "trajectories.npz"),
    (
        damage(lambda s: s["selected"][1]["trajectory"]["rounds"].update(alive_edges=[192, 9])),
        "summary.json: the trajectory of seed 1: expected that of trajectories.npz",
    ),
    (damage(lambda s: s["selected"][0].update(trajectory=["x"])), "the trajectory of seed 0: "),
]


@pytest.mark.parametrize(("fault", "expected"), FAULTS)
def test_refusals(fault, expected, folder):
    fault(folder)
    before = sorted(os.listdir(folder)) if folder.exists() else []
    message = bad_input.message_of(run_page.write, folder)
    assert expected in message
    assert str(folder) in message
    assert "report.html" not in before
    assert (sorted(os.listdir(folder)) if folder.exists() else []) == before


def test_what_is_too_deep_to_be_written_is_refused():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert bad_input.message_of(page_file.inlined, deep, "here: ") == (
        "here: expected finite numbers, and few levels"
    )
    while deep:  # or else Python takes it down level by level
        deep = deep[0]


def test_a_pipe_is_not_waited_for(folder):
    (folder / "run.flags").unlink()
    os.mkfifo(folder / "run.flags")
    assert run_pages.data_of(run_page.write(folder))["command"] == ""


def test_an_earlier_page_stays_where_a_new_one_fails(folder):
    before = run_page.write(folder).read_bytes()
    cut("networks.npz")(folder)
    bad_input.message_of(run_page.write, folder)
    assert (folder / "report.html").read_bytes() == before


def test_any_content_is_checked(folder):
    """Whatever field of a summary is null, the page is refused in one line, or made."""
    content = run_pages.summary_of(folder)
    relied_on = {
        "task", "layer_sizes", "settings", "versions", "input_names", "output_names", "runs",
        "selected", "diversity", "consensus", "rates",
    }  # fmt: skip
    refused = set()
    for name in content:
        broken = json.loads(json.dumps(content))
        broken[name] = None
        try:
            summary_checks.check(broken, "summary.json: ")
        except errors.InputError:
            refused.add(name)
    assert refused == relied_on
