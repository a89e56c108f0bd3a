"""The file of a job: what was put comes back, and anything else is noticed."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest

from nsculpt import job_file
from nsculpt.sculpting import jobs

SIZES = (4, 3, 2)
JOB = jobs.Job(7, 5000, 500)
IDENTITY = {"seed": 7, "unit_step": 5000, "edge_step": 500, "learning_rate": 0.05}


def rounds(*rows):
    """Rounds by (phase, alive edges, accepted)."""
    made = np.zeros(len(rows), jobs.ROUND)
    made["phase"], made["alive_edges"], made["accepted"] = zip(*rows, strict=True)
    made["loss"] = 0.25
    return made


def record(**changed):
    """A network 4-3-2 of 18 edges: round 2 took four of them, round 4 one more."""
    removed_at = [np.zeros((4, 3), np.int16), np.zeros((3, 2), np.int16)]
    removed_at[0][:, 1] = 2
    removed_at[1][0, 0] = 4
    found = jobs.Record(
        [np.where(removed == 0, np.float32(1.5), np.float32(0)) for removed in removed_at],
        [np.array([1, 0, 2], np.float32), np.array([-1, 3], np.float32)],
        removed_at,
        rounds((0, 18, True), (1, 9, False), (1, 14, True), (2, 14, True), (2, 13, True)),
        jobs.ACCEPTED,
    )
    return dataclasses.replace(found, **changed)


@pytest.fixture
def path(tmp_path):
    return tmp_path / f"{jobs.job_id(IDENTITY)}.npz"


def decode(path):
    return job_file.decode(path, JOB, SIZES)


def same(a, b):
    def parts(each):
        return [*each.kernels, *each.biases, *each.removed_at, each.rounds]

    return a.status == b.status and all(
        x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes()
        for x, y in zip(parts(a), parts(b), strict=True)
    )


def test_a_record_comes_back_bit_for_bit(path):
    weights = record().kernels
    weights[0][0, 0] = np.float32(np.nan)  # training may diverge
    weights[1][1, 1] = -0.0
    for put in (
        record(),
        record(kernels=weights),
        record(kernels=[np.asfortranarray(kernel) for kernel in weights]),
    ):
        path.write_bytes(job_file.encode(IDENTITY, put))
        assert same(decode(path), put)
        assert job_file.identity_in(path) == IDENTITY


def test_records_of_every_phase_come_back(path):
    whole = {
        "removed_at": [np.zeros((4, 3), np.int16), np.zeros((3, 2), np.int16)],
        "kernels": [np.ones((4, 3), np.float32), np.ones((3, 2), np.float32)],
    }
    dense = record(**whole, rounds=rounds((0, 18, True)))
    hopeless = record(
        **whole, rounds=rounds((0, 18, False), (1, 14, False)), status=jobs.NOTHING_ACCEPTED
    )
    for job, put in ((jobs.Job(7), dense), (jobs.Job(7, 5000), hopeless), (JOB, hopeless)):
        path.write_bytes(job_file.encode(IDENTITY, put))
        assert same(job_file.decode(path, job, SIZES), put)


def test_it_is_an_ordinary_npz(path):
    path.write_bytes(job_file.encode(IDENTITY, record()))
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
    with np.load(path, allow_pickle=False) as arrays:
        assert json.loads(str(arrays["identity"])) == IDENTITY
        assert str(arrays["status"]) == "accepted"
        assert arrays["rounds"].dtype == jobs.ROUND
        for index, removed in enumerate(record().removed_at):
            np.testing.assert_array_equal(arrays[f"removed_at_{index}"], removed)
            assert arrays[f"kernel_{index}"].dtype == arrays[f"bias_{index}"].dtype == np.float32


def flips(content, chosen):
    for at in chosen:
        for bits in (0xFF, 1 << at % 8):
            yield at, bits, content[:at] + bytes([content[at] ^ bits]) + content[at + 1 :]


def check_flips(path, chosen):
    content = job_file.encode(IDENTITY, record())
    for at, bits, damaged in flips(content, chosen(len(content))):
        path.write_bytes(damaged)
        with pytest.raises(job_file.DamagedError):
            print(at, bits, decode(path))
        assert job_file.identity_in(path) in (IDENTITY, None)


def test_a_flipped_byte_is_noticed(path):
    # Sampled, and the whole end: the end of the zip's directory and the digest.
    check_flips(path, lambda size: [*range(0, size, size // 140), *range(size - 90, size)])


@pytest.mark.slow
def test_every_flipped_byte_is_noticed(path):
    check_flips(path, range)


def test_every_truncation_is_noticed(path):
    content = job_file.encode(IDENTITY, record())
    for size in [*range(0, len(content), 97), len(content) - 1]:
        path.write_bytes(content[:size])
        with pytest.raises(job_file.DamagedError):
            decode(path)
    path.write_bytes(content + b"\0")
    with pytest.raises(job_file.DamagedError):
        decode(path)


def signed(content):
    """Any zip file with the digest that a job's file has; its comment is empty before."""
    content = content[:-2] + (64).to_bytes(2, "little")
    return content + job_file._digest(content)


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def fields(**changed):
    with np.load(io.BytesIO(job_file.encode(IDENTITY, record()))) as arrays:
        return {
            name: array for name, array in (dict(arrays) | changed).items() if array is not None
        }


