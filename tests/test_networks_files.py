"""Networks from npz and safetensors files: round trips, refusals, damage."""

import io
import itertools
import os
import pathlib
import pickle
import struct
import subprocess
import sys
import zipfile

import hypothesis
import ml_dtypes
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors import numpy as safetensors

from nsculpt import errors, networks
from nsculpt.networks import arrays
from tests import bad_input

MASKS = [
    np.array([[1, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, 0]], bool),
    np.array([[1, 0], [0, 0], [0, 1], [1, 1]], bool),
]


def torch_pruned():
    """3-4-2 as torch.nn.utils.prune leaves it, [fan_out, fan_in], its biases beside it."""
    named = {}
    for index, mask in enumerate(MASKS, start=1):
        named[f"fc{index}.weight_orig"] = np.full(mask.T.shape, 0.5, np.float32)
        named[f"fc{index}.weight_mask"] = np.ascontiguousarray(mask.T.astype(np.float32))
        named[f"fc{index}.bias"] = np.zeros(mask.shape[1], np.float32)
    return named


def save_npz(path, named):
    np.savez(path, **named)


def save_npz_deflated(path, named):
    np.savez_compressed(path, **named)


def save_safetensors(path, named):
    safetensors.save_file(named, path)


SAVERS = {"npz": save_npz, "deflated": save_npz_deflated, "safetensors": save_safetensors}


@pytest.fixture(params=sorted(SAVERS))
def save(request, tmp_path):
    def save_file(named, name="net.bin"):  # the ending says nothing
        path = tmp_path / name
        SAVERS[request.param](tmp_path / "written.npz", named)
        (tmp_path / "written.npz").replace(path)
        return path

    return save_file


def same(found, masks=MASKS):
    return len(found) == len(masks) and all(
        a.dtype == bool and (a == b).all() for a, b in zip(found, masks, strict=True)
    )


def test_a_pruned_pytorch_network(save):
    path = save(torch_pruned())
    found = networks.load_network(path)
    assert same(found.edges)
    assert found.places == (f"{path}: fc1.weight_mask", f"{path}: fc2.weight_mask")
    assert [weights.tolist() for weights in found.weights] == [(m * 0.5).tolist() for m in MASKS]
    assert same(networks.load_network(str(path), layers=["fc1", "fc2"]).edges)


def test_without_biases_the_layers_decide_or_nothing_does(save):
    named = {name: array for name, array in torch_pruned().items() if "bias" not in name}
    assert same(networks.load_network(save(named)).edges)
    path = save({"fc1.weight": np.eye(3), "fc2.weight": np.eye(3)})
    message = bad_input.message_of(networks.load_network, path)
    assert message == (
        f"{path}: fc1.weight [3, 3], {path}: fc2.weight [3, 3]: could be [fan_in, fan_out] or "
        "PyTorch's [fan_out, fan_in]: the shapes fit either way, and no bias of another size "
        "decides; expected orientation='in_out' or 'out_in'"
    )


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int64, np.float16, np.float32, np.float64])
def test_masks_of_many_types(save, kind):
    named = {f"mask_{index}": mask.astype(kind) for index, mask in enumerate(MASKS)}
    found = networks.load_network(save(named))
    assert same(found.edges)
    assert found.weights is None


def test_bfloat16_in_safetensors(tmp_path):
    weights = np.array([[0.5, 0.0], [-2.0, 0.25]])
    path = tmp_path / "half.safetensors"
    safetensors.save_file({"w": weights.astype(ml_dtypes.bfloat16)}, path)
    assert networks.load_network(path).weights[0].tolist() == weights.tolist()


def test_bfloat16_where_its_type_is_missing(tmp_path):
    path = tmp_path / "half.safetensors"
    safetensors.save_file({"w": np.eye(2).astype(ml_dtypes.bfloat16)}, path)
    code = (
        "import sys; sys.modules['ml_dtypes'] = None\n"
        "from nsculpt import errors, networks\n"
        "try: print(networks.load_network(sys.argv[1]).layer_sizes)\n"
        "except errors.InputError as error: print(error)\n"
    )
    checkout = pathlib.Path(__file__).parents[1]
    command = [sys.executable, "-c", code, str(path)]
    ran = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
    assert ran.stdout == (
        f"{path}: w: of type BF16, which is not read here; expected float32, float64, integers or "
        "booleans\n"
    )


def test_unnamed_arrays_of_an_npz(tmp_path):
    rng = np.random.default_rng(3)
    masks = [rng.random((5, 5)) < 0.5 for _ in range(12)]  # arr_10 after arr_2
    path = tmp_path / "masks.npz"
    np.savez(path, *masks)
    assert same(networks.load_network(path).edges, masks)
    np.savez(path, *(np.asfortranarray(mask) for mask in masks))
    assert same(networks.load_network(path).edges, masks)
    np.savez(path, *masks)
    with np.load(path) as opened:  # a mapping of names to arrays too
        assert same(networks.load_network(opened).edges, masks)


