"""The index page over the runs of a folder: what it is made of, and of what folders."""

import json
import math
import os
import pathlib
import re
import shutil

import pytest

from nsculpt.paper import cells, figures, reproduction, running, variants
from nsculpt.report import reproduction_data, reproduction_files
from nsculpt.webpage import (
    beside_paper,
    index_page,
    page_file,
    sweep_cells,
    sweep_experiment,
    sweep_grids,
)
from tests import bad_input, finished_cell, launching

SMALL = {"seeds": [0, 5], "unit_steps": [5], "edge_steps": [1]}


def data_of(page):
    """What a page holds as data; the script's end shows that nothing in it ended it before."""
    text = pathlib.Path(page).read_text("utf-8")
    assert text.count("<script") == text.count("</script>") == 2
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    assert "<" not in found
    return json.loads(found)


def summary_of(folder, name):
    return json.loads((folder / name / "summary.json").read_text())


@pytest.fixture(scope="module")
def exemplars(tmp_path_factory):
    """Two finished cells, with the tables of `launch.reproduce`."""
    folder = finished_cell.write_two(tmp_path_factory.mktemp("sweep") / "exemplars")
    variant = variants.Variant()
    finished = running.finished("exemplars", folder, variant)
    reproduction_files.write(folder, reproduction.collate("exemplars", variant, finished))
    return folder


@pytest.fixture
def copied(exemplars, tmp_path):
    return pathlib.Path(shutil.copytree(exemplars, tmp_path / "exemplars"))


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """A folder of one small run that is of no experiment."""
    folder = tmp_path_factory.mktemp("one")
    finished_cell.write(folder / "mine", {0: finished_cell.RIGHT, 5: finished_cell.MIXED}, **SMALL)
    return folder


def test_reproduce_writes_the_page(exemplars):
    assert "index.html" in reproduction_files.names("exemplars")
    data = data_of(exemplars / "index.html")
    assert data["title"] == "exemplars"
    assert data["warnings"] == []
    form = json.loads((exemplars / "exemplars.json").read_text())
    found = data["experiment"]
    assert found["file"] == "exemplars.json"
    for name in ("pooled", "alive_edges"):
        assert found[name] == form[name]
    (bar,), (written,) = found["bars"], form["bars"]
    for name in ("panel", "row", "column", "task", "score", "finished_cells", "paper", "fisher_p"):
        assert bar[name] == written[name]
    for reading in ("first", "mean", "any", "all"):
        for name in ("rate", "n", "low", "high"):
            assert bar["rates"][reading][name] == written["rates"][reading][name]
    assert data["notes"][: len(form["notes"])] == form["notes"]
    assert data["notes"][-2].startswith("Paper: Patil, Michael, Dovrolis")
    assert found["said"] == [
        "A bar of the paper is over 12 networks: widths 24, 36 and 48, 3 cells with 4 seeds each.",
        "Finished here: 2 of 36 cells, of widths 24 and 36 and 1 hidden layer; n says over how "
        "many networks a rate is.",
    ]
    assert sum(len(each["layers"]) for each in data["not_run"]) == 34
    assert data["not_run"][0]["task"] == "input_separable"
    assert data["not_run"][0]["layers"][0] == "4-48-4"


def test_cells_by_hand(exemplars):
    first, second = data_of(exemplars / "index.html")["cells"]
    assert (first["task"], first["layer_sizes"]) == ("input_separable", [4, 24, 4])
    assert (first["seeds"], first["prunings"], first["state"]) == ([0, 1, 2, 5], 280, "finished")
    assert first["edges"] == {"networks": 3, "least": 4, "median": 8, "greatest": 8}
    assert first["published"]["median"] == 16
    assert first["said"] == ["1 seed without an accepted network"]
    rates = summary_of(exemplars, "input_separable_24")["rates"]
    assert set(first["rates"]) == set(rates)
    for score, of_score in first["rates"].items():
        for reading, found in of_score.items():
            written = rates[score][reading]
            assert found == {name: written[name] for name in ("rate", "n", "low", "high")}
    # One of 4 against 12 of 12: of C(16, 13) = 560 tables, the 4 that are as extreme.
    paper = first["paper"]["structure_recovered"]
    assert (paper["figure"], paper["rate"]) == ("exemplars", 1)
    assert (paper["successes"], paper["n"]) == (12, 12)
    assert paper["p"]["first"] == pytest.approx(4 / math.comb(16, 13))
    assert second["paper"]["structure_recovered"]["p"]["first"] == pytest.approx(1)
    assert second["page"] is None
    assert second["command"] == (
        f"python -m launch.report --run_dir={exemplars / 'input_separable_36'}"
    )


