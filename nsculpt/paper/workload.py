"""How much there is to do in an experiment, and about how long it takes, by arithmetic."""

import dataclasses
import statistics
from collections.abc import Iterable

from nsculpt import layers
from nsculpt import settings as settings_lib
from nsculpt.tasks import task as task_lib

# Round programs for each pair of layer sizes and batch size: one for the whole network, and one for
# the smaller arrays that edges are pruned in.
COMPILES = 2
# Seconds on two cores of a shared machine on which a 2048 x 2048 float32 product runs at some 80
# GFLOP/s: of a step of one lane, of a multiplication, and of all else in a cell (see BUILD_NOTES).
_STEP, _MULTIPLICATION, _CELL = 8e-6, 1e-10, 4.0
# Of a multiplication where the products of one network keep the cores busy, and of its programs.
_LARGE_MULTIPLICATION, _LARGE_CELL = 2e-11, 60.0
# Such a network is worked out on arrays that fit what is left of it: how much of the whole network
# that is, over the rounds of a unit job and of an edge job.
_UNIT_SHARE, _EDGE_SHARE = 0.3, 0.1
# It also has more to halve its steps for, and where validation errs on some images an early
# rejection leaves it with a small one: rounds of a unit job and of an edge job beyond those that
# the queue expects (BUILD_NOTES).
_MORE_UNIT_ROUNDS, _MORE_EDGE_ROUNDS = 7, 80
# How far off that may be, either way: other machines, and the rounds that a job takes.
_ASSUMED, _MEASURED = 3.0, 1.5
_BYTES_OF_PROCESS, _BYTES_OF_DATA = 700e6, 250e6  # the latter: the images of the large networks
# Of an edge of a finished pruning: a weight, and the round at which it went; so many bytes of them
# stay in memory at most.
_BYTES_OF_EDGE, _MOST_BYTES = 6, 2**28
# Of an edge in training, with the base and the reply, and how many networks are at a time: one for
# each core, and one that the host is at.
_BYTES_IN_TRAINING, _IN_TRAINING = 58, 3


@dataclasses.dataclass(frozen=True)
class Workload:
    """What a cell takes."""

    layer_sizes: tuple[int, ...]  # [I, H_1 ... H_D, O]
    batch_size: int  # rows
    jobs: tuple[int, int, int]  # dense, unit, edge; an edge job is a pruning
    rounds: float
    steps: float  # of training, over all rounds
    # In training and validation. Of whole networks, where these are small and share a program: what
    # pruning saves is not taken off.
    multiplications: float
    # Whether the products of one network keep the cores busy.
    is_large: bool = False

    @property
    def num_edges(self) -> int:
        return layers.num_edges(self.layer_sizes)

    @property
    def seconds(self) -> float:
        """About how long it takes, on the machine whose figures stand above."""
        if self.is_large:
            return _LARGE_CELL + _LARGE_MULTIPLICATION * self.multiplications
        return _CELL + _STEP * self.steps + _MULTIPLICATION * self.multiplications

    @property
    def memory(self) -> float:
        """Bytes of a process that does this, about."""
        finished = min(self.jobs[2] * self.num_edges * _BYTES_OF_EDGE, _MOST_BYTES)
        in_training = min(self.jobs[2], _IN_TRAINING) * self.num_edges * _BYTES_IN_TRAINING
        data = _BYTES_OF_DATA if self.is_large else 0
        return _BYTES_OF_PROCESS + data + finished + in_training


def of(task: task_lib.Task, settings: settings_lib.Settings) -> Workload:
    """What a cell takes, by the rounds that a job is expected to need.

    A step multiplies each weight with a batch three times: forward, and backward to the weights and
    to the units. Validation after each epoch does so once, with all rows.

    Example:
      >>> from nsculpt import load_task
      >>> task = load_task("input_separable")
      >>> work = of(task, settings_lib.resolve(task, (24,)))
      >>> work.jobs, round(work.rounds), round(work.steps / work.rounds)
      ((4, 56, 280), 5341, 30)
    """
    from nsculpt.sculpting import cell, jobs, queue  # late, since they load jax

    grid = jobs.grid(settings.seeds, settings.unit_steps, settings.edge_steps)
    units = {job.parent for job in grid if job.parent is not None}
    denses = {unit.parent for unit in units if unit.parent is not None}
    rounds = [sum(map(queue.expected_rounds, phase)) for phase in (denses, units, grid)]
    layer_sizes = (task.num_inputs, *settings.hidden, task.num_outputs)
    # With a tile to itself a network has arrays of its own.
    is_large = cell.tile_lanes("cpu", layer_sizes, settings.batch_size) == 1
    shares = (1.0, 1.0, 1.0)
    if is_large:
        shares = (1.0, _UNIT_SHARE, _EDGE_SHARE)
        rounds[1] += _MORE_UNIT_ROUNDS * len(units)
        rounds[2] += _MORE_EDGE_ROUNDS * len(grid)
    whole_rounds = sum(number * share for number, share in zip(rounds, shares, strict=True))
    steps = settings.epochs * -(-task.train.num_rows // settings.batch_size)
    rows = 3 * steps * settings.batch_size + settings.epochs * task.valid.num_rows
    return Workload(
        layer_sizes=layer_sizes,
        batch_size=settings.batch_size,
        jobs=(len(denses), len(units), len(grid)),
        rounds=sum(rounds),
        steps=sum(rounds) * steps,
        multiplications=whole_rounds * rows * layers.num_edges(layer_sizes),
        is_large=is_large,
    )


def num_compiles(works: Iterable[Workload]) -> int:
    """The most round programs that several cells compile: cells of one shape share them."""
    return COMPILES * len({(work.layer_sizes, work.batch_size) for work in works})


def time_range(
    works: Iterable[Workload], measured: Iterable[tuple[Workload, float]]
) -> tuple[float, float]:
    """Seconds that several cells take, from and to.

    Args:
      works: of the cells.
      measured: of other cells, with the seconds that they took here; without any, what this package
        was measured with stands in, and the range is wider.

    Example:
      >>> one = Workload((4, 24, 4), 8, (1, 1, 1), 10, 0, 0)
      >>> time_range([one], [(one, 30.0)])
      (20.0, 45.0)
    """
    seconds = sum(work.seconds for work in works)
    ratios = [taken / work.seconds for work, taken in measured]
    if ratios:
        seconds *= statistics.median(ratios)
    spread = _MEASURED if ratios else _ASSUMED
    return seconds / spread, seconds * spread
