"""The README's Python runs as it stands."""

import pathlib
import re

import matplotlib.pyplot as plt
import networkx as nx

README = pathlib.Path(__file__).parents[1] / "README.md"


def test_your_own_network(capsys):
    text = README.read_text("utf-8")
    section = text.partition("## Your own network")[2].partition("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 3
    names = {}
    exec("\n".join(blocks), names)
    assert isinstance(names["analysis"].hierarchy, nx.DiGraph)
    assert names["nsculpt"].Analysis.from_json(names["text"]).to_json() == names["text"]
    assert "inputs a b: found" in capsys.readouterr().out
    masks = [names["lower"], names["np"].eye(2)]
    own = names["nsculpt"].analyze(masks, features="mine", clustering="mine")
    assert own.clusters[0].tolist() == [0, 1, 2, 3]


def test_the_walk_through(capsys):
    text = README.read_text("utf-8").partition("<!-- walk-through -->\n```python\n")[2]
    names = {}
    exec(text.partition("```")[0], names)
    (axes,) = plt.gcf().axes
    plt.close()
    assert {"x0", "y3"} <= {label.get_text() for label in axes.texts}
    printed = capsys.readouterr().out
    assert "structure: recovered" in printed
    assert "since round" in printed
    last = names["way"].steps[-1]
    assert names["analysis"] is last.analysis
    assert last.row == names["found"].records[names["found"].selections[0].first].result_round
