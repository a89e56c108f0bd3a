"""The page of a run: what it holds, what it is refused for, what it leaves out."""

import base64
import hashlib
import json
import logging
import re
import shutil

from nsculpt import experiment, timings
from nsculpt.report import trajectories
from nsculpt.webpage import (
    budget,
    courses,
    drawings,
    fitting,
    page_file,
    run_files,
    run_page,
    structures,
)
from tests import launching, run_pages


def test_what_the_page_holds(folder):
    path = run_page.write(folder)
    assert path == folder / "report.html"
    data = run_pages.data_of(path)
    summary = run_pages.summary_of(folder)
    assert data["summary"] == summary
    # Selected ones come first, then what trajectories add: the dense network, and the final ones in
    # the numbers of the way; then the one that all others are, also those that were not accepted.
    assert len(data["networks"]) == 6
    runs = summary["runs"]
    drawn = {
        (run["seed"], run["unit_step"], run["edge_step"]): n
        for run, n in zip(runs, data["of_runs"], strict=True)
    }
    assert drawn[0, 5, 2.5] == drawn[0, 70, 0.5] == 0
    assert drawn[1, 5, 0.5] == 1
    assert drawn[5, 5, 0.5] is None  # no path
    assert {drawn[0, 5, 0.5], drawn[1, 70, 2.5], drawn[2, 5, 2.5]} == {5}
    shown = data["networks"][0]
    assert [row[0] for row in shown["modules"]] == [
        m["module"] for m in summary["selected"][0]["modules"]
    ]
    assert shown["graph"].startswith("<svg")
    assert [each is None for each in data["trajectories"]] == [False, False, True, False]
    course = data["trajectories"][0]
    assert [step["at"] for step in course["steps"]] == [0, 1]
    assert [data["networks"][step["network"]]["live"] for step in course["steps"]] == [
        [4, 24, 4],
        [4, 2, 4],
    ]
    assert data["trajectories"][3]["steps"][1]["network"] is None  # no path
    assert data["no_trajectories"] == ""
    assert data["truth"].startswith("<svg")
    assert [svg is None for svg in data["against_truth"]] == [False, False, True, True]
    assert data["consensus"]["inputs"] == ["x0 x1", "x2 x3"]
    assert data["declared"] == {"inputs": ["x0 x1", "x2 x3"], "outputs": ["y0 y1", "y2 y3"]}
    assert data["left_out"] == []
    assert path.stat().st_size < 5_000_000


def test_equal_folders_give_equal_pages(folder, tmp_path):
    first = run_page.write(folder).read_bytes()
    assert run_page.write(folder).read_bytes() == first  # now with what the first has kept
    elsewhere = shutil.copytree(folder, tmp_path / "elsewhere" / "other name")
    (elsewhere / "report.html").unlink()
    assert run_page.write(elsewhere).read_bytes() == first
    assert str(tmp_path).encode() not in first


