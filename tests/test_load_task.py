"""Ways to bring a task: registered functions, plugins, files; what is not imported on the way."""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest

from nsculpt import tasks
from nsculpt.tasks import catalog, plugins
from tests import bad_input


@pytest.fixture(autouse=True)
def _registry_as_it_was(monkeypatch):
    monkeypatch.setattr(catalog.TASKS, "_functions", dict(catalog.TASKS._functions))
    monkeypatch.setattr(plugins, "_loaded", set(plugins._loaded))


FORMULAS = "y0 = a & b; y1 = a ^ c"


@pytest.mark.parametrize(
    "made",
    [
        FORMULAS,
        tasks.FunctionGraph.from_formulas(FORMULAS, "graph"),
        tasks.from_formulas(FORMULAS, "formulas"),
    ],
    ids=["formulas", "graph", "task"],
)
def test_a_registered_function_may_return(made):
    @tasks.register_task("my_task")
    def my_task():
        return made

    task = tasks.load_task("my_task")
    assert task.name == "my_task"
    assert task.truth.input_groups == ((0,), (1,), (2,))
    assert task.y_train[:, 0].tolist() == [0, 0, 0, 0, 0, 0, 1, 1]
    assert task.success_rule == "general"
    assert my_task() is made  # the decorator leaves the function as it is


def test_a_function_graph_brings_its_success_rule():
    @tasks.register_task("my_task")
    def my_task():
        return tasks.FunctionGraph.from_formulas(FORMULAS, success_rule="partition")

    assert tasks.load_task("my_task").success_rule == "partition"


@pytest.mark.parametrize(
    ("made", "parts"),
    [
        (None, ["task 'bad'", "returned NoneType", "expected FunctionGraph, Task or str"]),
        ("y = a &", ["task 'bad': formula 1 ('y'), column 8", "expected a name"]),
    ],
)
def test_a_bad_registered_function(made, parts):
    tasks.register_task("bad")(lambda: made)
    message = bad_input.message_of(tasks.load_task, "bad")
    for part in parts:
        assert part in message


def test_a_name_is_given_once():
    message = bad_input.message_of(tasks.register_task("reused"), lambda: FORMULAS)
    assert message == "task 'reused' is registered already"


def test_from_formulas():
    task = tasks.from_formulas(FORMULAS)
    assert (task.name, task.success_rule) == ("formulas", "general")
    assert (task.input_names, task.output_names) == (("a", "b", "c"), ("y0", "y1"))
    assert tasks.from_formulas(FORMULAS, "mine").name == "mine"
    assert bad_input.message_of(tasks.from_formulas, "y = (a").startswith("formulas: formula 1")


DESCRIBED = {
    "inputs": ["a", "b"],
    "gates": {"s": {"gate": "xor", "of": ["a", "b"]}},
    "outputs": {"y": "s"},
}


@pytest.mark.parametrize(
    ("more", "name", "rule"),
    [
        ({}, "mine", "general"),
        ({"name": "own", "success_rule": "partition"}, "own", "partition"),
    ],
)
def test_from_function_graph(tmp_path, more, name, rule):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({**DESCRIBED, **more}))
    task = tasks.from_function_graph(path)
    assert (task.name, task.success_rule) == (name, rule)
    assert task.y_train.tolist() == [[0.0], [1.0], [1.0], [0.0]]
    assert task.truth.input_groups == ((0, 1),)


@pytest.mark.parametrize(
    ("content", "place", "part"),
    [
        (b'{"inputs":\n]', ": line 2, column 1", "not JSON"),
        (b"\xff{}", ", line 1", "not UTF-8"),
        (b"{}", ": top level", "expected inputs, gates, outputs"),
        (None, "", "cannot be read: No such file or directory"),
    ],
)
def test_bad_function_graph_files(tmp_path, content, place, part):
    path = tmp_path / "mine.json"
    if content is not None:
        path.write_bytes(content)
    message = bad_input.message_of(tasks.from_function_graph, path)
    assert message.startswith(f"{path}{place}: ")
    assert part in message


PLUGIN = """
from __future__ import annotations
import dataclasses
from nsculpt import tasks

@dataclasses.dataclass
class Settings:
    uses: int = 2

@tasks.register_task("from_plugin")
def from_plugin():
    return tasks.FunctionGraph.from_formulas("y0 = a & b; y1 = a ^ b")
"""


def test_a_plugin_registers_and_is_run_once(tmp_path):
    path, copy = tmp_path / "mine.py", tmp_path / "copy.py"
    path.write_text(PLUGIN)
    copy.write_text(PLUGIN)
    digest = hashlib.sha256(PLUGIN.encode()).hexdigest()
    assert tasks.load_plugin(path) == digest
    assert tasks.load_task("from_plugin").truth.input_groups == ((0, 1),)
    # Run again it would register a taken name.
    assert tasks.load_plugin(path) == digest
    assert tasks.load_plugin(str(copy)) == digest


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("import os\nx = 1 / 0\n", [", line 2: ", "ZeroDivisionError: division by zero"]),
        ("def f():\n    raise ValueError('one\\ntwo')\n\nf()\n", [", line 2: ValueError: one two"]),
        ("import json\n\njson.loads('{')\n", [", line 3: JSONDecodeError: "]),
        ("x = 1\ny = = 2\n", [", line 2: SyntaxError: invalid syntax"]),
        (
            "import not_a_module_at_all\n",
            [", line 1: ModuleNotFoundError: ", "not_a_module_at_all"],
        ),
        ("import sys\nsys.exit(3)\n", [", line 2: SystemExit: 3"]),
        ("assert False\n", [", line 1: AssertionError"]),
        (
            "from nsculpt import tasks\ntasks.register_task('reused')(None)\n",
            [", line 2: InputError: task 'reused' is registered already"],
        ),
    ],
)
def test_a_plugin_that_fails(tmp_path, content, parts):
    path = tmp_path / "mine.py"
    path.write_text(content)
    before = set(sys.modules)
    message = bad_input.message_of(tasks.load_plugin, path)
    assert message.startswith(f"{path}, line ")
    for part in parts:
        assert part in message
    assert not {name for name in set(sys.modules) - before if name.startswith("nsculpt_plugin")}


def test_a_plugin_that_was_mended_is_run(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("1 / 0")
    bad_input.message_of(tasks.load_plugin, path)
    bad_input.message_of(tasks.load_plugin, path)  # failing is not remembered as done
    path.write_text(PLUGIN)
    tasks.load_plugin(path)
    assert "from_plugin" in catalog.TASKS


def test_not_a_plugin(tmp_path):
    absent = tmp_path / "absent.py"
    assert bad_input.message_of(tasks.load_plugin, absent) == (
        f"{absent}: cannot be read: No such file or directory"
    )
    other = tmp_path / "mine.txt"
    other.write_text(PLUGIN)
    assert (
        bad_input.message_of(tasks.load_plugin, other) == f"{other}: expected a Python file, *.py"
    )


def test_batches_of_a_task():
    task = tasks.load_task("input_separable")
    x, y = task.train.gather(np.array([5, 0], np.int32))
    assert np.asarray(x).tolist() == [[0, 1, 0, 1], [0, 0, 0, 0]]
    assert np.asarray(y).tolist() == [[1, 0, 1, 0], [0, 1, 0, 1]]


def test_tasks_load_neither_jax_nor_matplotlib():
    program = (
        "import sys; from nsculpt import tasks; tasks.load_task('reused').x_train;"
        "print([name for name in ('jax', 'flax', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
