"""Groups of indices, the form in which a truth says what belongs together."""

from collections.abc import Hashable, Iterable


def from_labels(labels: Iterable[Hashable]) -> tuple[tuple[int, ...], ...]:
    """Indices with equal labels, as ascending tuples in the order of their smallest index.

    Example:
      >>> from_labels(["left", "right", "left"])
      ((0, 2), (1,))
    """
    members: dict[Hashable, list[int]] = {}
    for index, label in enumerate(labels):
        members.setdefault(label, []).append(index)
    return tuple(tuple(indices) for indices in members.values())
