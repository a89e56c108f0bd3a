"""What tests of the pages of runs share."""

import json
import pathlib
import re

from nsculpt.report import trajectories
from tests import finished_cell

# Names that would do harm, or would not stand on one line, if they were read as anything but text.
HOSTILE = (
    "</script><script>window.harmed=1</script>",
    "\"'><img src=x onerror=window.harmed=1>",
    "مرحبا\u202egnp.exe",
    "x" * 200,
    "<svg/onload=window.harmed=1>",
    "&lt;b&gt; ]]> <!-- -->",
    "two\nlines\u2028 \U0001d4b3",
    "lone \ud800 surrogate",
)


GRID = {"unit_steps": [5, 70], "edge_steps": [0.5, 2.5]}


def data_of(page):
    """What a page holds as data; nothing in it ends the script that it is in."""
    text = pathlib.Path(page).read_text("utf-8")
    assert text.count("<script") == text.count("</script>") == 2
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    assert "<" not in found
    return json.loads(found)


def summary_of(folder):
    return json.loads((folder / "summary.json").read_text("utf-8"))


def change(folder, edit):
    """Changes summary.json by a function of its content."""
    content = summary_of(folder)
    edit(content)
    # Escapes let any text through, such as half of a character.
    (folder / "summary.json").write_text(json.dumps(content), "utf-8")


def rename(folder):
    """Gives the task of a run folder, its inputs and its outputs hostile names."""

    def edit(content):
        content["task"] = HOSTILE[0] + HOSTILE[3]
        content["input_names"] = list(HOSTILE[:4])
        content["output_names"] = list(HOSTILE[4:])
        for function, name in zip(content["truth"]["sub_functions"], HOSTILE[1:], strict=False):
            function["name"] = name
        content["versions"] |= {HOSTILE[1]: HOSTILE[0], "a.b~1": 7}
        content["rates"]["my.score~0"] = content["rates"]["structure_recovered"]

    change(folder, edit)
    # What the summary says of trajectories names inputs and outputs.
    traced = trajectories.of_run(folder)

    def tell(content):
        for chosen in content["selected"]:
            if chosen["trajectory"] is not None:
                chosen["trajectory"] = trajectories.form(traced[chosen["seed"]])

    change(folder, tell)
    (folder / "run.flags").write_text(f"--task={HOSTILE[0]}\n--out_dir=here\n", "utf-8")


def write(folder, **given):
    """A finished run of `input_separable`, without any training: 4 seeds of different outcomes.

    Seed 0: its network is right, and two tie; 1: one module; 2: nothing was accepted; 5: no path.
    """
    found = {
        (0, 5, 2.5): finished_cell.RIGHT,
        (0, 70, 0.5): finished_cell.RIGHT,
        (1, 5, 0.5): finished_cell.MIXED,
        2: None,
        (5, 5, 0.5): finished_cell.NO_PATH,
    }
    return finished_cell.write(folder, found, **given)