def test_no_request_and_no_other_script(folder):
    text = run_page.write(folder).read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)[-1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    head = text.partition('<script type="application/json"')[0]
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"|@import|url\(', head) == []
    assert "localhost" not in script
    assert set(re.findall(r"https?://[^\"'` ]+", script)) <= {"http://www.w3.org/2000/svg"}


def test_hostile_names(folder):
    run_pages.rename(folder)
    path = run_page.write(folder)
    data = run_pages.data_of(path)  # which looks at how many scripts there are
    assert data["summary"] == run_pages.summary_of(folder)
    text = path.read_text("utf-8")
    outside = re.sub(r'<script type="application/json".*?</script>', "", text)
    assert "harmed=1</script>" not in outside
    assert "\u202e" not in text
    title = re.search("<title>(.*?)</title>", text)[1]
    assert title.startswith("&lt;/script&gt;&lt;script&gt;window.harmed=1")
    assert (
        data["command"]
        == "python -m launch.main '--task=</script><script>window.harmed=1</script>'"
    )


def test_a_run_of_an_earlier_version(folder):
    (folder / "run.flags").unlink()

    def age(summary):
        for name in ("image_shape", "task_sha256"):
            del summary[name]
        del summary["versions"]["algorithm"]
        for chosen in summary["selected"]:
            del chosen["trajectory"]

    run_pages.change(folder, age)
    data = run_pages.data_of(run_page.write(folder))
    assert data["trajectories"] == [None] * 4
    assert "it is of an earlier version" in data["no_trajectories"]
    assert data["command"] == ""
    (folder / "trajectories.npz").unlink()
    assert run_pages.data_of(run_page.write(folder)) == data


def test_without_trajectories(folder):
    (folder / "trajectories.npz").unlink()
    data = run_pages.data_of(run_page.write(folder))
    assert data["trajectories"] == [None] * 4
    assert "trajectories.npz, which is not there" in data["no_trajectories"]


def test_trajectories_in_the_words_of_another_version(folder):
    def reword(summary):
        summary["selected"][0]["trajectory"]["steps"][1]["events"] = ["module 0 falls apart"]

    run_pages.change(folder, reword)
    data = run_pages.data_of(run_page.write(folder))
    assert [each is None for each in data["trajectories"]] == [True, False, True, False]
    assert data["left_out"] == [
        "The trajectories of 1 seed are left out, since summary.json was written by a version that "
        "says other things of them; the command of the run makes it anew."
    ]


def test_without_a_truth(folder):
    run_pages.change(folder, lambda summary: summary.update(truth=None, rates={}))
    data = run_pages.data_of(run_page.write(folder))
    assert data["truth"] is None
    assert data["against_truth"] == [None] * 4
    assert data["declared"] == {"inputs": [], "outputs": []}


def test_neither_jax_nor_matplotlib_is_needed(folder):
    ran = launching.python(
        "import pathlib, sys\n"
        "from nsculpt.webpage import run_page\n"
        "run_page.write(pathlib.Path(sys.argv[1]))\n"
        "assert not {'jax', 'flax', 'matplotlib'} & set(sys.modules)",
        folder,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_room_is_shared_in_order(folder):
    """With less and less room: the least sparse networks go, then trajectories, then tied ones."""
    found = run_files.read(folder)
    drawing = drawings.Drawings(found)
    traced = courses.of_run(found).of_seeds
    everything = fitting.fit(found, drawing, traced, 10**6)
    assert everything.left_out == []
    sizes = [len(json.dumps(network)) for network in everything.networks]
    left = {}
    for room in range(sum(sizes) * 2, 0, -200):
        fitted = fitting.fit(found, drawing, traced, room)
        # Selected ones in any case.
        assert [
            fitted.of_runs[i] is not None
            for i, run in enumerate(found.summary["runs"])
            if run["selected"]
        ] == [True, True, False]
        lost = sum(
            a is not None and b is None
            for a, b in zip(everything.of_runs, fitted.of_runs, strict=True)
        )
        courses_lost = sum(each is None for each in fitted.courses) - 1
        left.setdefault((lost > 0, courses_lost), fitted.left_out)
        for course in filter(None, fitted.courses):
            for step in course["steps"]:
                assert step["network"] is None or 0 <= step["network"] < len(fitted.networks)
    stages = list(left)
    assert stages[0] == (False, 0)
    assert stages[1] == (True, 0)  # networks before trajectories
    assert stages[-1] == (True, 3)
    assert "The drawings of 1 network, the least sparse, are left out to keep" in left[True, 0][0]
    assert "the trajectories of 3 seeds, to keep this page small." in left[True, 3][0]


def test_what_takes_too_long_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(drawings, "MOST_WORK", 0)
    monkeypatch.setattr(trajectories, "MOST_WORK", 0)
    folder = run_pages.write(tmp_path / "run", **run_pages.GRID)
    data = run_pages.data_of(run_page.write(folder))
    runs = data["summary"]["runs"]
    selected = {n for n, run in zip(data["of_runs"], runs, strict=True) if run["selected"]}
    assert {n for n in data["of_runs"] if n is not None} == selected - {None}
    assert [each is None for each in data["trajectories"]] == [False, True, True, True]
    assert data["left_out"] == [
        "The trajectories of 2 seeds are left out for the time that analysing their networks "
        "takes.",
        "The drawings of 1 network, the least sparse, are left out for the time that analysing "
        "them takes; the table says how to draw one.",
    ]


def test_pauses_are_left_out_before_trajectories():
    told = {"steps": [{"events": ["x"] * (row == 2)} for row in range(5)]}
    found = {"steps": [{"at": at, "network": {"n": at}} for at in range(5)]}
    pool = budget.Pool(120)
    (fitted,), said = fitting._courses([found], [{"trajectory": told}], pool)
    assert [step["at"] for step in fitted["steps"]] == [0, 2, 4]
    assert [pool.networks[step["network"]] for step in fitted["steps"]] == [
        {"n": 0},
        {"n": 2},
        {"n": 4},
    ]
    assert said == [
        "Steps of the trajectories at which no module changes are left out, to keep this page "
        "small."
    ]


def test_letters(folder):
    summary = run_pages.summary_of(folder)
    found = structures.of_summary(summary, None)
    # 12 of 16 show LARGE or RIGHT, which are one structure; seed 1 shows MIXED in one of four.
    assert [each["letter"] for each in found["described"]] == ["A", "B"]
    assert [each["count"] for each in found["described"]] == [4 + 3 + 3, 1]
    assert [each["num_selected"] for each in found["described"]] == [1, 1]
    assert found["letters"] == [["A"], ["A", "B"], [], ["A"]]
    assert found["described"][1]["outputs"] == ["y0 y1 y2 y3"]
    assert structures._letters(25) == "Z"
    assert structures._letters(26) == "AA"
    assert structures._letters(26 + 26 * 26) == "AAA"


def test_assets_are_those_that_are_used():
    for name in (*run_page._STYLES, *run_page._SCRIPTS):
        text = page_file.asset(name)
        for harmful in ("</script", "<!--", "</style", "innerHTML", "eval("):
            assert harmful not in text


def test_a_sculpting_writes_its_page(tmp_path, caplog):
    """A page that cannot be made costs nothing else of a run."""

    def sculpt(**given):
        return experiment.sculpt(
            "input_separable", (8,), seeds=[0], unit_steps=[50], edge_steps=[2.5], drawings=False,
            out_dir=tmp_path / "run", **given,
        )  # fmt: skip

    folder = tmp_path / "run"
    page = folder / "report.html"
    sculpt(report=False)
    assert not page.exists()
    page.mkdir()
    with caplog.at_level(logging.WARNING, "nsculpt"):
        found = sculpt()
    assert found.selections[0].first is not None
    (record,) = [each for each in caplog.records if "report.html" in each.getMessage()]
    assert record.levelname == "WARNING"
    assert record.getMessage().isprintable()
    page.rmdir()
    (folder / "timings.json").unlink()
    sculpt()
    assert run_pages.data_of(page)["summary"] == run_pages.summary_of(folder)
    assert timings.read(folder / "timings.json")["report_s"] > 0
