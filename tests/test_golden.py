"""A whole tiny sculpting, kept as data: any change of an algorithm or a key shows here.

Masks and counts only: they do not hang on the last bits, so that every supported jax gives the
same. Made by `python -m tests.test_golden`, and to be made anew only together with a raise of
`jobs.ALGORITHM_VERSION`.
"""

import json
import pathlib

import nsculpt
from nsculpt.sculpting import jobs

GOLDEN = pathlib.Path(__file__).parent / "golden" / "tiny.json"


def sculpted():
    found = nsculpt.sculpt(
        "input_separable", (6,), seeds=[3, 4], unit_steps=[30], edge_steps=[10], epochs=30,
        learning_rate=0.1, batch_size=8,
    )  # fmt: skip
    return {
        str(job): {
            "status": record.status,
            "removed_at": [removed.tolist() for removed in record.removed_at],
            "rounds": [
                [int(row["phase"]), int(row["k"]), int(row["alive_edges"]), bool(row["accepted"])]
                for row in record.rounds
            ],
        }
        for job, record in found.records.items()
    }


def test_a_tiny_sculpting_is_as_it_was():
    golden = json.loads(GOLDEN.read_text())
    assert golden["algorithm_version"] == jobs.ALGORITHM_VERSION
    assert sculpted() == golden["jobs"]


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    content = {"algorithm_version": jobs.ALGORITHM_VERSION, "jobs": sculpted()}
    GOLDEN.write_text(json.dumps(content) + "\n")
