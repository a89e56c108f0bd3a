"""The paper's training settings, as data: one preset for each (task, layer sizes) it ran."""

import csv
import dataclasses
import functools
import importlib.resources
import math


@dataclasses.dataclass(frozen=True)
class Preset:
    """A row of `data/presets.csv`."""

    experiment: str
    task: str
    layer_sizes: tuple[int, ...]  # [I, H_1 ... H_D, O]
    learning_rate: float
    batch_size: int
    epochs: int
    path_length: int
    merge_threshold: float
    modularity_threshold: float

    def __str__(self) -> str:
        return f"{self.task} {'-'.join(map(str, self.layer_sizes))}"


@functools.cache
def load() -> tuple[Preset, ...]:
    """All presets, in the order of the file."""
    text = importlib.resources.files("nsculpt").joinpath("data/presets.csv").read_text("utf-8")
    return tuple(
        Preset(
            row["experiment"],
            row["task"],
            tuple(map(int, row["layer_sizes"].split("-"))),
            float(row["learning_rate"]),
            int(row["batch_size"]),
            int(row["epochs"]),
            int(row["path_length"]),
            float(row["merge_threshold"]),
            float(row["modularity_threshold"]),
        )
        for row in csv.DictReader(text.splitlines())
    )


def find(task: str, layer_sizes: tuple[int, ...]) -> tuple[Preset, bool]:
    """The preset of a task and network, or the nearest one, and whether it is exact.

    Nearest: by number of inputs (as a ratio; the task's own stand for all sizes of its images),
    then by depth; of those that tie, the task's own, then by mean hidden width, then the one that
    trains for most epochs.

    Example:
      >>> preset, exact = find("reused", (4, 24, 24, 16))
      >>> preset.learning_rate, preset.epochs, exact
      (0.1, 40, True)
      >>> find("my task", (4, 24, 24, 2))[1]
      False
      >>> str(find("mnist_xor", (98, 24, 24, 3))[0])  # images of 7 x 7 pixels
      'mnist_xor 1568-392-392-3'
    """
    for preset in load():
        if (preset.task, preset.layer_sizes) == (task, layer_sizes):
            return preset, True

    def distance(preset: Preset) -> tuple[float, ...]:
        own = preset.task == task
        hidden, other = layer_sizes[1:-1], preset.layer_sizes[1:-1]
        return (
            0.0 if own else abs(math.log(preset.layer_sizes[0] / layer_sizes[0])),
            abs(len(other) - len(hidden)),
            not own,
            abs(sum(other) / len(other) - sum(hidden) / len(hidden)),
            -preset.epochs,
        )

    return min(load(), key=distance), False
