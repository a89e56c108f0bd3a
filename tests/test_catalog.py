"""The paper's tasks: tables against the published ones, groups and hierarchies against DESIGN 3."""

import itertools
import json

import numpy as np
import pytest

from nsculpt import tasks
from nsculpt.tasks import catalog
from tests import bad_input

USES = (1, 2, 4, 6, 8)
NAMES = [
    "input_separable",
    "input_separable_and_reused",
    "non_modular",
    "reused",
    *(f"reuse_{uses}" for uses in USES),
    *(f"hierarchy_use{uses}" for uses in USES),
    *(f"overlap{overlap}_use{uses}" for overlap in range(5) for uses in USES),
]


def alternating(uses):
    return (tuple(range(0, 2 * uses, 2)), tuple(range(1, 2 * uses, 2)))


def expected_truth(name):
    """Input groups, output groups and success rule, from the words of DESIGN 3."""
    fixed = {
        "input_separable": (((0, 1), (2, 3)), ((0, 1), (2, 3)), "partition"),
        "input_separable_and_reused": (((0, 1), (2, 3), (4, 5)), ((0,), (1,), (2,)), "partition"),
        "non_modular": (((0, 1, 2, 3),), ((0, 1, 2, 3),), "partition"),
        "reused": (((0, 1, 2, 3),), alternating(8), "reuse"),
    }
    if name in fixed:
        return fixed[name]
    uses = int(name[-1])
    if name.startswith("reuse_"):
        return ((0, 1, 2, 3),), alternating(uses), "reuse"
    if name.startswith("hierarchy_"):
        return ((0, 1, 2, 3), (4, 5, 6, 7)), alternating(uses), "hierarchy"
    shared = int(name[len("overlap")])
    only = 4 - shared  # inputs of A alone, and of B alone
    groups = (tuple(range(only)), tuple(range(only, 4)), tuple(range(4, 4 + only)))
    return tuple(group for group in groups if group), alternating(uses), "partition"


@pytest.fixture(scope="module")
def published_tables(published):
    return json.loads((published / "truth_tables.json").read_text())


def test_the_registry_holds_the_paper_s_39(published_tables):
    assert len(NAMES) == 39
    assert sorted(NAMES) == sorted(published_tables)
    assert set(NAMES) <= set(catalog.TASKS)


@pytest.mark.parametrize("name", NAMES)
def test_tables_equal_the_published_ones(name, published_tables):
    task = tasks.load_task(name)
    expected = published_tables[name]
    assert (task.num_inputs, task.num_outputs) == (expected["inputs"], expected["outputs"])
    assert ["".join(str(int(bit)) for bit in row) for row in task.y_train] == expected["rows"]


@pytest.mark.parametrize("name", NAMES)
def test_truth_is_the_one_of_the_design(name):
    task = tasks.load_task(name)
    truth = task.truth
    found = (truth.input_groups, truth.output_groups, truth.success_rule)
    assert found == expected_truth(name)
    assert not truth.inputs_optional
    assert task.success_rule == truth.success_rule


@pytest.mark.parametrize("name", NAMES)
def test_data_are_the_whole_table_once_in_counting_order(name):
    task = tasks.load_task(name)
    assert task.name == name
    assert task.exact
    rows = [list(row) for row in itertools.product((0.0, 1.0), repeat=task.num_inputs)]
    assert task.x_train.tolist() == rows
    assert task.x_valid.tolist() == rows
    assert task.x_train.dtype == task.y_train.dtype == np.float32
    assert np.isin(task.y_train, (0.0, 1.0)).all()
    assert (task.y_train == task.y_valid).all()
    assert task.input_names == tuple(f"x{i}" for i in range(task.num_inputs))
    assert task.output_names == tuple(f"y{i}" for i in range(task.num_outputs))


@pytest.mark.parametrize(
    ("name", "nodes", "edges"),
    [
        (
            "input_separable_and_reused",
            {
                "a": ((0, 1), ()),
                "b": ((2, 3), ()),
                "c": ((4, 5), ()),
                "y0": ((), (0,)),
                "y1": ((), (1,)),
                "y2": ((), (2,)),
            },
            [("a", "y0"), ("a", "y1"), ("b", "y0"), ("b", "y2"), ("c", "y1"), ("c", "y2")],
        ),
        (
            "reused",
            {
                "f1": ((0, 1, 2, 3), tuple(range(0, 16, 2))),
                "f2": ((0, 1, 2, 3), tuple(range(1, 16, 2))),
            },
            [],
        ),
        ("overlap2_use1", {"A": ((0, 1, 2, 3), (0,)), "B": ((2, 3, 4, 5), (1,))}, []),
        (
            "hierarchy_use4",
            {
                "A": ((0, 1, 2, 3), ()),
                "B": ((4, 5, 6, 7), ()),
                "A_only": ((), (0, 2, 4, 6)),
                "B_only": ((), (1, 3, 5, 7)),
            },
            [("A", "A_only"), ("A", "B_only"), ("B", "A_only"), ("B", "B_only")],
        ),
        ("input_separable", {"left": ((0, 1), (0, 1)), "right": ((2, 3), (2, 3))}, []),
        ("non_modular", {"A": ((0, 1, 2, 3), (0, 1, 2, 3))}, []),
    ],
)
def test_hierarchy_by_hand(name, nodes, edges):
    hierarchy = tasks.load_task(name).truth.hierarchy
    found = {n: (a["inputs"], a["outputs"]) for n, a in hierarchy.nodes.items()}
    assert found == nodes
    assert sorted(hierarchy.edges) == edges


def test_reused_is_reuse_8():
    assert tasks.load_task("reused").sha256 == tasks.load_task("reuse_8").sha256
    assert tasks.load_task("reused").sha256 != tasks.load_task("reuse_6").sha256


def test_overlap_4_has_no_inputs_of_one_side():
    assert tasks.load_task("overlap4_use1").truth.input_groups == ((0, 1, 2, 3),)


def test_unknown_name_names_the_nearest():
    message = bad_input.message_of(tasks.load_task, "input_seperable")
    assert message == "unknown task 'input_seperable'; did you mean input_separable?"
