"""The index page in a real browser: what it shows is what the files say."""

import functools
import json
import pathlib
import shutil
from xml.etree import ElementTree

import pytest

from nsculpt.paper import cells
from nsculpt.report import reproduction_data
from nsculpt.webpage import index_page
from tests import finished_cell, test_reproduce_tables

pytestmark = pytest.mark.browser

READINGS = ("first", "mean", "any", "all")


def faults(page):
    """What axe-core finds at fault, each as its name and the first element."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [(each["id"], each["impact"], each["nodes"][0]["html"]) for each in found]


def contrast(one, other):
    """Of two colours "rgb(r, g, b)", after WCAG 2."""

    def luminance(colour):
        parts = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def write(folder, experiment, kept=lambda cell: True):
    """Tables of an experiment, drawn near the paper's figures, beside one real run."""
    found = test_reproduce_tables.made_up(experiment, kept=kept)
    folder.mkdir()
    form = json.dumps(reproduction_data.form(found))
    (folder / f"{experiment}.json").write_text(form)
    return folder


@pytest.fixture(scope="module")
def exemplars(tmp_path_factory):
    """36 cells; 2 of them are there as runs."""
    folder = write(tmp_path_factory.mktemp("exemplars") / "exemplars", "exemplars")
    finished_cell.write_two(folder)
    (folder / "input_separable_24" / "report.html").write_text("<title>report</title>")
    (folder / "reused_24" / "jobs").mkdir(parents=True)
    index_page.write(folder)
    return folder


@pytest.fixture(scope="module")
def overlap(tmp_path_factory):
    """All that is of the smallest width, but for 2 inputs in common and 8 uses."""
    folder = tmp_path_factory.mktemp("overlap") / "overlap"
    write(
        folder, "overlap",
        lambda cell: cell.hidden[0] == 24 and cell.task != "overlap2_use8",
    )  # fmt: skip
    finished_cell.write(folder / "any", {}, seeds=[0], unit_steps=[5], edge_steps=[1])
    index_page.write(folder)
    return folder


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """Runs with names that try to be more than names."""
    folder = tmp_path_factory.mktemp("names")
    run = finished_cell.write(
        folder / "plain", {0: None}, seeds=[0, 1], unit_steps=[5], edge_steps=[1]
    )
    content = json.loads((run / "summary.json").read_text())
    for number, name in enumerate(
        [
            "</script><script>alert(1)</script>",
            "<img src=x onerror=alert(2)>",
            "t" * 200,
            "ü ✓ 漢字",
        ]
    ):
        odd = folder / f"{number} {name}".replace("/", "_")
        odd.mkdir()
        rates = content["rates"] | {name: content["rates"]["structure_recovered"]}
        (odd / "summary.json").write_text(json.dumps(content | {"task": name, "rates": rates}))
        (odd / "report.html").touch()
    (folder / "cut").mkdir()
    (folder / "cut" / "summary.json").write_text('{"task": ')
    index_page.write(folder)
    return folder


@functools.cache
def content_of(path, _time):
    return json.loads(path.read_text())


def value_at(folder, field):
    """What a file says where `field` points to; a count, or a median, is of what stands there."""
    name, _, pointer = field.partition("#")
    at = content_of(folder / name, (folder / name).stat().st_mtime_ns)
    for escaped in pointer.split("/")[1:]:
        key = escaped.replace("~1", "/").replace("~0", "~")
        if isinstance(at, dict):
            at = at[key]
        elif key == "*":
            at = [(each or {}) for each in at]
        elif key == "length":
            at = len(at)
        elif key == "median":
            known = sorted(each for each in at if each is not None)
            middle = len(known) // 2
            at = known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2
        else:
            at = at[int(key)] if key.isdigit() else [each.get(key) for each in at]
    return at


