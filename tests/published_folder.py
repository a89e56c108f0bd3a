"""A made-up folder of published results, small enough to work out by hand."""

import gzip
import json

SEPARATE = {
    "edges": [[[0, 0], [1, 0], [2, 1], [3, 1]], [[0, 0], [0, 1], [1, 2], [1, 3]]],
    "live_units": [[0, 1, 2, 3], [0, 1], [0, 1, 2, 3]],
    "layer_clusters": [[0, 0, 1, 1], [5, 3], [0, 1, 2, 3]],
    "modules": [[7, 7, 2, 2], [7, 2], [7, 7, 2, 2]],
}
# One hidden unit reads all inputs and drives all outputs; one module.
JOINED = {
    "edges": [[[0, 1], [1, 1], [2, 1], [3, 1]], [[1, 0], [1, 1], [1, 2], [1, 3]]],
    "live_units": [[0, 1, 2, 3], [1], [0, 1, 2, 3]],
    "layer_clusters": [[0, 0, 0, 0], [0], [0, 1, 2, 3]],
    "modules": [[0, 0, 0, 0], [0], [0, 0, 0, 0]],
}


def network(structure, width=24, seed=0, unit_step=70.0, edge_step=2.5, **changes):
    """A line of networks.jsonl.gz for `input_separable`, whose truth is `SEPARATE`."""
    return {
        "task": "input_separable",
        "layer_sizes": [4, width, 4],
        "seed": seed,
        "unit_step_percent": unit_step,
        "edge_step_percent": edge_step,
        "path_length": 2,
        **structure,
        **changes,
    }


def rates():
    """A success_rates.json in which every rate is 0 but for some."""
    made = {
        "exemplars": {
            "hidden_layers": [1, 2, 3],
            "input_separable": [0.75, 0.0, 0.0],
            "reused": [0.0, 0.0, 0.0],
            "input_separable_and_reused": [0.0, 0.0, 0.0],
            "non_modular": [0.0, 0.0, 0.0],
        },
        "reuse": {
            "times_used": [1, 2, 4, 6, 8],
            "by_hidden_layers": {str(depth): [0.0] * 5 for depth in (1, 2, 3)},
        },
        "overlap": {
            "rows_overlapping_inputs": [0, 1, 2, 3, 4],
            "columns_times_used": [1, 2, 4, 6, 8],
            **{
                f"{name}": [[0.0] * 5 for _ in range(5)]
                for name in ("input_separability", "hidden_separability", "output_subfunctions")
            },
        },
        "hierarchy": {
            "all_modules_by_times_used": {
                "times_used": [2, 4, 6, 8],
                "by_hidden_layers": {str(depth): [0.0] * 4 for depth in (2, 3, 4)},
            },
            "by_level": {
                "levels": ["input_separable", "single_intermediate", "output"],
                "by_hidden_layers": {str(depth): [0.0] * 3 for depth in (2, 3, 4)},
            },
        },
        "mnist_xor": {
            "hidden_layers": [2, 3, 4, 5],
            **{
                name: [0.0] * 4
                for name in ("input_separable", "output_subfunctions", "middle_separability")
            },
        },
    }
    made["reuse"]["by_hidden_layers"]["2"][4] = 0.125
    made["overlap"]["hidden_separability"][3][1] = 0.25
    made["hierarchy"]["by_level"]["by_hidden_layers"]["4"][1] = 0.5
    return made


def write(folder, networks, made=None):
    """Writes both files; returns the folder."""
    lines = "".join(json.dumps(line) + "\n" for line in networks)
    (folder / "networks.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "success_rates.json").write_text(json.dumps(rates() if made is None else made))
    return folder


def six():
    """Six networks: what they say is worked out in `test_paper`."""
    return [
        network(SEPARATE),
        # Official order: edge step 2.5 before 1.5, there unit step 10 before 5.
        network(JOINED, seed=1, unit_step=70.0, edge_step=1.5),
        network(JOINED, seed=1, unit_step=5.0),
        network(SEPARATE, seed=1, unit_step=10.0),
        # Wrong official answers: clusters of the hidden layer, and modules.
        network(
            JOINED
            | {"layer_clusters": [[0] * 4, [0], [0, 0, 1, 2]], "modules": [[0] * 4, [1], [0] * 4]},
            width=36,
        ),
        # A width that no figure has.
        network(SEPARATE, width=30, live_units=[[0, 1, 2, 3], [0, 2], [0, 1, 2, 3]]),
    ]