def test_equal_folders_give_equal_pages(exemplars, copied):
    before = (copied / "index.html").read_bytes()
    os.utime(copied / "input_separable_24" / "summary.json")
    assert index_page.write(copied).read_bytes() != b""
    assert data_of(copied / "index.html")["cells"][0]["edges"]["median"] == 8
    again = index_page.write(str(copied)).read_bytes()
    assert again == (copied / "index.html").read_bytes()
    # But for the path in its commands.
    assert again.replace(str(copied).encode(), b"") == before.replace(str(exemplars).encode(), b"")


def test_a_cell_with_a_page_is_linked(copied):
    renamed = copied / "a %#?'\" ü"
    (copied / "input_separable_36").rename(renamed)
    (renamed / "report.html").touch()
    index_page.write(copied)
    found = data_of(copied / "index.html")
    (cell,) = (cell for cell in found["cells"] if cell["page"])
    assert cell["page"] == "./a%20%25%23%3F%27%22%20%C3%BC/report.html"
    assert cell["said"] == ["not in exemplars.json"]
    assert found["warnings"] == [
        f"{copied / 'exemplars.json'}: holds cells that are not here (input_separable_36); "
        "launch.reproduce --report_only makes it anew"
    ]


def test_tables_of_other_runs_are_named(copied):
    path = copied / "input_separable_24" / "summary.json"
    summary = json.loads(path.read_text())
    summary["selected"][0]["alive_edges"] = 9
    path.write_text(json.dumps(summary))
    (warning,) = index_page.form(copied)["warnings"]
    assert "exemplars.json: holds other edges (input_separable_24); launch.reproduce" in warning


