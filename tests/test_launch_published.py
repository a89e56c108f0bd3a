"""`python -m launch.published`: what it prints and how it ends."""

import pytest

from launch import published
from tests import launching, published_folder


def test_prints_the_table(tmp_path):
    published_folder.write(tmp_path, published_folder.six())
    done = launching.launch("published", f"--folder={tmp_path}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\n  input_separable\n    1 hidden " in done.stdout
    assert "Mean absolute difference from the paper\n" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "networks.jsonl.gz",
        "success_rates.json",
    ]


def test_networks_of_no_figure(tmp_path, capsys):
    published_folder.write(tmp_path, published_folder.six()[-1:])
    assert published.main([f"--folder={tmp_path}"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("published networks: 1, of 1 seeds ")
    assert "in no bar of a figure: 1\n" in text
    assert "Mean absolute difference" not in text


def test_help(capsys):
    assert published.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert "--folder=DIR" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "expected --folder=DIR (see --help)"),
        (["--folder=nowhere"], "nowhere/success_rates.json: cannot be read: No such file"),
        (["--folder"], "--folder: expected a value, --folder=..."),
        (["--foldr=x"], "unknown flag --foldr; did you mean --folder?"),
        (["x"], "unexpected argument 'x'; expected --flag=value"),
    ],
)
def test_bad_input(capsys, arguments, expected):
    assert published.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"python -m launch.published: {expected}")
    assert captured.err.count("\n") == 1


def test_a_broken_line(tmp_path, capsys):
    good = published_folder.network(published_folder.JOINED)
    published_folder.write(tmp_path, [good, good | {"task": "reusd"}])
    assert published.main([f"--folder={tmp_path}"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"python -m launch.published: {tmp_path}/networks.jsonl.gz, line 2: unknown task 'reusd'; "
        "did you mean reused?\n"
    )
