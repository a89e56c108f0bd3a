"""Networks of run folders: which one, what comes with it, what is refused."""

import json
import shutil

import numpy as np
import pytest

import nsculpt
from nsculpt import errors, experiment, networks, runs
from nsculpt import sculpture as sculpture_lib
from nsculpt import settings as settings_lib
from nsculpt.report import export
from nsculpt.sculpting import jobs
from tests import bad_input

TASK = nsculpt.load_task("hierarchy_use1")  # 8 inputs, 2 outputs, three sub-functions
# (seed, unit step, edge step) -> live hidden units. One unit makes 10 edges.
GRID = {
    (0, 10_000, 1000): 3,
    (0, 20_000, 500): 2,
    (0, 20_000, 1000): 2,  # selected: of equals, the larger edge step is first
    (1, 10_000, 1000): 4,
    (1, 20_000, 500): 2,
    (1, 20_000, 1000): 3,
    (2, 10_000, 1000): 1,  # not accepted
}


def record(num_units, accepted):
    edges = [np.zeros((8, 5), bool), np.zeros((5, 2), bool)]
    edges[0][:, :num_units] = edges[1][:num_units] = True
    rounds = np.zeros(1, jobs.ROUND)
    rounds["accepted"] = accepted
    return jobs.Record(
        [np.where(mask, -0.25 * num_units, 0).astype(np.float32) for mask in edges],
        [np.zeros(mask.shape[1], np.float32) for mask in edges],
        [np.where(mask, 0, 1).astype(np.int16) for mask in edges],
        rounds,
        jobs.ACCEPTED if accepted else jobs.NOTHING_ACCEPTED,
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run folder, written as a run writes it; its drawings apart."""
    settings = settings_lib.resolve(
        TASK, (5,), seeds=[0, 1, 2], unit_steps=[10, 20], edge_steps=[0.5, 1], path_length=1,
        merge_threshold=0.75,
    )  # fmt: skip
    records = {jobs.Job(*job): record(units, job[0] != 2) for job, units in GRID.items()}
    path = tmp_path_factory.mktemp("runs") / "run"
    flags = export.flags(TASK, settings, path, None)
    with runs.open_folder(path, flags, experiment.make_cell(TASK, settings)) as folder:
        for job, each in records.items():
            folder.put(job, each)
    found = sculpture_lib.conclude(TASK, settings, records)
    export.write(path, found)
    return path


@pytest.fixture
def folder(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "run")


def num_units(found):
    """Live hidden units; the weights tell them too, so that both are of one network."""
    units = int(found.edges[0].any(axis=0).sum())
    assert found.weights[0].min() == -0.25 * units
    assert (found.weights[1] != 0).tolist() == found.edges[1].tolist()
    return units


def test_what_comes_with_a_network(finished):
    found = networks.load_network(finished)
    assert found.layer_sizes == (8, 5, 2)
    assert (found.input_names, found.output_names) == (TASK.input_names, TASK.output_names)
    assert found.settings == {
        "path_length": 1, "merge_threshold": 0.75, "modularity_threshold": 0.2
    }  # fmt: skip
    assert found.places == tuple(f"{finished / 'networks.npz'}: mask_{layer}" for layer in (0, 1))
    truth = found.truth
    assert truth.input_groups == TASK.truth.input_groups
    assert truth.output_groups == TASK.truth.output_groups
    assert truth.success_rule == "hierarchy"
    assert truth.inputs_optional is False
    expected = TASK.truth.hierarchy
    assert set(truth.hierarchy.edges) == set(expected.edges)
    assert list(truth.hierarchy) == list(expected)
    for name, node in expected.nodes.items():
        assert truth.hierarchy.nodes[name]["inputs"] == tuple(node["inputs"])
        assert truth.hierarchy.nodes[name]["outputs"] == tuple(node["outputs"])


@pytest.mark.parametrize(
    ("choice", "units"),
    [
        ({}, 2),
        ({"seed": 0}, 2),
        ({"seed": np.int64(1)}, 2),
        ({"seed": 2}, 1),
        ({"unit_step": 10}, 1),
        ({"seed": 1, "unit_step": 10.0}, 4),
        ({"seed": 1, "edge_step": 1}, 3),
        ({"unit_step": 20, "edge_step": 0.5}, 2),
        ({"seed": 1, "unit_step": 20, "edge_step": 1}, 3),
    ],
)
def test_the_network_is_chosen(finished, choice, units):
    assert num_units(networks.load_network(finished, **choice)) == units
    assert num_units(networks.load_network(finished / "networks.npz", **choice)) == units
    with np.load(finished / "networks.npz") as opened:
        assert num_units(networks.load_network(dict(opened), **choice)) == units


def test_the_first_of_equals(folder):
    with np.load(folder / "networks.npz") as stored:
        content = dict(stored)
    assert content["selected"].tolist() == [False, False, True, False, True, False, False]
    content["kernel_0"][2] *= 3  # seed 0 stands before seed 1
    runs.write_bytes(folder / "networks.npz", runs.npz_bytes(content))
    assert networks.load_network(folder).weights[0].min() == -1.5


def test_a_file_without_its_folder(finished, tmp_path):
    path = tmp_path / "networks.npz"
    shutil.copyfile(finished / "networks.npz", path)
    # Beside a summary that is none of a run, too.
    for _ in range(2):
        found = networks.load_network(path, input_names=list("abcdefgh"))
        assert found.input_names == tuple("abcdefgh")
        assert (found.output_names, found.truth, found.settings) == (None, None, {})
        (tmp_path / "summary.json").write_text("{}")
    np.savez(path, mask_0=np.eye(2))
    assert networks.load_network(path).layer_sizes == (2, 2)


def test_the_file_in_its_folder_is_read_as_the_folder(finished, folder):
    found = networks.load_network(finished / "networks.npz", seed=1)
    whole = networks.load_network(finished, seed=1)
    assert (found.input_names, found.output_names) == (TASK.input_names, TASK.output_names)
    assert found.settings == whole.settings != {}
    assert found.truth.input_groups == TASK.truth.input_groups
    assert all((a == b).all() for a, b in zip(found.edges, whole.edges, strict=True))
    (folder / "summary.json").unlink()  # not finished
    assert networks.load_network(folder / "networks.npz").truth is None


def test_a_job(finished):
    sizes = []
    for path in sorted((finished / "jobs").glob("*.npz")):
        found = networks.load_network(path)
        assert found.layer_sizes == (8, 5, 2)
        sizes.append(num_units(found))
    assert sorted(sizes) == sorted(GRID.values())
    message = bad_input.message_of(networks.load_network, path, seed=0)
    assert message == f"seed: got 0, but {path}: is one network; expected it to be left out"


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"seed": 7}, "no network of seed 7; there are seeds 0, 1, 2; unit steps 10, 20; edge "
                      "steps 0.5, 1"),
        ({"seed": 0, "unit_step": 10, "edge_step": 0.5},
         "no network of seed 0, unit step 10, edge step 0.5; there are seeds 0, 1, 2;"),
        ({"edge_step": 0.501}, "no network of edge step 0.501; there are"),
    ],
)  # fmt: skip
def test_no_such_network(finished, choice, message):
    path = finished / "networks.npz"
    for source in (finished, path):
        found = bad_input.message_of(networks.load_network, source, **choice)
        assert found.startswith(f"{path}: {message}")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, "10"])
def test_a_choice_that_is_no_number(finished, value):
    message = bad_input.message_of(networks.load_network, finished, unit_step=value)
    assert message.startswith("unit_step: expected a number of percent, got ")


def test_nothing_was_accepted(folder):
    with np.load(folder / "networks.npz") as stored:
        content = dict(stored) | {"selected": np.zeros(7, bool)}
    runs.write_bytes(folder / "networks.npz", runs.npz_bytes(content))
    assert "no network of this run was accepted; expected seed, unit_step or edge_step" in (
        bad_input.message_of(networks.load_network, folder)
    )
    assert num_units(networks.load_network(folder, seed=0)) == 2


@pytest.mark.parametrize(
    "option", [{"orientation": "out_in"}, {"layers": ["0"]}, {"tolerance": 0.25}]
)
def test_options_that_say_nothing_of_a_run(finished, tmp_path, option):
    (name,) = option
    for source in (finished, finished / "networks.npz"):
        message = bad_input.message_of(networks.load_network, source, **option)
        assert message.startswith(f"{name}: got ")
        assert f"which says nothing of the run folder {finished}" in message
    alone = shutil.copyfile(finished / "networks.npz", tmp_path / "alone.npz")
    assert bad_input.message_of(networks.load_network, alone, **option) == (
        f"{name}: {alone}: these are networks of a run; expected it to be left out"
    )
    job = next((finished / "jobs").glob("*.npz"))
    assert bad_input.message_of(networks.load_network, job, **option) == (
        f"{name}: {job}: this is a job of a run; expected it to be left out"
    )
    with np.load(job) as opened:
        assert f"{name}: this is a job of a run" in (
            bad_input.message_of(networks.load_network, dict(opened), **option)
        )
    assert networks.load_network(job, tolerance=0).layer_sizes == (8, 5, 2)


def test_a_run_that_is_not_finished(folder):
    (folder / "summary.json").unlink()
    assert bad_input.message_of(networks.load_network, folder) == (
        f"{folder}: no summary.json yet, which a run writes when it is done; expected a finished "
        "run (the command that began it goes on), or a file of its jobs/"
    )


def edited(folder, *path, value):
    """The message after one value of summary.json is changed."""
    file = folder / "summary.json"
    content = json.loads(file.read_text("utf-8"))
    at = content
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    runs.write_json(file, content)
    found = bad_input.message_of(networks.load_network, folder)
    assert found.startswith(f"{file}: ")
    return found.removeprefix(f"{file}: ")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("input_names",), ["a"], "input_names: expected 8 different names, as networks.npz has "
                                  "units"),
        (("output_names",), [1, 2], "output_names: expected 2 different names"),
        (("output_names",), [[], {}], "output_names: expected 2 different names"),
        (("output_names",), ["y", "y"], "output_names: expected 2 different names"),
        (("settings",), None, "settings: expected an object"),
        (("settings", "path_length"), "1", "settings.path_length: expected a number"),
        (("truth",), [], "truth: expected an object"),
        (("truth", "input_groups"), None, "truth.input_groups: expected a list"),
        (("truth", "input_groups", 0), [0, "1"], "truth.input_groups: expected indices"),
        (("truth", "output_groups"), [0], "truth.output_groups: expected a list"),
        (("truth", "success_rule"), 1, "truth.success_rule: expected a name"),
        (("truth", "inputs_optional"), 1, "truth.inputs_optional: expected true or false"),
        (("truth", "sub_functions"), {}, "truth.sub_functions: expected a list"),
        (("truth", "sub_functions", 0), 1, "truth.sub_functions[0]: expected an object"),
        (("truth", "sub_functions", 0, "name"), [], "truth.sub_functions[0].name: expected a name"),
        (("truth", "sub_functions", 0, "inputs"), [True], "truth.sub_functions[0].inputs: expected "
                                                          "indices"),
        (("truth", "sub_functions", 0, "used_by"), ["z"], "truth.sub_functions: expected a "
                                                          "sub-function 'z' as used"),
        (("truth", "sub_functions", 0, "used_by"), [1], "truth.sub_functions[0].used_by: expected "
                                                        "names"),
    ],
)  # fmt: skip
def test_a_summary_that_was_edited(folder, path, value, message):
    assert edited(folder, *path, value=value).startswith(message)


def test_a_truth_that_is_not_known_and_optional_inputs(folder):
    file = folder / "summary.json"
    content = json.loads(file.read_text("utf-8"))
    content["truth"]["inputs_optional"] = True
    del content["truth"]["sub_functions"]
    runs.write_json(file, content)
    truth = networks.load_network(folder).truth
    assert (truth.inputs_optional, truth.hierarchy) == (True, None)
    content["truth"] = None
    runs.write_json(file, content)
    assert networks.load_network(folder).truth is None


def test_damaged_files_of_a_folder(folder):
    summary = folder / "summary.json"
    content = summary.read_bytes()
    for damaged, message in (
        (b"", "expected JSON"),
        (content[:-30], "expected JSON"),
        (b"[1]", "top level: expected an object"),
        (b"\xff{}", "expected JSON"),
        (b"[" * 10**5, "expected JSON"),
    ):
        summary.write_bytes(damaged)
        found = bad_input.message_of(networks.load_network, folder)
        assert found.startswith(f"{summary}")
        assert found.endswith(message)
    summary.write_bytes(content)
    path = folder / "networks.npz"
    good = networks.load_network(folder)
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    num_refused = 0
    for position in rng.permutation(len(content))[:150].tolist():
        path.write_bytes(content[:position] + b"\x93" + content[position + 1 :])
        try:
            found = networks.load_network(folder)
        except errors.InputError:
            num_refused += 1
        else:
            assert (found.weights[0] == good.weights[0]).all()
    assert num_refused > 20
    np.savez(path, mask_0=np.eye(2))
    assert "networks.npz: expected arrays seed, unit_step" in (
        bad_input.message_of(networks.load_network, folder)
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": np.zeros((7, 1))}, "seed: expected a number for each network, got shape [7, 1]"),
        ({"seed": np.zeros(7, "U1")}, "seed: expected a number for each network, got shape [7]"),
        ({"seed": np.zeros(6)}, "expected one value for each network, got seed 6, unit_step 7"),
        ({"mask_0": np.zeros((6, 8, 5))}, "mask_0: expected a row for each of 7 networks, got "
                                          "shape [6, 8, 5]"),
        ({"mask_0": np.asfortranarray(np.zeros((7, 8, 5)))}, "mask_0: expected row-major order"),
    ],
)  # fmt: skip
def test_networks_that_were_edited(folder, changes, message):
    path = folder / "networks.npz"
    with np.load(path) as stored:
        content = dict(stored) | changes
    np.savez(path, **content)
    assert bad_input.message_of(networks.load_network, path).startswith(f"{path}: {message}")
