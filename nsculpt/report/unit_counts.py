"""Units of a layer to read: their names, or where there are hundreds, how many of which group."""

import itertools
from collections.abc import Collection, Sequence

from nsculpt import text as text_lib

# Of a layer of more units, names are not written out.
MOST_NAMED = 40
_MOST_GROUPS = 8
_SEPARATORS = "_-./: "


def held(units: Sequence[int], names: Sequence[str], groups: Sequence[Collection[int]]) -> str:
    """Some units of a layer, as short text.

    Args:
      units: indices.
      names: of all units of the layer.
      groups: what of the layer belongs together by the truth; empty where that is not known.

    Returns:
      Their names; or, in a layer of more than 40 units, how many of each group they are. A group is
      called what its names, and no other group's, begin with, else by its first member.

    Example:
      >>> held([0, 2], ["a", "b", "c"], ())
      'a c'
      >>> names = [f"left_{i}" for i in range(30)] + [f"right_{i}" for i in range(30)]
      >>> held(range(10, 31), names, (range(30), range(30, 60)))
      '20 of 30 left, 1 of 30 right'
      >>> held([3, 4], names, ())
      '2 of 60'
    """
    if len(names) <= MOST_NAMED:
        called = text_lib.named(units, names)
        return text_lib.between(called).join(called)
    group_of = {unit: place for place, group in enumerate(groups) for unit in group}
    counts: dict[int | None, int] = {}
    for unit in units:
        place = group_of.get(unit)
        counts[place] = counts.get(place, 0) + 1
    called = _called(names, groups)
    parts = [
        f"{counts[place]} of {len(group)} {called[place]}" if len(group) > 1 else called[place]
        for place, group in enumerate(groups)
        if place in counts
    ]
    if None in counts:
        parts.append(f"{counts[None]} in no group" if groups else f"{counts[None]} of {len(names)}")
    left = len(parts) - _MOST_GROUPS
    if left > 1:
        parts[_MOST_GROUPS:] = [f"some of {left} further groups"]
    return ", ".join(parts)


def called(place: int, names: Sequence[str], groups: Sequence[Collection[int]]) -> str:
    """A group of the truth: its names, or in a layer of more than 40 units what it is called.

    Example:
      >>> names = [f"x{i}" for i in range(50)]
      >>> called(1, names, (range(25), range(25, 50))), called(1, "abcd", ((0, 1), (2, 3)))
      ('x25...', 'c d')
    """
    if len(names) <= MOST_NAMED:
        listed = text_lib.named(groups[place], names)
        return text_lib.between(listed).join(listed)
    return _called(names, groups)[place]


def _called(names: Sequence[str], groups: Sequence[Collection[int]]) -> list[str]:
    begins = [_beginning([names[unit] for unit in group]) for group in groups]
    shared = []
    for begin, group in zip(begins, groups, strict=True):
        word = begin.rstrip(_SEPARATORS)
        # "left_" of left_0 and left_1 is a word; "x1" of x10 and x11 is not.
        if len(group) == 1:
            word = begin
        elif not word or word == begin or begins.count(begin) > 1:
            word = f"{names[min(group)]}..."
        shared.append(text_lib.printable(word))
    return shared


def _beginning(words: Sequence[str]) -> str:
    """What all of them begin with: it is what the first and the last in sorted order share."""
    pairs = zip(min(words), max(words), strict=False)
    return "".join(one for one, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
