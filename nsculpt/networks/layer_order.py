"""In which order, and which way round, named layers stand."""

import dataclasses
import itertools
import operator
from collections.abc import Collection, Iterator, Mapping, Sequence

from nsculpt import errors
from nsculpt.networks import arrays

# Steps of the search for an order: where it can be told, about two for each layer are enough.
_MOST_STEPS = 20_000
_MOST_LISTED = 6

Shapes = Mapping["Key", Sequence[int]]


@dataclasses.dataclass(frozen=True, order=True)
class Number:
    """A number in a name, of any length.

    Example:
      >>> Number.of("9") < Number.of("10"), Number.of("01") == Number.of("1")
      (True, True)
    """

    num_digits: int
    digits: str

    @classmethod
    def of(cls, text: str) -> "Number":
        digits = text.lstrip("0")
        return cls(len(digits), digits)


# The name of a layer, in words and numbers.
Key = tuple[str | Number, ...]


def resolve(
    shapes: Shapes,
    places: Mapping[Key, str],
    orientation: str | None,
    torch_like: bool = False,
    ordered: bool = False,
) -> tuple[list[Key], str]:
    """Finds the order of layers from the inputs up, and their orientation where it is not known.

    Args:
      shapes: of each layer's array, as it is stored.
      places: what messages call the layers.
      orientation: "in_out", "out_in", or None where nothing is known.
      torch_like: whether names are PyTorch's, whose arrays may be either way round by now.
      ordered: whether the layers stand in order already.

    Raises:
      InputError: there is no such order, or more than one, or the orientation cannot be told.

    Example:
      >>> one, two = Number.of("1"), Number.of("2")
      >>> shapes = {("out",): (8, 2), ("fc", two): (8, 8), ("fc", one): (4, 8)}
      >>> places = {key: str(key[0]) for key in shapes}
      >>> order, orientation = resolve(shapes, places, None)
      >>> [places[key] for key in order], orientation
      (['fc', 'fc', 'out'], 'in_out')
    """
    keys = list(shapes)
    known = keys if ordered else _numeric_order(keys)
    if orientation is None and torch_like:
        fitting = [way for way in arrays.ORIENTATIONS if _orders(shapes, places, way, known)]
        if len(fitting) == 2:
            raise errors.InputError(_undecided(shapes, places, known or keys))
        orientation = fitting[0] if fitting else arrays.OUT_IN
    orientation = orientation or arrays.IN_OUT
    orders = _orders(shapes, places, orientation, known)
    if len(orders) == 1:
        return orders[0], orientation
    read = _read(shapes, orientation)
    if known is not None:
        arrays.check_chain([read[key] for key in known], [places[k] for k in known], orientation)
    if orders:
        raise errors.InputError(_two_orders(read, places, *orders))
    other = arrays.IN_OUT if orientation == arrays.OUT_IN else arrays.OUT_IN
    hint = (
        f", or orientation={other!r}, which fits" if _orders(shapes, places, other, known) else ""
    )
    raise errors.InputError(
        f"{_listed(keys, places, read)}: no order lets the fan_out of each layer be the fan_in of "
        f"the next; expected layers=[names from the inputs up]{hint}"
    )


def _read(shapes: Shapes, orientation: str) -> dict[Key, Sequence[int]]:
    """Shapes as [fan_in, fan_out]."""
    turn = -1 if orientation == arrays.OUT_IN else 1
    return {key: shape[::turn] for key, shape in shapes.items()}


def _alike(keys: Sequence[Key]) -> Iterator[list[Key]]:
    """Groups of two or more names that are alike but for one number, in its order."""
    groups: dict[tuple[int, Key, Key], list[Key]] = {}
    for key in keys:
        for at, word in enumerate(key):
            if isinstance(word, Number):
                groups.setdefault((at, key[:at], key[at + 1 :]), []).append(key)
    for (at, _, _), group in groups.items():
        if len(group) > 1:
            yield sorted(group, key=operator.itemgetter(at))


def _numeric_order(keys: Sequence[Key]) -> list[Key] | None:
    """The order that numbers in the names give all of them; None where they do not."""
    if len(keys) == 1:
        return list(keys)
    return next((group for group in _alike(keys) if len(group) == len(keys)), None)


def _orders(
    stored: Shapes, places: Mapping[Key, str], orientation: str, known: Sequence[Key] | None
) -> list[list[Key]]:
    """Up to two orders in which layers chain: the known one if any, or of all that keep to numbers.

    An order of layers in which each fan-out is the next fan-in is a trail over all edges of the
    graph whose nodes are widths and whose edges are layers.
    """
    shapes = _read(stored, orientation)
    if known is not None:
        return [list(known)] if arrays.chains([shapes[key] for key in known]) else []
    before: dict[Key, list[Key]] = {key: [] for key in shapes}
    for group in _alike(list(shapes)):
        for lower, upper in itertools.pairwise(group):
            before[upper].append(lower)
    from_width: dict[int, list[Key]] = {}
    surplus: dict[int, int] = {}
    for key, (fan_in, fan_out) in shapes.items():
        from_width.setdefault(fan_in, []).append(key)
        surplus[fan_in] = surplus.get(fan_in, 0) + 1
        surplus[fan_out] = surplus.get(fan_out, 0) - 1
    # A trail begins at the width that more layers leave than enter, or anywhere if none is such.
    starts = [width for width, extra in surplus.items() if extra > 0]
    if len(starts) > 1 or (starts and surplus[starts[0]] > 1):
        return []
    first = from_width[starts[0]] if starts else list(shapes)
    found: list[list[Key]] = []
    used: dict[Key, None] = {}  # in order
    untried = [iter(first)]
    for _ in range(_MOST_STEPS):
        fitting = (each for each in untried[-1] if _may_follow(each, used, before[each]))
        following = next(fitting, None)
        if following is None:
            untried.pop()
            if not untried:
                return found
            used.popitem()
            continue
        used[following] = None
        if len(used) == len(shapes):
            found.append(list(used))
            if len(found) == 2:
                return found
        untried.append(iter(from_width.get(shapes[following][1], ())))
    raise errors.InputError(
        f"{_listed(list(shapes), places, shapes)}: too many orders to try; expected "
        "layers=[names from the inputs up]"
    )


def _may_follow(key: Key, used: Collection[Key], before: Sequence[Key]) -> bool:
    return key not in used and all(lower in used for lower in before)


def _listed(keys: Sequence[Key], places: Mapping[Key, str], shapes: Shapes) -> str:
    shown = [f"{places[key]} {list(shapes[key])}" for key in keys[:_MOST_LISTED]]
    left = len(keys) - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left else "")


def _undecided(shapes: Shapes, places: Mapping[Key, str], keys: Sequence[Key]) -> str:
    return (
        f"{_listed(keys, places, shapes)}: could be [fan_in, fan_out] or PyTorch's "
        "[fan_out, fan_in]: the shapes fit either way, and no bias of another size decides; "
        "expected orientation='in_out' or 'out_in'"
    )


def _two_orders(
    read: Shapes, places: Mapping[Key, str], one: Sequence[Key], other: Sequence[Key]
) -> str:
    first, second = next(keys for keys in zip(one, other, strict=True) if keys[0] != keys[1])
    return (
        f"{places[first]} {list(read[first])}: {places[second]} {list(read[second])} can stand in "
        "its place, so that neither names nor shapes give one order of the layers; expected "
        "layers=[names from the inputs up]"
    )
