"""Flags that name a task and its options, in launchers that are run in this process."""

import pytest

from launch import analyze, main


@pytest.mark.parametrize(
    ("launcher", "arguments", "line"),
    [
        (main, ["--image_size=14"], "--image_size: expected --task=NAME with it"),
        (main, ["--formulas=y=a&b", "--data_seed=1"], "--data_seed: expected --task=NAME with it"),
        (main, ["--task=reused", "--protocol=paper"], "--protocol: task 'reused' has no such"),
        (main, ["--task=mnist_xor", "--image_size=9"], "--image_size=9: expected one of 28, 14, 7"),
        (main, ["--task=mnist_xor", "--mnist_dir=nowhere"], "--mnist_dir: nowhere: cannot be read"),
        (main, ["--task=reused", "--formulas=y=a"], "expected one of --task, --formulas, "),
        (analyze, ["--network=n", "--image_size=14"], "--image_size: expected --task=NAME with it"),
    ],
)
def test_options_of_tasks(tmp_path, monkeypatch, capsys, launcher, arguments, line):
    monkeypatch.chdir(tmp_path)
    assert launcher.main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"python -m launch.{launcher.__name__.removeprefix('launch.')}: {line}")
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())