def test_runs_of_any_kind_stand_side_by_side(one, tmp_path, caplog):
    folder = tmp_path / "mixed"
    shutil.copytree(one, folder)
    (folder / "begun" / "jobs").mkdir(parents=True)
    (folder / "begun" / "jobs" / "a.npz").touch()
    (folder / "begun" / "run.flags").write_text("# Settings.\n--task=reused\n--hidden=24,24\n")
    (folder / "just_begun" / "jobs").mkdir(parents=True)
    (folder / "notes.txt").touch()
    (folder / "other").mkdir()
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "summary.json").touch()
    no_truth = summary_of(folder, "mine") | {"task": "unknown", "truth": None, "rates": {}}
    (folder / "no_truth").mkdir()
    (folder / "no_truth" / "summary.json").write_text(json.dumps(no_truth))
    (folder / "cut").mkdir()
    whole = (folder / "mine" / "summary.json").read_bytes()
    (folder / "cut" / "summary.json").write_bytes(whole[: len(whole) // 2])
    data = data_of(index_page.write(folder))
    assert data["experiment"] is None
    states = {cell["folder"]: cell["state"] for cell in data["cells"]}
    assert states == {
        "begun": "not finished", "cut": "damaged", "just_begun": "not finished",
        "mine": "finished", "no_truth": "finished",
    }  # fmt: skip
    by_name = {cell["folder"]: cell for cell in data["cells"]}
    begun = by_name["begun"]
    assert (begun["task"], begun["hidden"], begun["layer_sizes"]) == ("reused", [24, 24], None)
    assert begun["said"] == ["1 finished job; the command that began it goes on"]
    assert by_name["just_begun"]["said"][0].startswith("0 finished jobs")
    assert by_name["no_truth"]["said"] == ["no truth is known, so there are no rates"]
    assert by_name["no_truth"]["paper"] == {}
    # It is of the paper's task and layers, with fewer steps.
    assert by_name["mine"]["said"] == ["not the paper's setting: unit_steps, edge_steps"]
    assert by_name["mine"]["paper"]["structure_recovered"]["rate"] == 1
    (warning,) = data["warnings"]
    assert warning.startswith(f"{folder / 'cut' / 'summary.json'}, line ")
    assert warning in caplog.text


def test_names_can_do_nothing(one, tmp_path):
    folder = tmp_path / "names"
    names = [
        "</script><script>alert(1)</script>", "<!--<script>", "&lt;b&gt; \"quoted\" 'too'",
        "x" * 200, "ünï ✓ 漢字", "\u202egnp", "\ud800", "a\u2028b", "{{ data }}", " ",
    ]  # fmt: skip
    for number, name in enumerate(names):
        cell = folder / f"{number:02} {name}".replace("/", "_").replace("\ud800", "")
        cell.mkdir(parents=True)
        content = summary_of(one, "mine") | {"task": name}
        content["rates"] = {name: content["rates"]["structure_recovered"]}
        (cell / "summary.json").write_text(json.dumps(content))
    odd = os.fsencode(folder) + b"/10 \xff"
    shutil.copytree(os.fsencode(one / "mine"), odd)
    data = data_of(index_page.write(folder))
    assert [cell["task"] for cell in data["cells"]][:5] == names[:5]
    assert [cell["task"] for cell in data["cells"]][5:8] == ["\\u202egnp", "\\ud800", "a\\u2028b"]
    assert data["cells"][10]["folder"] == "10 \\udcff"
    assert data["cells"][10]["page"] is None
    assert {score["name"] for score in data["scores"]} > set(names)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("exemplars.json", b""),
        ("exemplars.json", b"[]"),
        ("exemplars.json", b'{"experiment": "reuse"}'),
        ("input_separable_24/summary.json", b"[[1]]"),
        ("input_separable_24/summary.json", b'{"task": "a", "layer_sizes": [4]}'),
        ("input_separable_24/summary.json", b'{"task": "a", "layer_sizes": [1e400, 2]}'),
    ],
)
def test_a_damaged_file_is_named_and_left_out(copied, name, content):
    (copied / name).write_bytes(content)
    (warning,) = index_page.form(copied)["warnings"]
    assert warning.startswith(f"{copied / name}")
    assert ": " in warning
    assert warning.endswith("; the page is made without it")
    assert (data_of(index_page.write(copied))["experiment"] is None) == (name == "exemplars.json")


def places(content, place=()):
    """Where something stands in JSON; of a list, the first two."""
    items = content.items() if isinstance(content, dict) else enumerate(content[:2])
    for name, value in items:
        yield (*place, name)
        if isinstance(value, dict | list):
            yield from places(value, (*place, name))


@pytest.mark.parametrize("name", ["exemplars.json", "input_separable_24/summary.json"])
def test_a_file_of_anything_makes_a_page(copied, name):
    """Whatever stands in a place, the page is made of finite numbers and of texts."""
    good = (copied / name).read_text()
    known = ("task", "layer_sizes", "settings", "runs", "selected", "rates", "versions")
    whole = json.loads(good)
    kept = {key: value for key, value in whole.items() if key in known or "summary" not in name}
    others = (None, -1, "text", [], {}, 10**400, float("nan"), 2.5, True)
    for number, place in enumerate(list(places(kept))[::5]):
        content = json.loads(good)
        at = content
        for key in place[:-1]:
            at = at[key]
        at[place[-1]] = others[number % len(others)]
        (copied / name).write_text(json.dumps(content))
        inlined = page_file.inlined(index_page.form(copied))
        for cell in json.loads(inlined)["cells"]:
            for readings in cell["rates"].values():
                assert all(0 <= each["rate"] <= 1 for each in readings.values() if each["rate"])


