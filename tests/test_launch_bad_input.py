"""Bad input to the launcher: one line, status 2, and nothing written."""

import json

import numpy as np
import pytest

from tests import launching, test_launch

TABLE = "a,b,->,y\n0,0,->,0\n0,1,->,1\n1,0,->,1\n1,1,->,0\n"
GRAPH = {
    "inputs": ["a", "b"],
    "gates": {"s": {"gate": "xor", "of": ["a", "b"]}},
    "outputs": {"y": "s"},
}


def graph(**changed):
    return json.dumps({**GRAPH, **changed})


PLUGIN = (
    "import nsculpt\n@nsculpt.register_edge_saliency('es')\ndef es(model, params, masks, source):\n"
)

# Name -> (flags, files to write, what the line must hold).
CASES = {
    "no task": ([], {}, ["--task", "--formulas", "--truth_table", "none"]),
    "two tasks": (["--task=reused", "--formulas=y=a&b"], {}, ["--task and --formulas"]),
    "unknown task": (["--task=input_seperable"], {}, ["--task", "did you mean input_separable?"]),
    "missing row": (["--truth_table=t.csv"], {"t.csv": TABLE.replace("1,0,->,1\n", "")},
                    ["t.csv", "missing row 1,0", "all 4 rows"]),
    "doubled row": (["--truth_table=t.csv"], {"t.csv": TABLE + "0,1,->,1\n"},
                    ["t.csv", "line 6", "line 3"]),
    "other value": (["--truth_table=t.csv"], {"t.csv": TABLE.replace("1,1", "1,2")},
                    ["t.csv", "line 5", "'2'", "0 or 1"]),
    "ragged row": (["--truth_table=t.csv"], {"t.csv": TABLE.replace("1,0,->,1", "1,0,->")},
                   ["t.csv", "line 4"]),
    "no outputs": (["--truth_table=t.csv"], {"t.csv": "a,b,->\n0,0,->\n"}, ["t.csv", "output"]),
    "no file": (["--truth_table=t.csv"], {}, ["--truth_table", "t.csv"]),
    "cycle": (["--function_graph=g.json"],
              {"g.json": graph(gates={"s": {"gate": "xor", "of": ["a", "t"]},
                                      "t": {"gate": "and", "of": ["b", "s"]}})},
              ["g.json", "cycle", "s", "t"]),
    "unknown gate": (["--function_graph=g.json"],
                     {"g.json": graph(gates={"s": {"gate": "xr", "of": ["a", "b"]}})},
                     ["g.json", "'xr'", "did you mean"]),
    "unused input": (["--function_graph=g.json"], {"g.json": graph(inputs=["a", "b", "c"])},
                     ["g.json", "unused input 'c'"]),
    "not JSON": (["--function_graph=g.json"], {"g.json": "{"}, ["g.json", "line 1"]),
    "formula with an unknown name": (["--formulas=inputs a, b; y0 = a & c"], {},
                                     ["--formulas", "'c'", "unknown name"]),
    "formula that ends": (["--formulas=y0 = a &"], {}, ["--formulas", "column"]),
    "not a data set": (["--dataset=d.npz"], {"d.npz": "text"}, ["--dataset", "d.npz"]),
    "width of 0": (["--task=reused", "--hidden=24,0"], {}, ["--hidden", "at least 1"]),
    "threshold above 100": (["--task=reused", "--accuracy_threshold=101"], {},
                            ["--accuracy_threshold=101", "0 to 100"]),
    "malformed range": (["--task=reused", "--unit_steps=5:70:5:1"], {},
                        ["--unit_steps", "'5:70:5:1'", "5:70:5"]),
    "range that misses its end": (["--task=reused", "--unit_steps=5:72:5"], {},
                                  ["--unit_steps", "reach 72"]),
    "range downwards": (["--task=reused", "--seeds=5:0"], {}, ["--seeds", "5:0"]),
    "leftover argument": (["--task=reused", "--hidden=24", "24"], {}, ["unexpected", "'24'"]),
    "list with a space": (["--task=reused", "--hidden=24,", "24"], {}, ["--hidden=24,"]),
    "unknown flag": (["--task=reused", "--hiden=24"], {}, ["--hiden", "did you mean --hidden?"]),
    "no number": (["--task=reused", "--epochs=many"], {}, ["--epochs=many", "whole number"]),
    "no value": (["--task=reused", "--epochs"], {}, ["--epochs", "expected a value"]),
    "lanes": (["--task=reused", "--lanes=0"], {}, ["--lanes=0", "at least 1"]),
    "lanes of a plan": (["--task=reused", "--lanes=-5", "--dry_run"], {},
                        ["--lanes=-5", "at least 1"]),
    "share of none": (["--task=reused", "--shard=0/4"], {}, ["--shard=0/4", "i/n", "1/8"]),
    "share that is no fraction": (["--task=reused", "--shard=4"], {}, ["--shard=4", "i/n"]),
    "no flagfile": (["--flagfile=f.flags"], {}, ["f.flags", "No such file"]),
    "flagfile that names itself": (["--flagfile=f.flags"], {"f.flags": "--flagfile=f.flags\n"},
                                   ["f.flags:1", "names itself"]),
    "in a flagfile": (["--flagfile=f.flags"],
                      {"f.flags": "# a comment\n--task=reused\n\n--hidden=0\n"},
                      ["f.flags:4", "--hidden=0"]),
    "unknown flag in a flagfile": (["--flagfile=f.flags"],
                                   {"f.flags": "--task=reused\n--hiden=3\n"},
                                   ["f.flags:2", "--hiden"]),
    "leftover in a flagfile": (["--flagfile=f.flags"], {"f.flags": "--task=reused\n24\n"},
                               ["f.flags:2", "'24'"]),
    "empty value": (["--truth_table="], {}, ["--truth_table", "expected a value"]),
    "switch with a value": (["--dry_run=maybe"], {}, ["--dry_run=maybe", "no value"]),
    "epochs beyond reason": (["--task=reused", "--epochs=99999999999"], {}, ["--epochs", "most"]),
    "edges beyond reason": (["--task=reused", "--hidden=20000,20000"], {},
                            ["--hidden", "edges", "at most"]),
    "saliency of another shape": (
        ["--plugin=p.py", "--task=reused", "--edge_saliency=es"],
        {"p.py": PLUGIN + "    return [layer['bias'] for layer in params.values()]\n"},
        ["--edge_saliency=es", "shapes", "(4, 24)"]),
    "saliency that is negative": (
        ["--plugin=p.py", "--task=reused", "--edge_saliency=es"],
        {"p.py": PLUGIN + "    return [layer['kernel'] for layer in params.values()]\n"},
        ["edge_saliency=es", "0 or more"]),
    "saliency that fails": (
        ["--plugin=p.py", "--task=reused", "--edge_saliency=es"],
        {"p.py": PLUGIN + "    return 1 / 0\n"},
        ["edge_saliency=es", "p.py, line 4", "ZeroDivisionError"]),
    "run.flags that is no text": (["--task=reused", "--out_dir=out"], {"out/run.flags": "\udc80"},
                                  ["--out_dir=out", "run.flags", "cannot be read"]),
    "plugin that fails": (["--plugin=p.py", "--task=reused"], {"p.py": "x = 1\nx / 0\n"},
                          ["--plugin", "p.py", "line 2", "ZeroDivisionError"]),
    "task of a plugin that fails": (
        ["--plugin=p.py", "--task=broken"],
        {"p.py": "import nsculpt\n@nsculpt.register_task('broken')\n"
                 "def f():\n    return {}['a']\n"},
        ["broken", "line 4", "KeyError"]),
    "saliency": (["--task=reused", "--edge_saliency=magnitud"], {}, ["did you mean magnitude?"]),
    "folder of other files": (["--task=reused", "--out_dir=out"], {"out/thesis.tex": "x"},
                              ["out", "new or empty folder"]),
    "folder of other settings": (
        ["--task=reused", "--out_dir=out"],
        {"out/run.flags": "--task=reused\n--hidden=24,24\n--learning_rate=0.2\n",
         "out/summary.json": "{}"},
        ["--out_dir=out", "--learning_rate is 0.2 there and 0.1 here"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_one_line_and_writes_nothing(name, tmp_path):
    arguments, files, parts = CASES[name]
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(text.encode(errors="surrogateescape"))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = test_launch.launch(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    *notes, line = done.stderr.splitlines()
    assert line.startswith("python -m launch.main: ")
    assert not notes or notes[0].startswith("no preset")
    assert all(part in line for part in parts), line
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before


@pytest.mark.slow
def test_the_command_line_beats_the_flagfile_wherever_it_stands(tmp_path):
    (tmp_path / "f.flags").write_text("--task=reused\n--hidden=12\n")
    for arguments in (
        ["--hidden=36", "--flagfile=f.flags"],
        ["--flagfile=f.flags", "--hidden=36"],
        ["--flagfile", "f.flags", "--hidden", "36"],
    ):
        done = test_launch.launch(*arguments, "--dry_run", cwd=tmp_path)
        assert done.returncode == 0
        assert "network 4-36-16" in done.stdout


def test_a_flagfile_may_name_another(tmp_path):
    (tmp_path / "f.flags").write_text("--flagfile=g.flags\n--hidden=12\n")
    (tmp_path / "g.flags").write_text("--task=reused\n--hidden=36\n// a comment\n")
    done = test_launch.launch("--flagfile=f.flags", "--dry_run", cwd=tmp_path)
    assert "network 4-12-16" in done.stdout


def test_a_batch_larger_than_the_data_takes_all_and_says_so(tmp_path):
    done = test_launch.launch("--task=reused", "--batch_size=99", "--dry_run", cwd=tmp_path)
    assert done.returncode == 0
    assert "batch_size=99 is more than the 16 training rows" in done.stderr
    assert "batches of 16 of 16 rows" in " ".join(done.stdout.split())


def test_a_data_set_can_be_planned(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.random((20, 3), np.float32)
    y = (x[:, :2] > 0.5).astype(np.float32)
    np.savez(tmp_path / "d.npz", x_train=x, y_train=y, x_valid=x, y_valid=y)
    done = test_launch.launch("--dataset=d.npz", "--dry_run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "task d, network 3-24-24-2" in done.stdout
    assert "input noise 0" in " ".join(done.stdout.split())
    assert max(map(len, (done.stdout + done.stderr).splitlines())) <= 80


def test_devices_that_are_not_there_are_one_line(tmp_path):
    folder = tmp_path / "run"
    done = launching.launch(
        "main", "--task=reused", f"--out_dir={folder}", JAX_PLATFORMS="no_such_device"
    )
    assert done.returncode == 2
    assert "JAX_PLATFORMS=no_such_device" in done.stderr
    assert "Traceback" not in done.stderr
    assert not folder.exists()
