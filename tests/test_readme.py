"""The README's Python on networks of one's own runs as it stands."""

import pathlib
import re

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
