"""Shared fixtures."""

import pathlib
import shutil
from collections.abc import Iterator

import hypothesis
import pytest

# No test asserts a time: the first example of a property pays for compilation.
hypothesis.settings.register_profile("nsculpt", deadline=None)
hypothesis.settings.load_profile("nsculpt")


def _beside(name: str, what: str) -> pathlib.Path:
    """A folder that lies beside a development checkout, not inside it."""
    folder = pathlib.Path(__file__).parents[2] / "shared" / name
    if not folder.is_dir():
        pytest.skip(f"no {what} at {folder.parent.name}/{folder.name}")
    return folder


@pytest.fixture(scope="session")
def published() -> pathlib.Path:
    """The folder of published results."""
    return _beside("published", "published results")


@pytest.fixture(scope="session")
def mnist_dir() -> pathlib.Path:
    """The folder of MNIST's files."""
    return _beside("mnist", "MNIST")


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The folder of a finished run without any training, see `run_pages.write`."""
    from tests import run_pages  # late, since most tests do without jax

    return run_pages.write(tmp_path_factory.mktemp("small") / "run", **run_pages.GRID)


@pytest.fixture
def folder(small_run: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of `small_run`, to be changed."""
    return pathlib.Path(shutil.copytree(small_run, tmp_path / "run"))


@pytest.fixture(scope="module")
def many_small_calls() -> Iterator[None]:
    """Tiles of two lanes, so that there are many, and some rounds on smaller arrays."""
    from nsculpt.sculpting import cell, compaction  # late, since most tests do without jax

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compaction, "_LEAST_WORK", 0)
        patch.setattr(cell, "tile_lanes", lambda *_: 2)
        yield
