"""How an experiment is run: as in the paper, or with fewer prunings, smaller images, fewer rows."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import nsculpt.tasks as tasks_lib
from nsculpt import errors, presets
from nsculpt import settings as settings_lib
from nsculpt.paper import cells
from nsculpt.tasks import files, mnist
from nsculpt.tasks import task as task_lib

# Pairs of digits of the tasks that are made of images.
_PAIRS = {"mnist_two_digits": 10**2, "mnist_xor": 8**2}
_IMAGE_SIZE, _SAMPLES = 28, 1000  # the paper's
_FROM_PRESET = (
    "learning_rate",
    "batch_size",
    "epochs",
    "path_length",
    "merge_threshold",
    "modularity_threshold",
)


@dataclasses.dataclass(frozen=True)
class Departure:
    """A setting that is not the paper's."""

    name: str  # of the flag
    here: str
    paper: str

    def __str__(self) -> str:
        return f"{self.name} {self.here} (paper {self.paper})"


@dataclasses.dataclass(frozen=True)
class Variant:
    """What is asked for beside the paper's own settings; without anything, these. See `of`."""

    seeds: tuple[int, ...] = settings_lib.SEEDS
    unit_steps: tuple[Any, ...] = settings_lib.UNIT_STEPS  # percent
    edge_steps: tuple[Any, ...] = settings_lib.EDGE_STEPS  # percent
    # Of the tasks that are made of images.
    image_size: int | None = None  # pixels a side; None: the paper's
    samples_per_pair: int = _SAMPLES
    mnist_dir: files.Path | None = None

    @property
    def departures(self) -> list[Departure]:
        """What makes the networks others than the paper's; which seeds they have does not.

        Example:
          >>> [str(each) for each in Variant(image_size=14, edge_steps=(2.5,)).departures]
          ['edge_steps 2.5 (paper 0.5, 1 ... 2.5)', 'image_size 14 (paper 28)']
        """
        found = []
        for name, paper in (
            ("unit_steps", settings_lib.UNIT_STEPS),
            ("edge_steps", settings_lib.EDGE_STEPS),
        ):
            here = sorted(settings_lib.percents(name, getattr(self, name)))
            if here != sorted(settings_lib.percents(name, paper)):
                found.append(Departure(name, _steps([s / 1000 for s in here]), _steps(paper)))
        if self.image_size is not None:
            found.append(Departure("image_size", f"{self.image_size}", f"{_IMAGE_SIZE}"))
        if self.samples_per_pair != _SAMPLES:
            found.append(Departure("samples_per_pair", f"{self.samples_per_pair}", f"{_SAMPLES}"))
        return found

    def options(self, cell: cells.Cell) -> dict[str, Any]:
        """What the cell's task is loaded with, but for where the files are.

        The paper accepts on test images, and so does what is to stand beside it.
        """
        if cell.task not in _PAIRS:
            return {}
        return {
            "image_size": cell.image_size or _IMAGE_SIZE,
            "samples_per_pair": self.samples_per_pair,
            "protocol": "paper",
            "data_seed": 0,
        }

    def load_task(self, cell: cells.Cell) -> task_lib.Task:
        """The cell's task with its data.

        Raises:
          InputError: its files are not there, or are not as published.
        """
        options = self.options(cell)
        if options and self.mnist_dir is not None:
            options["mnist_dir"] = self.mnist_dir
        return tasks_lib.load_task(cell.task, **options)

    def outline(self, cell: cells.Cell) -> task_lib.Task:
        """The cell's task as far as it can be told without a data set: of that, the sizes."""
        if cell.task not in _PAIRS:
            return tasks_lib.load_task(cell.task)
        options = mnist.Options(None, **self.options(cell))
        train, valid = (
            _Size(_PAIRS[cell.task] * rows, cell.layer_sizes[0], cell.layer_sizes[-1])
            for rows in (options.num_train, options.num_valid)
        )
        return task_lib.Task(cell.task, train, valid, (), (), inputs_optional=True, exact=False)

    def given(self, cell: cells.Cell) -> dict[str, Any]:
        """What differs from the defaults of `settings.resolve`."""
        given: dict[str, Any] = {
            name: getattr(self, name) for name in ("seeds", "unit_steps", "edge_steps")
        }
        if cell.image_size is not None:
            # Other layer sizes than the paper's would be trained more carefully (`resolve`).
            full = cells.Cell(cell.task, cell.hidden)
            preset, _ = presets.find(full.task, full.layer_sizes)
            given |= {name: getattr(preset, name) for name in _FROM_PRESET}
            num_rows = self.outline(cell).train.num_rows
            given["batch_size"] = min(preset.batch_size, num_rows)
        return given

    def settings(self, cell: cells.Cell) -> settings_lib.Settings:
        """The settings that a cell is run with.

        Raises:
          InputError: a value out of range.
        """
        return settings_lib.resolve(self.outline(cell), cell.hidden, **self.given(cell))


def of(experiment: str, given: Mapping[str, Any]) -> Variant:
    """The variant that flags ask for.

    Args:
      experiment: one of `cells.EXPERIMENTS`.
      given: values of fields of `Variant`; None where a flag is not given.

    Raises:
      InputError: a value out of range, or one of images for an experiment without any.

    Example:
      >>> of("mnist", {"image_size": 28, "seeds": [0]})
      Variant(seeds=(0,), unit_steps=(5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70), \
edge_steps=(0.5, 1, 1.5, 2, 2.5), image_size=None, samples_per_pair=1000, mnist_dir=None)
    """
    values = {name: value for name, value in given.items() if value is not None}
    for name in ("image_size", "samples_per_pair", "mnist_dir"):
        if name in values and experiment != "mnist":
            raise errors.InputError(f"{name}: expected --experiment=mnist with it", name)
    size = values.get("image_size", _IMAGE_SIZE)
    # Checks them.
    mnist.Options(None, size, values.get("samples_per_pair", _SAMPLES), "paper", data_seed=0)
    if size == _IMAGE_SIZE:
        values["image_size"] = None
    for name in ("seeds", "unit_steps", "edge_steps"):
        if name in values:
            values[name] = tuple(values[name])
    return Variant(**values)


def _steps(percents: Sequence[float]) -> str:
    """Steps to read; many that are evenly apart by their ends.

    Example:
      >>> _steps([5, 10, 15, 20]), _steps([0.5, 40.0])
      ('5, 10 ... 20', '0.5, 40')
    """
    shown = [f"{each:g}" for each in percents]
    gaps = {round(after - before, 3) for before, after in itertools.pairwise(percents)}
    if len(shown) > 3 and len(gaps) == 1:
        return f"{shown[0]}, {shown[1]} ... {shown[-1]}"
    return ", ".join(shown)


@dataclasses.dataclass(frozen=True)
class _Size:
    """A source of which no more is known than its size."""

    num_rows: int
    num_inputs: int
    num_outputs: int

    def gather(self, rows: Any) -> tuple[Any, Any]:
        raise NotImplementedError("an outline has no rows")

    def sha256(self) -> str:
        raise NotImplementedError("an outline has no content")
