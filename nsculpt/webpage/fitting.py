"""Which networks and trajectories stand in a page; the rest is left out, in a fixed order."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nsculpt import text as text_lib
from nsculpt.webpage import budget, courses, drawings, run_files

# As from `courses.course`; None for a seed without one.
_Course = dict[str, Any] | None


class Fitted(NamedTuple):
    """What a page has room for."""

    networks: list[dict[str, Any]]
    of_runs: list[int | None]  # for each run the position of its network
    courses: list[_Course]  # for each seed; networks as positions
    left_out: list[str]  # sentences


def fit(
    found: run_files.RunFiles,
    drawing: drawings.Drawings,
    traced: Sequence[_Course],
    room: int,
) -> Fitted:
    """Takes what there is room and time for.

    The first to be left out are networks of runs that are neither selected nor as sparse, from the
    least sparse on; then steps of trajectories at which no module changes; then whole trajectories,
    from the last seed on; then the other sparsest networks. The selected networks stay.

    Args:
      found: what the run folder says.
      drawing: draws its networks.
      traced: for each seed as from `courses.course`, or None.
      room: bytes.
    """
    runs, of_run = found.summary["runs"], found.networks.of_run
    pool = budget.Pool(room)
    of_network: dict[int, int | None] = {}
    by_time, by_room = 0, 0

    def take(places: Sequence[int], in_any_case: bool = False) -> None:
        nonlocal by_time, by_room
        for number in dict.fromkeys(of_run[place] for place in places):
            if number in of_network:
                continue
            of_network[number] = None
            try:
                drawn = drawing.draw(number)
            except drawings.TooMuchError:
                by_time += 1
                continue
            added = pool.add([drawn], in_any_case=in_any_case)
            if added is None:
                by_room += 1
            else:
                of_network[number] = added[0]

    order = sorted(range(len(runs)), key=lambda place: _rank(runs[place]))
    take([place for place in order if runs[place]["selected"]], in_any_case=True)
    take([place for place in order if runs[place]["tied"]])
    taken, sentences = _courses(traced, found.summary["selected"], pool)
    take(order)
    for count, why in (
        (by_time, "for the time that analysing them takes"),
        (by_room, "to keep this page small"),
    ):
        if count:
            networks = text_lib.counted(count, "network")
            sentences.append(
                f"The drawings of {networks}, the least sparse, are left out {why}; the table "
                "says how to draw one."
            )
    return Fitted(pool.networks, [of_network[number] for number in of_run], taken, sentences)


def _rank(run: dict[str, Any]) -> tuple[bool, int]:
    return run["structure"] is None, run["alive_edges"]


def _courses(
    traced: Sequence[_Course], selected: Sequence[Mapping[str, Any]], pool: budget.Pool
) -> tuple[list[_Course], list[str]]:
    whole = _taken(traced, pool)
    if whole is not None:
        return whole, []
    found: list[_Course] = []
    for each, chosen in zip(traced, selected, strict=True):
        short = None
        if each is not None:
            told = chosen["trajectory"]["steps"]
            short = {"steps": courses.without_pauses(each["steps"], told)}
        found += _taken([short], pool) or [None]
    said = ["Steps of the trajectories at which no module changes are left out"]
    lost = sum(each is not None for each in traced) - sum(each is not None for each in found)
    if lost:
        said.append(f"and so are the trajectories of {text_lib.counted(lost, 'seed')}")
    return found, [f"{', '.join(said)}, to keep this page small."]


def _taken(traced: Sequence[_Course], pool: budget.Pool) -> list[_Course] | None:
    """Trajectories with the positions of their networks; None where there is no room for all."""
    steps = [step for each in traced if each is not None for step in each["steps"]]
    bare = [{**step, "network": None} for step in steps]
    places = pool.add([step["network"] for step in steps], bare)
    if places is None:
        return None
    numbers = iter(places)
    return [
        None
        if each is None
        else {"steps": [{**step, "network": next(numbers)} for step in each["steps"]]}
        for each in traced
    ]