def shown(field, value):
    """A number as a reader of the Markdown tables knows it."""
    last = field.rpartition("/")[2]
    if "/fisher_p/" in field:
        return "<.001" if value < 0.0005 else f"{value:.3f}" if value < 0.995 else "1.00"
    if last == "rate":
        return f"{value:.2f}"
    if last == "median":
        return f"{value:.1f}".removesuffix(".0")
    if last == "prunings_per_second":
        return f"{value:.1f}" if value >= 1 else f"{value:.2g}"
    if last == "sculpting_seconds":
        return f"{value:,.0f} s"
    return f"{value:,}"


def check_numbers(page, folder):
    """Every number that says where it is from is what stands there."""
    found = page.eval_on_selector_all(
        "[data-field]", "all => all.map(each => [each.dataset.field, each.textContent])"
    )
    for field, text in found:
        value = value_at(folder, field)
        if text:  # a mark in a figure has none
            expected = shown(field, value)
            assert text in (expected, f"{expected} cells", f"{expected} cell"), field
    return [field for field, _ in found]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("which", ["exemplars", "overlap", "names"])
def test_pages_are_sound(visit, request, which, width, theme):
    folder = request.getfixturevalue(which)
    page = visit(folder / "index.html", width, color_scheme=theme)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    fields = check_numbers(page, folder)
    assert len(fields) > 10
    inside = page.eval_on_selector_all(
        "svg text",
        """all => all.map(each => [each.getBoundingClientRect(),
            each.ownerSVGElement.getBoundingClientRect(), each.textContent])
            .filter(([text, svg]) => text.left < svg.left - 1 || text.right > svg.right + 1
                || text.top < svg.top - 1 || text.bottom > svg.bottom + 1)
            .map(([, , text]) => text)""",
    )
    assert inside == []


def test_all_bars_and_cells_are_shown(visit, exemplars):
    page = visit(exemplars / "index.html")
    fields = check_numbers(page, exemplars)
    form = json.loads((exemplars / "exemplars.json").read_text())
    for number in range(len(form["bars"])):
        for reading in READINGS:
            field = f"exemplars.json#/bars/{number}/rates/{reading}/rate"
            assert fields.count(field) == 2  # in the figure and in the table
    for name in ("input_separable_24", "input_separable_36"):
        for reading in READINGS:
            assert f"{name}/summary.json#/rates/structure_recovered/{reading}/rate" in fields
    rows = page.locator("#cells-table tbody tr")
    assert rows.count() == 3
    assert "not finished" in rows.nth(2).inner_text()
    assert rows.nth(0).locator("a").first.get_attribute("href") == (
        "./input_separable_24/report.html"
    )
    rows.nth(1).locator("summary").press("Enter")
    assert "python -m launch.report --run_dir=" in rows.nth(1).inner_text()
    # Where the marks of the figure stand: 118 pixels are 1.
    marks = page.eval_on_selector_all(
        "#charts path[data-field*='/rates/']",
        "all => all.map(each => [each.dataset.field, each.transform.baseVal[0].matrix.f])",
    )
    for field, y in marks:
        assert y == pytest.approx(118 * (1 - value_at(exemplars, field)), abs=0.01)


def test_sorting_with_the_keyboard(visit, exemplars):
    page = visit(exemplars / "index.html")
    head = page.locator("#bars-table th", has_text="paper").first
    paper = page.locator("#bars-table tbody tr td:nth-child(4)")
    before = [text.split()[0] for text in paper.all_inner_texts()]
    assert head.get_attribute("aria-sort") == "none"
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    rising = [text.split()[0] for text in paper.all_inner_texts()]
    assert rising == sorted(before, key=float)
    assert rising != before
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    falling = [text.split()[0] for text in paper.all_inner_texts()]
    assert falling == sorted(before, key=float, reverse=True)
    assert page.locator("#bars-table th[aria-sort=none]").count() == (
        page.locator("#bars-table thead th").count() - 1
    )
    # What has no value stands last, both ways: the run that is not finished.
    edges = page.locator("#cells-table th", has_text="edges").locator("button")
    for _ in range(2):
        edges.click()
        last = page.locator("#cells-table tbody tr").last
        assert "not finished" in last.inner_text()


