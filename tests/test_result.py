"""The summary to read."""

import dataclasses

import numpy as np
import pytest

from nsculpt import analysis
from nsculpt.analysis import hierarchy, result

MASKS = [np.repeat(np.eye(2), 2, axis=0), np.eye(2)]


def found(**fields):
    return dataclasses.replace(analysis.analyze(MASKS), **fields)


def head(**fields):
    lines = str(found(**fields)).split("\nmodule 0")[0].splitlines()
    assert lines[0] == "4-2-2 network: 6 live edges, 2 modules"
    return lines[1:]


def test_its_own_names_are_shown():
    text = str(found(input_names=("a", "b", "c", "d"), output_names=("y", "z")))
    assert "inputs: a b\n" in text
    assert "outputs: z" in text
    assert "outputs: 1" in str(found(input_names=("a", "b", "c", "d")))


def other(share):
    plain = found()
    return result.Alternative(plain.clusters, plain.modules, share=share)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, ""),
        (
            {
                "ambiguous": True,
                "tied_layers": (1,),
                "alternatives": [other(0.25), other(0.125)],
                "num_permutations": 16,
            },
            "ambiguous: ties in hidden 1, where the order of units may decide; "
            "6 of 16 permutations gave 2 other answers",
        ),
        (
            {"ambiguous": True, "tied_layers": (0, 1, 2), "num_permutations": 4},
            "ambiguous: ties in the inputs and hidden 1 and the outputs, where the order of units "
            "may decide; none of 4 permutations gave another answer",
        ),
        (
            {"tied_layers": (0,), "alternatives": [other(0.5)], "num_permutations": 16},
            "ties in the inputs, where the order of units may decide; "
            "8 of 16 permutations gave 1 other answer",
        ),
        ({"features": "incoming"}, "method: features incoming, clustering modularity"),
        ({"clustering": "louvain"}, "method: features outgoing, clustering louvain"),
        (
            {"scores": {"structure_recovered": True, "inputs_recovered": np.bool_(False)}},
            "against the truth: structure recovered, inputs not found",
        ),
        (
            {"scores": {"structure_recovered": None, "outputs_recovered": True, "x": 1.0}},
            "against the truth: outputs found",
        ),
        ({"scores": {"structure_recovered": None}}, ""),
    ],
)
def test_what_is_said_of_the_whole(fields, told):
    lines = head(**fields)
    assert " ".join(line.strip() for line in lines) == told


def test_edges_left_out_are_counted():
    labels = [np.array([0, 1]), np.array([0, 1])]
    mask = np.ones((2, 2), bool)
    graph = hierarchy.module_graph([mask], [np.arange(2)] * 2, labels)
    told = str(dataclasses.replace(analysis.analyze([mask]), modules=labels, hierarchy=graph))
    assert told.splitlines()[1:3] == [
        "2 edges between modules left out of the hierarchy, for closing cycles",
        "module 0 (input-separable, output), read by no module",
    ]


def test_whatever_the_names_lines_are_short_and_print():
    names = ("a\nb", "\x1b[31m", "é" * 200, "\u202egnp")
    text = str(
        found(
            input_names=names,
            features="f" * 90,
            ambiguous=True,
            tied_layers=tuple(range(60)),
            alternatives=[other(0.5)],
        )
    )
    assert "inputs: a\\nb \\x1b[31m" in text
    assert all(line.isprintable() and len(line) <= 80 for line in text.splitlines())


def test_lines_leave_room_for_an_indent():
    # 31 readers: at 80 columns the second line would be 79 long.
    text = str(analysis.analyze([np.ones((1, 31))], merge_threshold=1.0))
    assert "read by 1, 2" in text
    assert all(len(line) <= 78 for line in text.splitlines())
    names = ["i" * length for length in range(1, 40)]
    text = str(analysis.analyze([np.ones((39, 1))], input_names=names))
    assert all(len(line) <= 78 for line in text.splitlines())


def test_many_readers_are_counted():
    text = str(analysis.analyze([np.ones((1, 50))], merge_threshold=1.0))
    assert "module 0 (input-separable, reused), read by 50 modules, 1 to 50\n" in text