def test_names_in_an_npz(tmp_path):
    path = tmp_path / "net.npz"
    names = {"input_names": np.array(["a", "b", "c"]), "output_names": np.array(["y", "ζ"])}
    np.savez(path, *MASKS, **names)
    found = networks.load_network(path, output_names=["p", "q"])
    assert (found.input_names, found.output_names) == (("a", "b", "c"), ("p", "q"))
    assert networks.load_network(path).output_names == ("y", "ζ")
    np.savez(path, *MASKS, input_names=np.array(["a", "b", "a"]))
    assert bad_input.message_of(networks.load_network, path) == (
        f"{path}: input_names[2]: doubled name 'a'"
    )
    np.savez(path, *MASKS, input_names=np.array([], str))
    assert bad_input.message_of(networks.load_network, path) == (
        f"{path}: input_names: expected 3 names, one for each unit; got 0"
    )
    np.savez(path, *MASKS, input_names=np.array([1, 2, 3]))
    assert bad_input.message_of(networks.load_network, path) == (
        f"{path}: input_names: expected strings, one for each unit; got shape [3]"
    )
    # Names that are given stand in for those of the file, whatever these are.
    assert networks.load_network(path, input_names=["p", "q", "r"]).input_names == ("p", "q", "r")


@st.composite
def networks_of_masks(draw):
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=5))
    return [draw(hnp.arrays(bool, shape)) for shape in itertools.pairwise(sizes)]


@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(networks_of_masks(), st.randoms())
def test_what_is_saved_is_loaded(save, masks, random):
    named = [(f"layer{index + 9}/mask", mask) for index, mask in enumerate(masks)]
    random.shuffle(named)
    assert same(networks.load_network(save(dict(named))).edges, masks)


def npy_bytes(array, **keywords):
    stream = io.BytesIO()
    np.save(stream, array, **keywords)
    return stream.getvalue()


