"""The launcher of analyses as a process: what it prints, what it leaves, how it refuses."""

import json
import os
import pickle
import signal
import subprocess
from xml.etree import ElementTree

import numpy as np
import pytest
from safetensors import numpy as safetensors_numpy

import nsculpt
from nsculpt.exchange import graphml_reader
from nsculpt.report import analysis_files
from tests import launching

PAIRS = np.kron(np.eye(2), np.ones((2, 1)))
# A PyTorch state dict of 4-2-2: weights [fan_out, fan_in].
STATE = {
    # safetensors writes the memory as it lies, whatever the strides say.
    "fc1.weight": np.ascontiguousarray(0.5 * PAIRS.T, np.float32),
    "fc1.bias": np.zeros(2, np.float32),
    "out.weight": np.eye(2, dtype=np.float32),
    "out.bias": np.zeros(2, np.float32),
}


def launch(cwd, *arguments, **environment):
    return launching.launch("analyze", *arguments, cwd=cwd, **environment)


@pytest.fixture
def state(tmp_path):
    safetensors_numpy.save_file(STATE, tmp_path / "net.safetensors")
    return tmp_path / "net.safetensors"


def test_a_file_is_analysed(state, tmp_path):
    ran = launch(
        tmp_path, "--network=net.safetensors", "--input_names=a,b,c,d", "--output_names=y,z",
        "--formulas=s = a & b; t = c & d; y = s; z = t",
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == (
        "4-2-2 network: 6 live edges, 2 modules\n"
        "against the truth: structure recovered, inputs found, outputs found\n"
        "module 0 (input-separable, output), read by no module\n"
        "  inputs: a b\n  hidden 1: 0\n  outputs: y\n"
        "module 1 (input-separable, output), read by no module\n"
        "  inputs: c d\n  hidden 1: 1\n  outputs: z\n"
        "\n"
        "Against the truth\n"
        "inputs a b: found (module 0)\n"
        "inputs c d: found (module 1)\n"
        "outputs y: found (module 0)\n"
        "outputs z: found (module 1)\n"
        "module graph: 0 edits from the true one\n"
        "\n"
        "Written to runs/analysis_net: summary.txt, analysis.json, hierarchy.graphml,\n"
        "  hierarchy.gexf, hierarchy.dot, drawing.svg, drawing.png\n"
    )
    folder = tmp_path / "runs" / "analysis_net"
    assert sorted(os.listdir(folder)) == sorted(analysis_files.NAMES)
    assert ran.stdout.startswith((folder / "summary.txt").read_text())
    again = nsculpt.Analysis.from_json((folder / "analysis.json").read_text())
    assert again.scores["structure_recovered"]
    assert again.input_names == ("a", "b", "c", "d")
    graph = graphml_reader.read((folder / "hierarchy.graphml").read_text())
    assert graph.nodes == again.hierarchy.nodes
    for name in ("hierarchy.gexf", "drawing.svg"):
        ElementTree.fromstring((folder / name).read_text())
    assert (folder / "hierarchy.dot").read_text().startswith("digraph")
    assert (folder / "drawing.png").read_bytes().startswith(b"\x89PNG")
    # Names are matched, in whatever order the formulas bring them.
    ran = launch(
        tmp_path, "--network=net.safetensors", "--input_names=a,b,c,d", "--output_names=y,z",
        "--formulas=z = d & c; y = b & a", "--out_dir=other",
    )  # fmt: skip
    assert "against the truth: structure recovered, inputs found, outputs found" in ran.stdout
    # Again over the earlier one, with other settings and a plugin's features.
    (tmp_path / "mine.py").write_text(
        "import nsculpt\n"
        "@nsculpt.register_features('degree')\n"
        "def degree(edges, weights, path_length):\n"
        "    return [mask.sum(axis=1, keepdims=True) for mask in edges]\n"
    )
    ran = launch(
        tmp_path, "--network=net.safetensors", "--plugin=mine.py", "--features=degree",
        "--clustering=silhouette", "--merge_threshold=1",
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "method: features degree, clustering silhouette" in ran.stdout
    assert "Written to runs/analysis_net, in place of an earlier analysis: " in ran.stdout
    settings = json.loads((folder / "analysis.json").read_text())["settings"]
    assert settings["merge_threshold"] == 1.0


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


TASK = "--formulas=y = a & b"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected --network=FILE (see --help)"),
        (["--network=none.npz"], "none.npz: cannot be read: No such file or directory"),
        (["--network=net.safetensors", "--tolerance=-1"], "--tolerance: expected a finite number"),
        (["--network=net.safetensors", "--tolerance=nan"], "--tolerance: expected a finite number"),
        (["--network=net.safetensors", "--orientation=up"], "--orientation: expected 'in_out' or"),
        (["--network=net.safetensors", "--layers=fc1.weight,oot.weight"], "out.weight"),
        (["--network=net.safetensors", "--input_names=a,b"], "--input_names: expected 4"),
        (["--network=net.safetensors", "--input_names=a,,c,d"], "--input_names=a,,c,d: expected"),
        (["--network=net.safetensors", "--features=outgoin"], "--features: unknown features 'out"),
        (["--network=net.safetensors", "--clustering=luvain"], "did you mean louvain?"),
        (["--network=net.safetensors", "--plugin=fails.py", "--features=f"], "fails.py, line 4: "),
        (["--network=net.safetensors", "--merge_threshold=2"], "--merge_threshold: expected a num"),
        (
            ["--network=net.safetensors", "--path_length=0"],
            "--path_length: expected a whole number",
        ),
        (["--network=net.safetensors", "--seed=1"], "seed"),
        (["--network=net.safetensors", TASK], "--formulas: this task has 2 inputs and 1 outputs"),
        (["--network=net.safetensors", TASK, "--task=reused"], "--task and --formulas"),
        (
            ["--network=net.safetensors", "--out_dir=."],
            "--out_dir=.: holds other files (cut.npz); expected",
        ),
        (["--network=net.safetensors", "--out_dir=net.safetensors"], "--out_dir"),
        (["--network=net.safetensors", "--plugin=no.py"], "--plugin: no.py: cannot be read"),
        (["--network=pickled.pt"], "pickle"),
        (["--network=empty.npz"], "empty.npz: "),
        (["--network=cut.npz"], "cut.npz: "),
        (["--network=nan.npz"], "nan.npz: arr_0: expected a finite weight, got nan at [0, 1]"),
        (["--network=turned.npz"], "turned.npz: arr_1: expected fan_in 2"),
        (["--network=dead.npz"], "dead.npz: arr_1: no path runs from any input to any output"),
        (["--network=masks.npz", "--features=weighted"], "expected a network with weights"),
        (["--network=."], "run folder"),
        (["--netwrk=a"], "unknown flag --netwrk; did you mean --network?"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(arguments, message, state, tmp_path):
    (tmp_path / "pickled.pt").write_bytes(pickle.dumps(STATE))
    (tmp_path / "empty.npz").write_bytes(b"")
    np.savez(tmp_path / "masks.npz", PAIRS, np.eye(2))
    (tmp_path / "cut.npz").write_bytes((tmp_path / "masks.npz").read_bytes()[:200])
    np.savez(tmp_path / "nan.npz", np.array([[0.5, np.nan]]), np.eye(2))
    np.savez(tmp_path / "turned.npz", PAIRS, np.ones((3, 2)))
    np.savez(tmp_path / "dead.npz", PAIRS, np.zeros((2, 2)))
    (tmp_path / "fails.py").write_text(
        "import nsculpt\n@nsculpt.register_features('f')\ndef f(edges, weights, path_length):\n"
        "    raise KeyError(7)\n"
    )
    before = files_below(tmp_path)
    ran = launch(tmp_path, *arguments)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("python -m launch.analyze: ")
    assert ran.stderr.count("\n") == 1
    assert message in ran.stderr
    assert files_below(tmp_path) == before


def test_pixels_of_an_image(state, tmp_path):
    ran = launch(tmp_path, f"--network={state}", "--image_shape=2,2", "--out_dir=out")
    assert (ran.returncode, ran.stderr) == (0, "")
    drawn = ElementTree.fromstring((tmp_path / "out" / "drawing.svg").read_text())
    # A frame of the pixels by module, and one with a scale for each of two modules.
    assert len(drawn.findall(".//{http://www.w3.org/2000/svg}image")) == 5
    ran = launch(tmp_path, f"--network={state}", "--image_shape=3,2", "--out_dir=other")
    assert ran.returncode == 2
    assert ran.stderr.endswith("--image_shape: 3 x 2 is 6 pixels; expected 4, one for each input\n")
    assert not (tmp_path / "other").exists()


def test_what_an_interrupted_analysis_left_is_replaced(state, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "drawing.svg").write_text("<svg/>")
    (tmp_path / "out" / ".summary.txt.123.tmp").write_text("half")
    ran = launch(tmp_path, "--network=net.safetensors", "--out_dir=out")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert set(analysis_files.NAMES) <= set(os.listdir(tmp_path / "out"))


def test_weights_without_a_tolerance_are_remarked_on(tmp_path):
    np.savez(tmp_path / "dense.npz", np.full((2, 2), 0.5), np.full((2, 1), 1e-9))
    ran = launch(tmp_path, "--network=dense.npz")
    assert ran.returncode == 0
    assert ran.stderr == (
        "every weight is an edge: --tolerance says which are too small to be one\n"
    )


def test_an_interrupted_analysis_leaves_an_earlier_one_whole(state, tmp_path):
    assert launch(tmp_path, "--network=net.safetensors", "--out_dir=out").returncode == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "wide.npz", rng.random((300, 200)) < 0.02, rng.random((200, 50)) < 0.05)
    process = subprocess.Popen(
        launching.command("analyze", "--network=wide.npz", "--out_dir=out"), cwd=tmp_path,
        env=launching.ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    while process.poll() is None and len(os.listdir(tmp_path / "out")) == len(before):
        pass  # until it begins to write
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate()
    assert (process.returncode, told) == (130, "python -m launch.analyze: interrupted\n")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_names_that_the_terminal_cannot_show(state, tmp_path):
    arguments = "--network=net.safetensors", "--input_names=é,b,c,d"
    ran = launch(tmp_path, *arguments, PYTHONIOENCODING="ascii")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "inputs: \\xe9 b" in ran.stdout


def test_help_and_version(tmp_path):
    ran = launch(tmp_path, "--help")
    assert ran.returncode == 0
    assert all(len(line) <= 80 for line in ran.stdout.splitlines())
    assert "--network=FILE" in ran.stdout
    assert launch(tmp_path, "--version").stdout == f"nsculpt {nsculpt.__version__}\n"


def test_a_folder_that_cannot_be_written_to(state, tmp_path):
    (tmp_path / "file").write_text("")
    ran = launch(tmp_path, "--network=net.safetensors", "--out_dir=file/below")
    assert ran.returncode == 2
    assert ran.stderr.startswith("python -m launch.analyze: --out_dir=file/below: ")
    assert ran.stderr.count("\n") == 1