def test_scores_and_search_choose_cells(visit, exemplars):
    page = visit(exemplars / "index.html")
    page.get_by_label("Rates of").select_option("hidden_separable")
    fields = check_numbers(page, exemplars)
    assert "input_separable_24/summary.json#/rates/hidden_separable/any/rate" in fields
    assert "input_separable_24/summary.json#/rates/structure_recovered/any/rate" not in fields
    # The paper has no figure of that score.
    heads = page.locator("#cells-table thead").inner_text()
    assert "paper" not in heads
    search = page.get_by_label("Find")
    search.fill("4-36")
    assert page.locator("#cells-table tbody tr").count() == 1
    assert page.get_by_role("status").inner_text() == "1 of 3 cells"
    search.press("Enter")  # sends nothing
    search.fill("nothing of the kind")
    assert page.locator("#cells-table tbody tr").count() == 0
    search.fill("")
    assert page.locator("#cells-table tbody tr").count() == 3


def test_heat_maps_of_runs_without_tables(visit, tmp_path):
    """Four runs that somebody made one by one, as if they were of the overlap tasks."""
    given = {"seeds": [0, 5], "unit_steps": [5], "edge_steps": [1]}
    for overlap in (0, 1):
        for use in (1, 2):
            found = {0: finished_cell.RIGHT, 5: (finished_cell.MIXED, None)[overlap]}
            run = finished_cell.write(tmp_path / f"run {overlap} {use}", found, **given)
            content = json.loads((run / "summary.json").read_text())
            content["task"] = f"overlap{overlap}_use{use}"
            (run / "summary.json").write_text(json.dumps(content))
    index_page.write(tmp_path)
    page = visit(tmp_path / "index.html")
    assert page.locator("#grids svg").count() == 3
    page.locator("#figures-choice").get_by_text("any", exact=True).click()
    fields = check_numbers(page, tmp_path)
    tiles = page.eval_on_selector_all(
        "#grids [data-field$='/any/rate']", "all => all.map((each) => each.dataset.field)"
    )
    assert len(tiles) == 3 * 4
    assert set(tiles) <= set(fields)
    assert "run 1 2/summary.json#/rates/hidden_separable/any/rate" in tiles
    # Beside all that the paper shows.
    assert page.locator("#grids svg").first.locator(".heat + text[class]").count() == 4 + 25
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_heat_maps(visit, overlap, theme):
    form = json.loads((overlap / "overlap.json").read_text())
    page = visit(overlap / "index.html", color_scheme=theme)
    maps = page.locator("#grids svg")
    assert maps.count() == 3
    for reading in ("mean", "first"):
        page.locator("#figures-choice").get_by_text(reading, exact=True).click()
        tiles = page.eval_on_selector_all(
            "#grids svg:first-of-type .heat + text[class]",
            """all => all.map(each => ({
                text: each.textContent,
                field: each.dataset.field ?? null,
                ink: getComputedStyle(each).fill,
                ground: getComputedStyle(each.previousElementSibling).fill,
            }))""",
        )
        # Of 25 bars a panel all but one are there, and all of the paper's.
        assert len(tiles) == 3 * (24 + 25)
        ours = [tile for tile in tiles if tile["field"] and "/rates/" in tile["field"]]
        expected = [f"overlap.json#/bars/{i}/rates/{reading}/rate" for i in range(72)]
        assert [tile["field"] for tile in ours] == expected
        for tile in tiles:
            ground = tile["ground"]
            if ground.startswith("color("):
                parts = [255 * float(part) for part in ground[:-1].split()[1:4]]
                ground = f"rgb({', '.join(map(str, parts))})"
            assert contrast(tile["ink"], ground) >= 4.5, tile
            tile["ground"] = ground
        # Equal shares have equal shades, on both sides.
        shades = {}
        for tile in tiles:
            if tile["text"] in ("0.00", "1.00"):
                assert shades.setdefault(tile["text"], tile["ground"]) == tile["ground"]
    assert maps.first.locator("text", has_text="not run").count() == 1
    assert len(form["bars"]) == 72
    assert "overlap2_use8: 8-24-16" not in page.inner_text("body")
    page.locator("#not-run summary").click()
    assert "overlap2_use8: 6-24-16, " in page.inner_text("#not-run")
    assert "Finished here: 72 of 225 cells, of width 24" in page.inner_text("body")


