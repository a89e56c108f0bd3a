"""What a reader of a reproduced experiment has to know: its setting, and what columns mean."""

from collections.abc import Sequence

from nsculpt.paper import reproduction, shipped, variants

_RATES = (
    "Rates are shares of networks, one a seed and cell (task and layer sizes). Of the networks "
    "that tie as a seed's sparsest, the first in the official order succeeds (first), the share "
    "that does (mean), at least one (any), every one (all). Intervals: Wilson, 95 percent; "
    "approximate for mean. p: Fisher's exact test, two-sided, of the count against the paper's, "
    "which is its rounded rate times its networks: 12 a bar, 36 in the overlap figure."
)
_EDGES = (
    "Alive edges are those of the mask. A median is over the selected networks of a cell's seeds; "
    "of the published ones, over all networks of the cell that the authors published, up to three "
    "a seed. Sums of medians are over finished cells."
)
_CONSENSUS = (
    "Consensus: the most frequent way in which the networks of a bar part the inputs, and the "
    "outputs, into modules, and their most frequent module graph (chains contracted), each with "
    "its share and whether it is what the task declares; over the selected network of each seed "
    "and cell. Its successes: of the networks that show the module graph, how many are a success "
    "by the task's own rule, which may ask for less than the declared graph (hierarchy with 2 "
    "hidden layers), or for more (reuse)."
)
_UNPUBLISHED = "Where the paper trained networks but shows no rate of them, its column has a dash."
_MNIST = (
    "MNIST: input separable, the modules part the live inputs into those of the left and those of "
    "the right digit (dead inputs are left out: border pixels are black); output subfunctions, "
    "they part the outputs as the task declares: for mnist_two_digits into those of each digit, "
    "for mnist_xor each bit alone; middle separability, in some hidden layer below the last each "
    "unit reaches outputs of one such group only. As in the paper, validation images are drawn "
    "from the same digits as the training images (protocol paper). Accuracy: percent of the "
    "validation data, mean over seeds; a row is right when all that it asks is: both digits, or "
    "all bits."
)
_PARTIAL = (
    "Bars of which some cells are not finished are compared with the paper's rate over all of "
    "their cells; alive edges are those of the finished cells on both sides."
)


def departures(found: Sequence[variants.Departure]) -> list[str]:
    """Where the setting is not the paper's, one line that says so; else none.

    Args:
      found: of a reproduction.
    """
    if not found:
        return []
    listed = ", ".join(map(str, found))
    return [
        f"Not the paper's setting: {listed}. What stands here of the paper is of its full setting, "
        "so that rates and alive edges need not agree."
    ]


def notes(found: reproduction.Reproduction) -> list[str]:
    """Paragraphs on the tables.

    Args:
      found: as from `reproduction.collate`.
    """
    paragraphs = [_RATES, _EDGES]
    if any(each.consensus is not None for each in found.bars):
        paragraphs.append(_CONSENSUS)
    if any(each.comparison.paper is None for each in found.bars):
        paragraphs.append(_UNPUBLISHED)
    if any(each.num_cells < len(each.bar.hidden) for each in found.bars):
        paragraphs.append(_PARTIAL)
    if found.experiment == "mnist":
        paragraphs.append(_MNIST)
        every = {each.outcome.settings.accuracy_tolerance for each in found.cells}
        tolerances = sorted(tolerance for tolerance in every if tolerance is not None)
        paragraphs += [
            "The paper publishes no threshold of accuracy for MNIST, and no networks: here, one is "
            f"accepted with up to {tolerance:g} percentage points of all bits more wrong than the "
            "dense network has."
            for tolerance in tolerances
        ]
    return [*paragraphs, *shipped.load()["notes"].get(found.experiment, ())]