def zipped(members, compression=zipfile.ZIP_STORED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def npz_declaring(shape, descr="<f8", content=b"", compression=zipfile.ZIP_STORED):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    npy = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content
    return zipped([("mask_0.npy", npy)], compression)


def safetensors_declaring(text, content=b""):
    return struct.pack("<Q", len(text)) + text.encode() + content


class Exploding:
    """Would leave a file behind if it were ever unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


PICKLE = "is a pickle, which can run code and is never read; save as .safetensors or .npz"
DAMAGED = "damaged or cut off; expected an .npz or .safetensors file of masks or weights"
UNKNOWN = "unknown kind of file; expected an .npz or .safetensors file of masks or weights"


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_is_never_read(tmp_path, protocol):
    trap = tmp_path / "sprung"
    content = pickle.dumps({"fc1.weight": Exploding(trap)}, protocol)
    path = tmp_path / "net.safetensors"
    objects = npy_bytes(np.array([Exploding(trap)], object))
    for written, place in (
        (content, path),
        (zipped([("net/data.pkl", content), ("net/data/0", b"12")]), path),
        (zipped([("fc1.npy", npy_bytes(np.eye(2))), ("extra.npy", objects)]), f"{path}: extra"),
    ):
        path.write_bytes(written)
        assert bad_input.message_of(networks.load_network, path) == f"{place}: {PICKLE}"
    path.write_bytes(pickle.dumps({"a": 1}, 0))
    assert bad_input.message_of(networks.load_network, path) == f"{path}: {UNKNOWN}"
    assert not trap.exists()


FLOATS = '{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}'
VAST = (
    '{"a":{"dtype":"F32","shape":[1099511627776,1048576],"data_offsets":[0,4611686018427387904]}}'
)
CONFLICT = '{"a":{"dtype":"F32","shape":[3,3],"data_offsets":[0,16]}}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty; expected an .npz or .safetensors file of masks or weights"),
        (b"PK\x03\x04" + bytes(60), DAMAGED),
        (zipped([]), "expected 2-D arrays of masks or weights, one or more; found no array"),
        (zipped([("a.txt", b"1 0")]), "a.txt: is no array; expected an .npz"),
        (zipped([("a.npy", b"")]), "a: is no array; expected an .npz"),
        (zipped([("a.npy", npy_bytes(np.eye(2))[:-1])]), "a: declares [2, 2] of float64, which"),
        (zipped([("a.npy", npy_bytes(np.eye(2)) + b"1")]), "a: declares [2, 2] of float64, which"),
        (zipped([("a.npy", npy_bytes(np.eye(2))[:40])]), f"a: {DAMAGED}"),
        (zipped([("a.npy", npy_bytes(np.eye(2))), ("a", npy_bytes(np.eye(2)))]),
         "a: two arrays are called so"),
        (npz_declaring("(1000000, 1000000)"), "mask_0: declares [1000000, 1000000] of float64, "
         "which the file cannot hold: damaged or cut off"),
        (npz_declaring("(1000000000000, 2)", "|V0"), "layers: 2000000000000 edges"),
        (npz_declaring("(-2, -1)", "<f8", bytes(16)), f"mask_0: {DAMAGED}"),
        (npz_declaring("(2, 1)", "<f8", bytes(8)), "mask_0: declares [2, 1] of float64"),
        (npz_declaring("(1, 1)", "<c8", bytes(8)), "mask_0: expected a rectangular array"),
        (npz_declaring("(1, 2)", "<U1", bytes(8)), "mask_0: expected a rectangular array"),
        (npz_declaring("(1, 1)", "<zz", bytes(8)), f"mask_0: {DAMAGED}"),
        (npz_declaring("('" + "(" * 5000, "<f8", bytes(8)), f"mask_0: {DAMAGED}"),
        (npy_bytes(np.eye(2)), "one array (.npy); expected an .npz file: np.savez(FILE, one array"),
        (b"0,1\n1,0\n", UNKNOWN),
        (b"\x89HDF\r\n\x1a\n" + bytes(40), UNKNOWN),
        (b'{"weight_map": {"fc1.weight": "model-00001.safetensors"}}', UNKNOWN),
        (safetensors_declaring(FLOATS, bytes(15)), DAMAGED),
        (safetensors_declaring(FLOATS), DAMAGED),
        (safetensors_declaring(FLOATS, bytes(17)), DAMAGED),
        (safetensors_declaring(FLOATS)[:30], DAMAGED),
        (safetensors_declaring(VAST), DAMAGED),
        (safetensors_declaring(CONFLICT, bytes(16)), DAMAGED),
        (safetensors_declaring("{not JSON"), DAMAGED),
        (struct.pack("<Q", 2**63) + b"{}", DAMAGED),
        (safetensors_declaring("{}"), "expected 2-D arrays of masks or weights, one or more"),
    ],
)  # fmt: skip
def test_what_is_no_network_is_refused(tmp_path, content, message):
    path = tmp_path / "net.pth"
    path.write_bytes(content)
    found = bad_input.message_of(networks.load_network, path)
    assert found.startswith(f"{path}: {message}")
    assert [each.name for each in tmp_path.iterdir()] == ["net.pth"]


def test_a_bomb_is_not_set_off(tmp_path):
    # Deflated a thousand times, the zeros of a mask of 3 * 10^8 edges are a small file.
    path = tmp_path / "net.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        declared = b"{'descr': '|b1', 'fortran_order': False, 'shape': (30000, 10000), }\n"
        with archive.open("mask_0.npy", "w") as member:
            member.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(declared)) + declared)
            for _ in range(300):
                member.write(bytes(10**6))
    assert path.stat().st_size < 10**6
    message = bad_input.message_of(networks.load_network, path)
    assert (
        message
        == f"{path}: layers: 300000000 edges, dead ones included; expected at most "
        + str(arrays.MOST_EDGES)
    )


def test_paths_that_cannot_be_read(tmp_path):
    absent = tmp_path / "absent.npz"
    message = bad_input.message_of(networks.load_network, absent)
    assert message == f"{absent}: cannot be read: No such file or directory"
    assert "cannot be read" in bad_input.message_of(networks.load_network, "a\0b")
    assert "cannot be read" in bad_input.message_of(networks.load_network, "two\nlines")
    assert "cannot be read" in bad_input.message_of(networks.load_network, "x" * 5000)
    assert bad_input.message_of(networks.load_network, "").startswith(": ") is False
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    message = bad_input.message_of(networks.load_network, pipe)
    assert message.startswith(f"{pipe}: is no regular file; expected an .npz")
    message = bad_input.message_of(networks.load_network, tmp_path)
    assert message == (
        f"{tmp_path}: is a folder without run.flags; expected a run folder or a file"
    )


def damages(content, rng):
    for cut in range(0, len(content), 50):
        yield content[:cut]
    for position in rng.permutation(len(content))[:300].tolist():
        flipped = bytearray(content)
        flipped[position] ^= int(rng.integers(1, 256))
        yield bytes(flipped)


def test_damage_is_refused_or_hits_no_data(save, tmp_path):
    """Zip members carry a checksum; safetensors have none, so that there values may change."""
    named = torch_pruned() | {"extra": np.zeros(3)}
    content = save(named).read_bytes()
    path = tmp_path / "damaged"
    messages = []
    for damaged in damages(content, np.random.default_rng(1)):
        path.write_bytes(damaged)
        try:
            found = networks.load_network(path)
        except errors.InputError as error:
            messages.append(str(error))
        else:
            assert content.startswith(b"{", 8) or same(found.edges)
    assert len(messages) >= len(content) // 50
    assert all(message.isprintable() for message in messages)