def test_figures_are_saved_for_paper(visit, overlap, tmp_path):
    """A saved figure is a picture of its own: on white, whatever the screen was."""
    saved = {}
    for theme in ("light", "dark"):
        page = visit(overlap / "index.html", color_scheme=theme)
        for at in (0, 3, 6):
            with page.expect_download() as caught:
                page.get_by_role("button", name="Save as SVG").nth(at).click()
            path = tmp_path / f"{theme}_{at}.svg"
            caught.value.save_as(path)
            saved[theme, at] = (caught.value.suggested_filename, path.read_text())
    assert saved["light", 0][0] == "overlap_input_separability_heat_map_first.svg"
    for (_, at), (_, text) in saved.items():
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        for word in ("var(", "currentColor", "class="):
            assert word not in text
        assert saved["light", at] == saved["dark", at]


def test_names_show_and_do_nothing(visit, names):
    page = visit(names / "index.html")
    assert page.locator("img").count() == 0
    assert "<img src=x onerror=alert(2)>" in page.inner_text("#cells-table")
    assert "</script><script>alert(1)</script>" in page.inner_text("#cells-table")
    page.get_by_label("Rates of").select_option("</script><script>alert(1)</script>")
    assert "</script>" in page.locator("#cells-table caption").inner_text()
    check_numbers(page, names)
    (warning,) = page.locator(".notice").all_inner_texts()
    assert str(names / "cut" / "summary.json") in warning
    assert "1 damaged" in page.inner_text("#lead")
    for link in page.locator("#cells-table th a").all():
        target = pathlib.Path(names / link.inner_text() / "report.html")
        assert page.evaluate("at => new URL(at, location).href", link.get_attribute("href")) == (
            target.as_uri()
        )


def test_on_paper_everything_is_light_and_wide_enough(visit, exemplars):
    page = visit(exemplars / "index.html", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    assert not page.locator("#cells-choice").is_visible()
    assert page.locator("#bars-table table").is_visible()


def test_numbers_round_as_in_the_tables(visit, tmp_path):
    """Halves go to the even digit: 1 of 8 is 0.12, as Python has it, and 3 of 8 is 0.38."""
    folder = tmp_path / "a"
    cell = finished_cell.write(folder / "a", {}, seeds=[0], unit_steps=[5], edge_steps=[1])
    content = json.loads((cell / "summary.json").read_text())
    made = []
    for eighth in range(9):
        rate = {"rate": eighth / 8, "low": max(0, eighth - 1) / 8, "high": 1.0, "n": 8}
        content["rates"] = {"structure_recovered": dict.fromkeys(READINGS, rate)}
        made.append(f"{eighth / 8:.2f}")
        shutil.copytree(cell, folder / f"run_{eighth}")
        (folder / f"run_{eighth}" / "summary.json").write_text(json.dumps(content))
    shutil.rmtree(cell)
    page = visit(index_page.write(folder))
    check_numbers(page, folder)
    first = page.locator("#cells-table [data-field$='/first/rate']")
    assert first.all_inner_texts() == made
    ends = page.locator("#cells-table td:nth-child(8) .between").all_inner_texts()
    assert ends[1] == ".00\u20131.00"
    assert ends[2] == ".12\u20131.00"


def test_hundreds_of_cells(visit, tmp_path):
    folder = write(tmp_path / "overlap", "overlap")
    first, *others = cells.of("overlap")
    one = finished_cell.write(folder / first.name, {}, seeds=[0], unit_steps=[5], edge_steps=[1])
    text = (one / "summary.json").read_text()
    for cell in others:
        (folder / cell.name).mkdir()
        (folder / cell.name / "summary.json").write_text(text)
    page_path = index_page.write(folder)
    assert page_path.stat().st_size < 1_000_000
    page = visit(page_path)
    assert page.locator("#cells-table tbody tr").count() == 225
    page.get_by_label("Find").fill("overlap3_use8")
    assert page.locator("#cells-table tbody tr").count() == 9