def test_pipes_are_not_waited_for(exemplars, copied):
    for name in ("input_separable_24/summary.json", "input_separable_36/run.flags"):
        (copied / name).unlink()
        os.mkfifo(copied / name)
    form = index_page.form(copied)
    assert [cell["state"] for cell in form["cells"]] == ["damaged", "finished"]
    (copied / "index.html").unlink()
    os.mkfifo(copied / "index.html")
    assert "is no page of nsculpt" in bad_input.message_of(index_page.write, copied)


def test_an_experiment_without_a_finished_cell(copied):
    content = json.loads((copied / "exemplars.json").read_text())
    (copied / "exemplars.json").write_text(json.dumps(content | {"cells": []}))
    assert index_page.form(copied)["experiment"]["said"][0] == "None of its cells is finished here."


def test_what_is_a_sweep(exemplars, one, tmp_path):
    assert index_page.is_sweep(exemplars)
    assert index_page.is_sweep(str(one))
    assert not index_page.is_sweep(one / "mine")
    assert not index_page.is_sweep(one / "mine" / "summary.json")
    assert not index_page.is_sweep(tmp_path)
    assert not index_page.is_sweep(tmp_path / "nowhere")
    assert not index_page.is_sweep("a\0b")
    (tmp_path / "begun" / "jobs").mkdir(parents=True)
    assert not index_page.is_sweep(tmp_path)
    assert not index_page.is_sweep(tmp_path / "begun")


def test_folders_without_runs_are_refused(tmp_path):
    assert bad_input.message_of(index_page.write, tmp_path) == (
        f"{tmp_path}: holds no runs; expected run folders directly below it"
    )
    for path in (tmp_path / "nowhere", tmp_path / "a\0b"):
        assert "cannot be read" in bad_input.message_of(index_page.write, path)
    assert not list(tmp_path.iterdir())


def test_another_page_is_not_overwritten(one, tmp_path):
    folder = pathlib.Path(shutil.copytree(one, tmp_path / "a"))
    (folder / "index.html").write_text("<h1>My results</h1>")
    message = bad_input.message_of(index_page.write, folder)
    assert message.startswith(f"{folder / 'index.html'}: is no page of nsculpt; expected such a ")
    assert (folder / "index.html").read_text() == "<h1>My results</h1>"
    lone = tmp_path / "lone"
    lone.mkdir()
    (lone / "index.html").write_text("mine")
    assert "(index.html)" in bad_input.message_of(reproduction_files.check_folder, lone, "reuse")
    index = index_page.write(one)
    shutil.copy(index, folder / "index.html")
    assert index_page.write(folder) == folder / "index.html"


def test_panels_have_all_that_the_paper_shows():
    rates = figures.read_rates()
    for name in cells.EXPERIMENTS:
        found = sweep_experiment.Experiment(
            name, f"{name}.json", [], [], [], {}, {}, cells.of(name), [], {}, []
        )
        shown = [
            bar["paper"]
            for panel in sweep_experiment.panels(name, [])
            for line in panel["bars"]
            for bar in line
            if bar is not None and bar["paper"] is not None
        ]
        assert sorted(shown) == sorted(rate for bar, rate in rates.items() if bar.figure == name)
        for panel in sweep_experiment.panels(name, []):
            assert len(panel["bars"]) == len(panel["rows"]["names"])
            assert {len(line) for line in panel["bars"]} == {len(panel["columns"]["names"])}
            assert panel["is_grid"] == ((name, panel["name"]) in {
                ("reuse", "all modules"), ("hierarchy", "all modules"),
                ("overlap", "input separability"), ("overlap", "hidden separability"),
                ("overlap", "output subfunctions"),
            })  # fmt: skip
        assert found.pools()[0].startswith("A bar of the paper is over ")
    overlap = sweep_experiment.Experiment(
        "overlap", "", [], [], [], {}, {}, cells.subset("overlap", widths=[24]), [], {}, []
    )
    (panel, *_), said = sweep_experiment.panels("overlap", []), overlap.pools()
    assert panel["rows"] == {"title": "overlapping inputs", "names": ["0", "1", "2", "3", "4"]}
    assert panel["columns"] == {"title": "times used", "names": ["1", "2", "4", "6", "8"]}
    assert panel["bars"][3][1] == {"paper": 0.72, "found": None}
    assert said[0] == (
        "A bar of the paper is over 36 networks: widths 24, 36 and 48 and 1, 2 and 3 hidden "
        "layers, 9 cells with 4 seeds each."
    )
    assert "75 of 75 cells, of width 24 and 1, 2 and 3 hidden layers" in said[1]


