"""Shared fixtures."""

import pathlib

import hypothesis
import pytest

# No test asserts a time: the first example of a property pays for compilation.
hypothesis.settings.register_profile("nsculpt", deadline=None)
hypothesis.settings.load_profile("nsculpt")


@pytest.fixture(scope="session")
def published() -> pathlib.Path:
    """The folder of published results; it lies beside a development checkout, not inside it."""
    folder = pathlib.Path(__file__).parents[2] / "shared" / "published"
    if not folder.is_dir():
        pytest.skip(f"no published results at {folder.parent.name}/{folder.name}")
    return folder
