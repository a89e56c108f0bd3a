"""trajectories.npz of a run folder: how each selected network came to be."""

import itertools
import pathlib
import zipfile
from collections.abc import Iterable, Mapping
from typing import NoReturn

import numpy as np

from nsculpt import atomic, errors, trajectory
from nsculpt.networks import arrays, entries, files

_COLUMNS = ("seed", "unit_step", "edge_step", "num_bits")
# What is asked of the rounds: field -> kind of number. The rest is for readers of the file.
_FIELDS = {
    "phase": "i",
    "target": "f",
    "step": "f",
    "wrong_bits": "i",
    "live_hidden_units": "i",
    "alive_edges": "i",
    "accepted": "b",
}
_EXPECTED = "expected trajectories.npz as a run writes it"


def write(path: pathlib.Path, histories: Iterable[trajectory.History]) -> None:
    """Writes the histories of the selected networks; equal ones give equal bytes.

    Memory holds one of them at a time.

    Args:
      path: of the file, which is written whole or not at all.
      histories: of one seed each; none where nothing was accepted.

    The file is an npz with, for each seed s, `seed_<s>_rounds` [R] (of `sculpting.jobs.ROUND`: the
    rounds that led to its selected network, rejected ones too) and for each weight layer l
    `seed_<s>_removed_at_<l>` [fan_in, fan_out] (int16: the row of the rounds that took an edge, 0
    while alive); and with `seed` [S], `unit_step` [S] and `edge_step` [S] (percent) and `num_bits`
    [S] (of the validation data: rows x outputs). So `(removed_at == 0) | (removed_at > r)` is the
    network of an accepted row r, and of row 0, the dense one.
    """
    columns: list[tuple[float, ...]] = []
    with (
        atomic.replacing(path) as file,
        # NumPy's own writer wants all arrays at once; the members are as it writes them, of 1980.
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):

        def add(name: str, array: np.ndarray) -> None:
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, (1, 0), allow_pickle=False)

        for each in histories:
            add(f"seed_{each.seed}_rounds", each.rounds)
            for layer, removed in enumerate(each.removed_at):
                add(f"seed_{each.seed}_removed_at_{layer}", removed)
            columns.append((each.seed, each.unit_step, each.edge_step, each.num_bits))
        types = (np.int64, np.float64, np.float64, np.int64)
        for place, (name, dtype) in enumerate(zip(_COLUMNS, types, strict=True)):
            add(name, np.array([column[place] for column in columns], dtype))


def read(path: pathlib.Path) -> list[trajectory.History]:
    """The histories of a file that `write` wrote, in its order.

    Raises:
      InputError: naming file and array, where it is damaged, or is no such file.
    """
    try:
        with files.opened(files.existing(path)) as named:
            return _histories(named, f"{files.place_of(path)}: ")
    except errors.InputError as error:
        message = str(error).replace(files.EXPECTED, _EXPECTED)
        raise errors.InputError(message) from error


def _histories(named: Mapping[str, entries.Entry], place: str) -> list[trajectory.History]:
    columns = [_column(named, name, place) for name in _COLUMNS]
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        _refuse(f"{place}{', '.join(_COLUMNS)}", "as many values in each", sorted(lengths))
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    if len({seed for seed, *_ in rows}) < len(rows):
        _refuse(f"{place}seed", "each seed once", [seed for seed, *_ in rows])
    histories = [_history(named, place, *row) for row in rows]
    for each in histories[1:]:
        expected, got = (
            ", ".join(str(list(removed.shape)) for removed in history.removed_at)
            for history in (histories[0], each)
        )
        if got != expected:
            first = f"layers of the sizes of seed {histories[0].seed}, {expected}"
            _refuse(f"{place}seed_{each.seed}_removed_at_0", first, got)
    return histories


