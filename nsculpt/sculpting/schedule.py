"""How far to prune next: the step-halving schedule (section 3, DESIGN 4.3), exact, on the host."""

import dataclasses
from fractions import Fraction


@dataclasses.dataclass(frozen=True)
class Schedule:
    """Where one pruning phase stands. Percents are exact fractions of all `num_ranked` items.

    Example:
      >>> schedule = begin(num_ranked=4, step=Fraction(50))
      >>> schedule.target, schedule.k
      (Fraction(50, 1), 1)
      >>> schedule = decide(schedule, accepted=False)
      >>> schedule.target, schedule.k, schedule.done
      (Fraction(25, 1), 0, False)
      >>> decide(schedule, accepted=False).done
      True
    """

    num_ranked: int  # hidden units, or edges of the unpruned network: dead ones count
    accepted: Fraction  # the last accepted target, in percent; at first, where the phase starts
    step: Fraction  # in percent
    done: bool = False

    @property
    def smallest(self) -> Fraction:
        """One unit or edge, in percent."""
        return Fraction(100, self.num_ranked)

    @property
    def target(self) -> Fraction:
        """The percent to be pruned in the next round."""
        return self.accepted + self.step

    @property
    def k(self) -> int:
        """Rank, from 0, of the saliency at the target's percentile: all up to it are pruned."""
        return int(self.target * (self.num_ranked - 1) / 100)


def begin(num_ranked: int, step: Fraction, start: Fraction = Fraction(0)) -> Schedule:
    """The schedule before the first round of a phase.

    Args:
      num_ranked: how many units or edges are ranked, >= 1.
      step: percent of them to prune a round, > 0; below the smallest step it is used as given.
      start: percent that is pruned already, in [0, 100].
    """
    return _skip_whole(Schedule(num_ranked, accepted=start, step=step))


def decide(schedule: Schedule, accepted: bool) -> Schedule:
    """The schedule after a round: go on at the same step, or go back and halve it, or stop."""
    if accepted:
        return _skip_whole(dataclasses.replace(schedule, accepted=schedule.target))
    return _skip_whole(_reject(schedule))


def _reject(schedule: Schedule) -> Schedule:
    if schedule.step <= schedule.smallest:
        return dataclasses.replace(schedule, done=True)
    return dataclasses.replace(schedule, step=max(schedule.step / 2, schedule.smallest))


def _skip_whole(schedule: Schedule) -> Schedule:
    """A target of 100 percent or more leaves no network: rejected without training."""
    while not schedule.done and schedule.target >= 100:
        schedule = _reject(schedule)
    return schedule