def test_the_score_that_the_paper_has_a_figure_of_comes_first(one, tmp_path):
    """Of overlap tasks the paper does not say how often the whole structure is recovered."""
    folder = tmp_path / "mine"
    shutil.copytree(one, folder)
    path = folder / "mine" / "summary.json"
    assert index_page.form(folder)["scores"][0]["name"] == "structure_recovered"
    path.write_text(json.dumps(summary_of(folder, "mine") | {"task": "overlap1_use2"}))
    assert index_page.form(folder)["scores"][0]["name"] == "inputs_recovered"


def test_departures_are_said(exemplars, copied):
    form = json.loads((exemplars / "exemplars.json").read_text())
    form["departures"] = [{"name": "edge_steps", "here": "2.5", "paper": "0.5, 1 ... 2.5"}]
    (copied / "exemplars.json").write_text(json.dumps(form))
    said = index_page.form(copied)["experiment"]["said"]
    assert said[2].startswith("Not the paper's setting: edge_steps 2.5 (paper 0.5, 1 ... 2.5).")
    # Tables that were made before there were departures and notes.
    del form["departures"], form["notes"]
    (copied / "exemplars.json").write_text(json.dumps(form))
    assert len(index_page.form(copied)["experiment"]["said"]) == 2


def test_departures_of_a_run_are_named(tmp_path):
    def departures(**given):
        folder = finished_cell.write(tmp_path / f"{len(list(tmp_path.iterdir()))}", {}, **given)
        (found,) = [c for c in sweep_cells.find(tmp_path) if c.path.name == folder.name]
        return beside_paper.departures(found)

    steps = {"unit_steps": list(range(70, 0, -5)), "edge_steps": [2.5, 0.5, 1, 1.5, 2]}
    assert departures(seeds=[3], **steps) == []
    assert departures(**SMALL | {"epochs": 3}) == ["unit_steps", "edge_steps", "epochs"]
    assert departures(**steps, seeds=[0], width=20) == []  # of no network of the paper


def test_the_page_is_made_without_jax(one):
    code = (
        "import sys\nfrom nsculpt.webpage import index_page\nindex_page.write(sys.argv[1])\n"
        "print([name for name in ('jax', 'flax', 'matplotlib') if name in sys.modules])"
    )
    done = launching.python(code, one)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_the_form_of_tables_is_what_is_read(exemplars):
    """Every field that the page takes is one that `reproduction_data.form` makes."""
    form = json.loads((exemplars / "exemplars.json").read_text())
    variant = variants.Variant()
    finished = running.finished("exemplars", exemplars, variant)
    collated = reproduction.collate("exemplars", variant, finished)
    assert form == json.loads(json.dumps(reproduction_data.form(collated)))
    found = sweep_experiment.read(exemplars, "exemplars")
    assert found.by_seed["input_separable_24"] == {0: 8, 1: 8, 2: None, 5: 4}
    assert len(found.finished) + len(found.unfinished) == 36


def test_tables_of_an_experiment_come_before_grids(copied, monkeypatch):
    monkeypatch.setattr(sweep_grids, "of_cells", lambda found: [{"cells": len(found)}])
    assert index_page.form(copied)["grids"] == []
    (copied / "exemplars.json").unlink()
    assert index_page.form(copied)["grids"] == [{"cells": 2}]