def _history(
    named: Mapping[str, entries.Entry],
    place: str,
    seed: int,
    unit_step: float,
    edge_step: float,
    num_bits: int,
) -> trajectory.History:
    if seed < 0 or num_bits < 1 or not (0 < unit_step <= 100 and 0 < edge_step <= 100):
        values = (seed, unit_step, edge_step, num_bits)
        _refuse(f"{place}{', '.join(_COLUMNS)}", "a seed, two percents above 0, a number", values)
    prefix = f"seed_{seed}_"
    rounds = _read(named, f"{prefix}rounds", place)
    _check_rounds(rounds, num_bits, f"{place}{prefix}rounds")
    removed_at = []
    for layer in itertools.count():
        name = f"{prefix}removed_at_{layer}"
        if layer and name not in named:
            break
        removed = _read(named, name, place)
        if removed.dtype != np.int16:
            _refuse(f"{place}{name}", "int16", removed.dtype)
        arrays.check_shape(removed.shape, f"{place}{name}")
        if removed.min() < 0 or removed.max() >= len(rounds):
            expected = f"rows of {prefix}rounds, 0 to {len(rounds) - 1}"
            _refuse(f"{place}{name}", expected, f"{removed.min()} to {removed.max()}")
        removed_at.append(removed)
    places = [f"{place}{prefix}removed_at_{layer}" for layer in range(len(removed_at))]
    arrays.check_chain([removed.shape for removed in removed_at], places, arrays.IN_OUT)
    found = trajectory.History(seed, unit_step, edge_step, num_bits, removed_at, rounds)
    _check_counts(found, f"{place}{prefix}rounds")
    return found


def _check_rounds(rounds: np.ndarray, num_bits: int, place: str) -> None:
    named = set(rounds.dtype.names or ())
    if rounds.ndim != 1 or not rounds.size or not named.issuperset(_FIELDS):
        _refuse(place, f"rounds with the fields {', '.join(_FIELDS)}", rounds.dtype)
    for name, kind in _FIELDS.items():
        if rounds[name].dtype.kind != kind or rounds[name].ndim != 1:
            _refuse(f"{place}: {name}", "one number a round", rounds.dtype[name])
    phases, wrong = rounds["phase"], rounds["wrong_bits"]
    known = phases[0] == 0 and (phases[1:] > 0).all() and (phases < len(trajectory.PHASES)).all()
    if not known or (np.diff(phases) < 0).any():
        _refuse(f"{place}: phase", "one dense round (0), then unit (1), then edge (2)", phases)
    if wrong.min() < 0 or wrong.max() > num_bits:
        _refuse(f"{place}: wrong_bits", f"0 to {num_bits}", f"{wrong.min()} to {wrong.max()}")
    for name in ("target", "step"):
        if not np.isfinite(rounds[name]).all():
            _refuse(f"{place}: {name}", "finite percents", "others")


def _check_counts(history: trajectory.History, place: str) -> None:
    """Refuses rounds that took other numbers of edges than they say."""
    taken = np.zeros(len(history.rounds), np.int64)
    for removed in history.removed_at:
        taken += np.bincount(removed.ravel(), minlength=len(taken))
    num_edges = int(taken.sum())
    taken[0] = 0  # these are alive
    alive = num_edges - np.cumsum(taken)
    accepted = set(history.rows)
    for row in range(len(taken)):
        if row in accepted and alive[row] != history.rounds["alive_edges"][row]:
            got = history.rounds["alive_edges"][row]
            _refuse(f"{place}[{row}]: alive_edges", f"{alive[row]}, by removed_at", got)
        if row not in accepted and taken[row]:
            _refuse(f"{place}[{row}]", "a round that takes edges to be accepted", "one that is not")


def _column(named: Mapping[str, entries.Entry], name: str, place: str) -> np.ndarray:
    column = _read(named, name, place)
    kinds = "f" if name.endswith("step") else "iu"
    if column.ndim != 1 or column.dtype.kind not in kinds or column.dtype.itemsize > 8:
        _refuse(f"{place}{name}", "one number a seed", f"{column.dtype} {list(column.shape)}")
    return column


def _read(named: Mapping[str, entries.Entry], name: str, place: str) -> np.ndarray:
    if name not in named:
        raise errors.InputError(f"{place}no array {name}; {_EXPECTED}")
    return np.asarray(named[name].read(None))


def _refuse(place: str, expected: str, got: object) -> NoReturn:
    shown = arrays.shown(" ".join(str(got).split()))
    raise errors.InputError(f"{place}: expected {expected}; got {shown}")
