"""Finished cells of the experiment on MNIST, without any training."""

import dataclasses
import json

from nsculpt.sculpting import jobs

SMALL = {"image_size": 7, "samples_per_pair": 5, "unit_steps": ["40"], "edge_steps": ["2.5"]}


def write(folder, variant, cell, **changed_flags):
    """A finished cell, without its networks: two tied prunings of seed 0."""
    settings = dataclasses.asdict(variant.settings(cell))
    for name in ("unit_steps", "edge_steps"):
        settings[name] = [step / 1000 for step in settings[name]]
    scores = {
        "structure_recovered": False,
        "inputs_recovered": False,
        "outputs_recovered": True,
        "middle_separable": False,
    }
    run = {"seed": 0, "tied": True, "unit_step": 40, "alive_edges": 1234, "accuracy": 0.99}
    runs = [run | {"edge_step": step, "scores": scores} for step in (1, 2.5)]
    runs[0]["scores"] = scores | {"inputs_recovered": True}
    measured = {"validation": {"bits_right": 0.99, "rows_right": 0.9}, "test": None}
    summary = {
        "task": cell.task,
        "layer_sizes": list(cell.layer_sizes),
        "versions": {"algorithm": jobs.ALGORITHM_VERSION},
        "settings": settings,
        "runs": runs,
        "dense": [{"seed": 0, "validation": None, "test": None}],
        "selected": [{"seed": 0} | measured],
    }
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text(json.dumps(summary))
    flags = {"task": cell.task, "mnist_dir": "elsewhere"} | variant.options(cell) | changed_flags
    lines = [f"--{name}={value}\n" for name, value in flags.items()]
    (folder / "run.flags").write_text("".join(lines))
