"""A real Chromium, and the runs whose pages it opens, made by the commands that users give."""

import contextlib
import os
import pathlib
import shutil

import pytest

from tests import launching

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# By name, the flags of launch.main. The third and the fourth are cut down to few prunings.
COMMANDS = {
    "quickstart": ("--flagfile=launch/flagfiles/quickstart.flags",),
    "exemplar": ("--task=input_separable", "--hidden=24"),
    "overlap": (
        "--task=overlap1_use1", "--hidden=24,24", "--seeds=0,1", "--unit_steps=40",
        "--edge_steps=2,2.5",
    ),
    "mnist": (
        "--task=mnist_two_digits", "--image_size=7", "--samples_per_pair=60", "--hidden=16",
        "--seeds=0", "--unit_steps=40", "--edge_steps=10,20", "--learning_rate=0.01",
        "--batch_size=64", "--epochs=4",
    ),
}  # fmt: skip


@pytest.fixture(scope="session")
def chromium():
    """The browser; tests are left out where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright here")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None or shutil.which(path) is None:
        pytest.skip(f"no Chromium: neither CHROMIUM nor one of {', '.join(_NAMES)} names one")
    # A browser that root runs has no sandbox.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """Opens the page of a file; at the end it must have asked for nothing, and gone without error.

    Keywords are those of a browser context, such as `color_scheme`.
    """
    faults = []
    with contextlib.ExitStack() as stack:

        def opened(path, width=1280, **context):
            made = chromium.new_context(viewport={"width": width, "height": 900}, **context)
            stack.callback(made.close)
            page = made.new_page()
            uri = pathlib.Path(path).resolve().as_uri()
            page.on("console", lambda said: faults.append(said.text))
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("dialog", lambda dialog: faults.append(dialog.message))
            page.on("request", lambda asked: asked.url == uri or _foreign(asked.url, faults))
            page.goto(uri)
            return page

        yield opened
        assert faults == []


def _foreign(url, faults):
    # A file that is saved is a blob, and the icon is empty data: neither leaves the page.
    if not url.startswith(("blob:", "data:")):
        faults.append(url)


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    """Gives the run folder of a name in `COMMANDS`; each is made once."""
    parent = tmp_path_factory.mktemp("runs")
    made = {}

    def folder(name):
        if name not in made:
            mnist = os.environ.get("NSCULPT_MNIST_DIR") or launching.ROOT.parent / "shared/mnist"
            if name == "mnist" and not pathlib.Path(mnist).is_dir():
                pytest.skip("no MNIST: NSCULPT_MNIST_DIR names its folder")
            out_dir = parent / name
            ran = launching.launch(
                "main", *COMMANDS[name], f"--out_dir={out_dir}", NSCULPT_MNIST_DIR=str(mnist)
            )
            assert ran.returncode == 0, ran.stderr
            assert "report.html" in ran.stdout.splitlines()[-1]
            made[name] = out_dir
        return made[name]

    return folder
