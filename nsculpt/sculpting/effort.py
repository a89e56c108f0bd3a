"""What a sweep took: rounds, lanes, compilations, seconds and arithmetic."""

import dataclasses

from nsculpt import layers
from nsculpt.sculpting import cell as cell_lib


@dataclasses.dataclass
class Effort:
    """Sums over the calls of a sweep's programs."""

    prunings: int = 0  # finished
    rounds: int = 0  # one for each network of a call
    lane_rounds: int = 0  # places that there were for them
    calls: int = 0
    steps: int = 0  # of training, one for each network of a batch
    call_s: float = 0.0  # seconds in calls; those at the same time all count
    products_flop: float = 0.0  # floating point operations of the matrix products of those rounds
    compiles: int = 0  # of round programs
    compile_s: float = 0.0  # seconds of tracing and compiling, or of loading what is compiled

    @property
    def lane_use(self) -> float | None:
        """Share of the lanes that had a network."""
        return self.rounds / self.lane_rounds if self.lane_rounds else None

    def add_call(
        self, cell: cell_lib.Cell, sizes: tuple[int, ...], rounds: int, lanes: int, seconds: float
    ) -> None:
        """Counts a call of the program for arrays of these sizes."""
        self.rounds += rounds
        self.lane_rounds += lanes
        self.calls += 1
        self.call_s += seconds
        num_batches = -(-cell.task.train.num_rows // cell.training.batch_size)
        self.steps += rounds * cell.training.epochs * num_batches
        self.products_flop += rounds * round_flop(cell, sizes)


def round_flop(cell: cell_lib.Cell, sizes: tuple[int, ...]) -> float:
    """Floating point operations of the matrix products of a round: two for a multiply-add.

    A training row goes forward, back to the activations and back to the weights; the first layer
    need not go back to the inputs. A validation row goes forward.
    """
    num_edges = layers.num_edges(sizes)
    train = 3 * num_edges - sizes[0] * sizes[1]
    rows = cell.task.train.num_rows * train + cell.task.valid.num_rows * num_edges
    return 2.0 * cell.training.epochs * rows
