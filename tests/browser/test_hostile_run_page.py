"""The page of a run whose names try to be more than names, and whose seeds come to little."""

import re
from xml.etree import ElementTree

import pytest

from nsculpt.webpage import run_page
from tests import run_pages
from tests.browser.test_run_page import SVG, serious_faults

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "run"
    run_pages.write(folder, **run_pages.GRID)
    run_pages.rename(folder)
    run_page.write(folder)
    return folder


def test_names_are_text(hostile, visit):
    page = visit(hostile / "report.html")
    for name in ("all", "selected"):
        page.locator(f"input[name=runs-filter][value={name}]").check(force=True)
    for place in range(3):
        page.locator("#runs button[data-run]").nth(place).click()
    assert page.evaluate("window.harmed") is None
    assert page.locator("img, iframe, object, body script:not(#data) ~ script").count() == 0
    assert page.evaluate("document.scripts.length") == 2
    assert run_pages.HOSTILE[0] in page.locator("h1").inner_text()
    assert run_pages.HOSTILE[4] in page.locator("#question").inner_text()
    shown = dict(
        page.eval_on_selector_all(
            "[data-field]", "all => all.map((e) => [e.dataset.field, e.textContent])"
        )
    )
    assert shown["versions.a~1b~01"] == "7"
    assert shown["rates.my~1score~00.first.n"] == "4"
    assert "\u202e" not in page.locator("body").inner_text()
    assert "\\u202e" in page.locator("body").inner_text()
    with page.expect_download() as download:
        page.locator("button.save").first.click()
    assert re.fullmatch(r"[A-Za-z0-9][\w.-]{0,83}\.svg", download.value.suggested_filename)
    ElementTree.parse(download.value.path())
    assert serious_faults(page) == []


def test_long_names_fit_a_phone(hostile, visit):
    page = visit(hostile / "report.html", 360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    # No label of a drawing is cut off by its edge.
    outside = """svg => [...svg.querySelectorAll('text')].filter((text) => {
      const [inner, outer] = [text.getBoundingClientRect(), svg.getBoundingClientRect()];
      return inner.left < outer.left - 1 || inner.right > outer.right + 1;
    }).map((text) => text.textContent)"""
    assert page.locator("#viewer .main svg").evaluate(outside) == []


def test_the_answer_says_what_was_asked_for(hostile, visit):
    """Rule partition: groups, not the hierarchy; one of four seeds has them, and no two agree."""
    page = visit(hostile / "report.html")
    assert page.locator("#answer").inner_text() == (
        "1 of 4 seeds shows the groups of inputs and outputs that the task declares."
    )
    question = page.locator("#question").inner_text()
    assert "partition: the declared groups of inputs and of outputs; not which module" in question
    assert "1 of 4 (another as often)" in page.locator("#shared").inner_text()


def test_runs_that_show_nothing(hostile, visit):
    page = visit(hostile / "report.html")
    summary = run_pages.summary_of(hostile)
    assert page.locator("input[name=viewer-seed]").nth(2).is_disabled()  # nothing was accepted
    place = next(i for i, run in enumerate(summary["runs"]) if run["selected"] and run["seed"] == 5)
    page.locator(f"#runs button[data-run='{place}']").click()
    assert "No path leads from an input to an output" in page.locator("#viewer").inner_text()
    # The last step of its trajectory has none either, and says so in the figure, also when saved.
    page.locator("input[name=course-seed][value='3']").check(force=True)
    for _ in range(2):
        figure = page.locator("#course .main svg")
        assert "No path leads from an input" in figure.text_content()
        assert figure.locator("circle").count() == 0
        with page.expect_download() as download:
            page.locator("#course .main button.save").click()
        assert download.value.suggested_filename.endswith("step_seed_5_round_1.svg")
        assert ElementTree.parse(download.value.path()).getroot().tag == f"{SVG}svg"
        page.locator("#earlier").click()
        assert figure.locator("circle").count() > 0
        page.locator("#later").click()
