"""Pages of runs in a real browser: they draw, move, sort, fit, speak, and ask for nothing."""

import pathlib
import re
from xml.etree import ElementTree

import pytest

from nsculpt.webpage import run_page
from tests import launching, run_pages
from tests.browser import conftest

pytestmark = pytest.mark.browser
RUNS = tuple(conftest.COMMANDS)
SVG = "{http://www.w3.org/2000/svg}"
_SERIOUS = ("serious", "critical")


@pytest.fixture(params=RUNS)
def run_dir(request, folders):
    return folders(request.param)


def serious_faults(page):
    """What axe-core finds, as lines."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in _SERIOUS
    ]


def value_at(summary, path):
    for name in path.split("."):
        summary = summary[int(name) if isinstance(summary, list) else name]
    return summary


def circles(page, within):
    """Places of the dots of a network, after whatever glides has come to rest."""
    page.wait_for_timeout(500)
    return page.eval_on_selector_all(
        f"{within} .main svg circle",
        "all => all.map((c) => [+c.getAttribute('cx'), +c.getAttribute('cy')])",
    )


def test_numbers_are_those_of_the_summary(run_dir, visit):
    summary = run_pages.summary_of(run_dir)
    page = visit(run_dir / "report.html")
    shown = page.eval_on_selector_all(
        "[data-field]", "all => all.map((e) => [e.dataset.field, e.textContent])"
    )
    fields = {path for path, _ in shown}
    for number in range(len(summary["runs"])):  # the table has all of them
        assert {
            f"runs.{number}.{name}" for name in ("alive_edges", "accuracy", "wrong_bits")
        } <= fields
    assert "rates.structure_recovered.mean.high" in fields
    # Below the last hidden layer there may be none.
    assert ("rates.middle_separable.any.rate" in fields) == (len(summary["layer_sizes"]) > 3)
    assert "consensus.graph.count" in fields
    assert "diversity.0.entropy_bits" in fields
    assert "settings.learning_rate" in fields
    for path, text in shown:
        value = value_at(summary, path)
        whole, _, decimals = text.partition(".")
        if decimals:
            assert abs(float(text) - value) <= 0.5 * 10.0 ** -len(decimals) * (1 + 1e-9), path
        else:
            assert int(whole) == value, path


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_accessible(scheme, width, run_dir, visit):
    page = visit(run_dir / "report.html", width, color_scheme=scheme)
    if scheme == "dark":  # hundreds of equal rows were looked at in light
        page.locator("input[name=runs-filter][value=selected]").check(force=True)
    page.wait_for_timeout(200)
    assert serious_faults(page) == []


def test_fits_a_phone(run_dir, visit):
    page = visit(run_dir / "report.html", 360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 320, "height": 600})
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_slider_moves_the_drawing(run_dir, visit):
    page = visit(run_dir / "report.html")
    data = run_pages.data_of(run_dir / "report.html")
    seed = int(page.locator("input[name=course-seed]:checked").get_attribute("value"))
    told = data["summary"]["selected"][seed]["trajectory"]
    rounds = told["rounds"]
    drawn = data["trajectories"][seed]["steps"]
    steps = [{**told["steps"][each["at"]], **each} for each in drawn]
    slider, facts = page.locator("#step"), page.locator("#step-facts")
    final = circles(page, "#course")
    mark = page.locator("#course .beside svg > path").get_attribute("d")
    slider.focus()
    page.keyboard.press("Home")
    assert slider.input_value() == "0"
    assert f"Round 0 of {len(rounds['phase']) - 1}, dense network: " in facts.inner_text()
    dense = circles(page, "#course")
    assert len(dense) == len(data["networks"][steps[0]["network"]]["places"])
    assert dense != final
    assert page.locator("#course .beside svg > path").get_attribute("d") != mark
    page.keyboard.press("ArrowRight")
    assert f"Round {steps[1]['row']} of " in facts.inner_text()
    assert f"{steps[1]['num_modules']} module" in slider.get_attribute("aria-valuetext")
    page.keyboard.press("End")
    assert circles(page, "#course") == final
    page.locator("#earlier").click()
    assert f"Round {steps[-2]['row']} of " in facts.inner_text()
    # A click into the curves goes to the nearest step: at the very left the dense network.
    page.locator("#course .beside svg").click(position={"x": 56, "y": 100})
    assert slider.input_value() == "0"


def test_dots_glide_unless_asked_not_to(folders, visit):
    """Between two steps a dot that stays is seen on its way; with reduced motion it jumps."""
    path = folders("quickstart") / "report.html"
    halfway = """() => {
      const all = () => [...document.querySelectorAll('#course .main circle')];
      const dots = () => all().map((dot) => dot.getAttribute('cy'));
      const slider = document.getElementById('step');
      const go = (step) => {
        slider.value = step;
        slider.dispatchEvent(new Event('input'));
      };
      const later = (result) => new Promise((done) => setTimeout(() => done(result()), 700));
      go(0);
      return later(() => go(slider.max)).then(() => {
        const first = dots();
        return later(() => [first, dots()]);
      });
    }"""
    first, last = visit(path).evaluate(halfway)
    assert first != last
    first, last = visit(path, reduced_motion="reduce").evaluate(halfway)
    assert first == last


def test_any_run_is_drawn(run_dir, visit):
    page = visit(run_dir / "report.html")
    data = run_pages.data_of(run_dir / "report.html")
    assert None not in data["of_runs"]
    runs = run_pages.summary_of(run_dir)["runs"]
    for place in (0, len(runs) - 1):
        page.locator(f"#runs button[data-run='{place}']").click()
        assert page.locator("#shown").inner_text() == (
            f"Seed {runs[place]['seed']}, unit step {runs[place]['unit_step']:g}, "
            f"edge step {runs[place]['edge_step']:g}"
        )
        network = data["networks"][data["of_runs"][place]]
        assert len(circles(page, "#viewer")) == len(network["places"]) + len(network["dead"])
        assert page.locator("#shown-modules tbody tr").count() == len(network["modules"])
    # From the keyboard: arrows move in a grid, and the enter key draws.
    first = page.locator("table.grid").first.locator("button")
    first.first.focus()
    page.keyboard.press("ArrowRight")
    second = first.nth(1)
    assert second.evaluate("button => button === document.activeElement")
    place = int(second.get_attribute("data-run"))
    page.keyboard.press("Enter")
    assert f"edge step {runs[place]['edge_step']:g}" in page.locator("#shown").inner_text()
    assert second.get_attribute("aria-pressed") == "true"


def column(page, head):
    heads = page.locator("table.runs thead th").all_inner_texts()
    at = next(i for i, text in enumerate(heads) if text.split() == head.split())
    return [
        float(text)
        for text in page.locator(f"table.runs tbody tr > :nth-child({at + 1})").all_inner_texts()
    ]


def test_the_table_sorts_and_filters(run_dir, visit):
    page = visit(run_dir / "report.html")
    runs = run_pages.summary_of(run_dir)["runs"]
    for head, name in (
        ("alive edges", "alive_edges"),
        ("unit step", "unit_step"),
        ("rounds", "job_rounds"),
    ):
        button = page.locator("table.runs thead button", has_text=head).first
        button.click()
        assert column(page, head) == sorted(run[name] for run in runs)
        assert button.locator("..").get_attribute("aria-sort") == "ascending"
        button.press("Enter")
        assert column(page, head) == sorted((run[name] for run in runs), reverse=True)
        assert button.locator("..").get_attribute("aria-sort") == "descending"
    for value, keeps in (
        ("selected", lambda run: run["selected"]),
        ("tied", lambda run: run["tied"]),
        ("accepted", lambda run: run["status"] == "accepted"),
    ):
        page.locator(f"input[name=runs-filter][value={value}]").check(force=True)
        kept = [run["job_rounds"] for run in runs if keeps(run)]
        assert column(page, "rounds") == sorted(kept, reverse=True)
        assert page.locator("#runs [role=status]").inner_text() == (
            f"{len(kept)} run{'s' * (len(kept) != 1)} of {len(runs)}"
        )


def test_every_figure_can_be_saved(run_dir, visit, tmp_path):
    page = visit(run_dir / "report.html", color_scheme="dark")
    buttons = page.locator("button.save")
    assert buttons.count() >= (6 if run_dir.name == "mnist" else 5)
    names = set()
    for number in range(buttons.count()):
        with page.expect_download() as download:
            buttons.nth(number).click()
        name = download.value.suggested_filename
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.svg", name)
        names.add(name)
        download.value.save_as(tmp_path / name)
        text = (tmp_path / name).read_text("utf-8")
        root = ElementTree.fromstring(text)
        assert root.tag == f"{SVG}svg"
        assert root[0].attrib == {"width": "100%", "height": "100%", "fill": "#ffffff"}
        assert root.find(f".//{SVG}text") is not None
        for outside in ("currentColor", "var(", "class=", "<script", "href"):
            assert outside not in text
    assert len(names) >= buttons.count() - 1  # the final step is the selected network


def test_the_command_can_be_copied(folders, visit):
    run_dir = folders("quickstart")
    page = visit(run_dir / "report.html", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#copy").click()
    page.get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("python -m launch.main --task=reused --hidden=24,24 --seeds=0,1,2,5 ")
    assert page.locator("#again pre").inner_text().replace("\n", " ") == copied
    assert "--out_dir" not in copied


def test_on_paper(folders, visit, tmp_path):
    page = visit(folders("exemplar") / "report.html", color_scheme="dark")
    page.locator("#step").focus()
    page.keyboard.press("Home")
    page.evaluate(
        "addEventListener('beforeprint', () => { "
        "window.atPrint = document.getElementById('step').value; })"
    )
    page.pdf(path=tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").stat().st_size > 20_000
    assert page.evaluate("window.atPrint") == page.locator("#step").get_attribute("max")
    assert page.locator("#step").input_value() == "0"  # as it was
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    shown = page.locator("table.runs tbody tr")
    assert shown.count() == 280
    for hidden in ("nav", "fieldset", ".slider", "button.save", "#copy"):
        assert not page.locator(hidden).first.is_visible(), hidden
    wide = page.eval_on_selector_all(
        "figure svg",
        "all => all.filter((svg) => svg.getBoundingClientRect().right > innerWidth).length",
    )
    assert wide == 0
    box = page.locator("#runs-body .scroll").bounding_box()
    last = shown.last.bounding_box()
    assert last["y"] + last["height"] <= box["y"] + box["height"] + 1  # nothing is cut off


def test_formulas_stand_in_the_question(tmp_path, visit):
    run_dir = tmp_path / "run"
    formulas = "s = a ^ b; y0 = s & c; y1 = !(s | d)"
    given = ("--hidden=8", "--seeds=0", "--unit_steps=50", "--edge_steps=2.5", "--epochs=1")
    ran = launching.launch("main", f"--formulas={formulas}", *given, f"--out_dir={run_dir}")
    assert ran.returncode == 0, ran.stderr
    page = visit(run_dir / "report.html")
    assert page.locator("#question code").all_inner_texts() == formulas.split("; ")
    assert page.locator("#answer").inner_text() == (
        "No network reached the accuracy asked for, so there is no structure to show."
    )
    page.locator("#runs button[data-run='0']").click()
    facts = page.locator("#shown-facts").inner_text()
    assert "No round was accepted: the accuracy asked for is 1." in facts
    assert "Another learning rate, more epochs" in page.locator("#certainty").inner_text()
    assert not (run_dir / "drawings").exists()
    assert "drawings/" not in ran.stdout


def test_without_a_script(folders, visit):
    page = visit(folders("quickstart") / "report.html", java_script_enabled=False)
    assert "The same numbers are in summary.json" in page.locator("noscript").inner_text()


def test_networks_that_are_left_out(tmp_path, visit, monkeypatch):
    """The page says so, and how to draw one."""
    folder = tmp_path / "a run's folder"
    run_pages.write(folder, unit_steps=[5, 70], edge_steps=[0.5, 2.5])
    monkeypatch.setattr("nsculpt.webpage.drawings.MOST_WORK", 0)
    run_page.write(folder)
    page = visit(folder / "report.html")
    assert (
        "left out for the time that analysing them takes" in page.locator("#left-out").inner_text()
    )
    runs = run_pages.summary_of(folder)["runs"]
    place = next(
        i for i, run in enumerate(runs) if run["structure"] is not None and not run["tied"]
    )
    page.locator(f"#runs button[data-run='{place}']").click()
    command = page.locator("#viewer code").inner_text()
    run = runs[place]
    steps = (
        f"--seed={run['seed']} --unit_step={run['unit_step']:g} --edge_step={run['edge_step']:g}"
    )
    assert command.endswith(steps)
    ran = launching.python(
        "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1], shell=True).returncode)",
        command.replace("python", launching.sys.executable, 1) + f" --out_dir={tmp_path / 'drawn'}",
    )
    assert ran.returncode == 0, ran.stderr
    assert f"{run['live_edges']} live edges" in ran.stdout


def test_the_page_over_runs(folders, visit):
    """The folder of the runs above, as a sweep."""
    parent = folders("exemplar").parent
    ran = launching.launch("report", f"--run_dir={parent}")
    assert (ran.returncode, ran.stderr) == (0, "")
    for width in (1280, 360):
        page = visit(parent / "index.html", width)
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious_faults(page) == []
    assert "input_separable" in page.locator("#cells").inner_text()
    assert pathlib.Path(parent / "index.html").stat().st_size < 5_000_000