def zipped(compression=zipfile.ZIP_STORED, **members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def huge():
    header = {"descr": "<f4", "fortran_order": False, "shape": (2**40,)}
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue()


# Name -> (what lies in the place of the file, what is said of it).
FOREIGN = {
    "nothing": (b"", "empty"),
    "text": (b"a note to myself\n" * 9, "not as it was written"),
    "an npz of the same arrays that another program wrote": (npz(**fields()), "not as it was"),
    "no zip": (signed(b"text" * 50), "not a file of a job"),
    "an npz of something else": (signed(npz(x=np.ones(3))), "not a file of a job"),
    "no npy inside": (signed(zipped(identity=b"no", rounds=b"")), "not a file of a job"),
    "an array beyond memory": (signed(zipped(identity=huge())), "not a file of a job"),
    "a pickle": (signed(npz(**fields(identity=np.array({}, object)))), "not a file of a job"),
    "no identity": (signed(npz(**fields(identity=None))), "not a file of a job"),
    "an identity that is no JSON": (signed(npz(**fields(identity=np.array("{")))), "not a file of"),
    "an identity that is a list": (signed(npz(**fields(identity=np.array("[]")))), "not a file of"),
    "another job": (job_file.encode(IDENTITY | {"seed": 8}, record()), "of another job"),
    "a layer too few": (signed(npz(**fields(kernel_1=None))), "not a file of a job"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_noticed(path, name):
    content, said = FOREIGN[name]
    path.write_bytes(content)
    with pytest.raises(job_file.DamagedError, match=said):
        decode(path)
    assert job_file.identity_in(path) in (IDENTITY, None)


def changed(arrays, layer, at, value):
    arrays = [array.copy() for array in arrays]
    arrays[layer][at] = value
    return arrays


GOOD = record()
# Name -> (a record that no job leaves, what is said of it).
INCONSISTENT = {
    "kernel of another shape": ({"kernels": [np.ones((3, 3), np.float32), GOOD.kernels[1]]},
                                "kernel_0 is float32 .3, 3."),
    "kernel in other precision": ({"kernels": [GOOD.kernels[0].astype(np.float64),
                                               GOOD.kernels[1]]}, "kernel_0 is float64"),
    "bias of another shape": ({"biases": [GOOD.biases[0], np.zeros(3, np.float32)]},
                              "bias_1 is float32 .3."),
    "removed_at of another kind": ({"removed_at": [each.astype(np.int64)
                                                   for each in GOOD.removed_at]},
                                   "removed_at_0 is int64"),
    "rounds of another kind": ({"rounds": np.zeros(5)}, "not those of a job"),
    "no rounds": ({"rounds": GOOD.rounds[:0]}, "not those of a job"),
    "rounds in two dimensions": ({"rounds": GOOD.rounds[None]}, "not those of a job"),
    "no dense round": ({"rounds": GOOD.rounds[1:]}, "other phases"),
    "a phase that is none": ({"rounds": rounds((0, 18, True), (3, 13, True))}, "other phases"),
    "phases out of order": ({"rounds": GOOD.rounds[[0, 3, 1, 2, 4]]}, "other phases"),
    "two dense rounds": ({"rounds": GOOD.rounds[[0, 0, 1, 2, 3, 4]]}, "other phases"),
    "status that no job has": ({"status": "fine"}, "status 'fine'"),
    "status that the rounds deny": ({"status": jobs.NOTHING_ACCEPTED}, "status 'nothing accepted'"),
    "an edge that went in no round": ({"removed_at": changed(GOOD.removed_at, 1, (0, 0), 5)},
                                      "names a round that is not there"),
    "an edge that went before all": ({"removed_at": changed(GOOD.removed_at, 1, (0, 0), -1)},
                                     "names a round that is not there"),
    "an edge that went in a rejected round": (
        {"removed_at": changed(GOOD.removed_at, 1, (0, 0), 1)}, "not what the rounds say"),
    "an edge that went in another round": (
        {"removed_at": changed(GOOD.removed_at, 1, (0, 0), 2)}, "not what the rounds say"),
    "an edge more": ({"removed_at": changed(GOOD.removed_at, 1, (0, 0), 0)},
                     "not what the rounds say"),
    "a weight where no edge is": ({"kernels": changed(GOOD.kernels, 0, (3, 1), 1e-30)},
                                  "kernel_0 is not 0"),
}  # fmt: skip


@pytest.mark.parametrize("name", INCONSISTENT)
def test_a_record_that_contradicts_itself_is_noticed(path, name):
    change, said = INCONSISTENT[name]
    path.write_bytes(job_file.encode(IDENTITY, record(**change)))
    with pytest.raises(job_file.DamagedError, match=said):
        decode(path)


def test_rounds_of_a_later_phase_are_noticed(path):
    path.write_bytes(job_file.encode(IDENTITY, record()))
    with pytest.raises(job_file.DamagedError, match="other phases"):
        job_file.decode(path, jobs.Job(7, 5000), SIZES)


def test_another_network_is_noticed(path):
    path.write_bytes(job_file.encode(IDENTITY, record()))
    for sizes in ((4, 3, 3), (4, 3), (4, 3, 2, 2)):
        with pytest.raises(job_file.DamagedError):
            job_file.decode(path, JOB, sizes)
