"""The records of finished jobs, read from where they are kept when they are asked for."""

from collections.abc import Iterator, Mapping, Sequence

from nsculpt.sculpting import jobs, queue

# Held in memory once read: all records of small networks, and some of large ones.
_MOST_BYTES = 2**28


class Records(Mapping[jobs.Job, jobs.Record]):
    """The records of these jobs; the first that have room stay in memory.

    Args:
      store: has the record of each job.
      wanted: the jobs, in order.

    Raises:
      OSError: where a record is looked up that the store has lost.

    Example:
      >>> job, store = jobs.Job(0), queue.Memory()
      >>> list(Records(store, [job])), job in Records(store, [])
      ([Job(seed=0, unit_step=0, edge_step=0)], False)
    """

    def __init__(self, store: queue.Finished, wanted: Sequence[jobs.Job]):
        self._store = store
        self._held: dict[jobs.Job, jobs.Record | None] = dict.fromkeys(wanted)
        self._room = _MOST_BYTES

    def __getitem__(self, job: jobs.Job) -> jobs.Record:
        held = self._held[job]
        if held is not None:
            return held
        record = self._store.get(job)
        if record is None:
            raise queue.lost(job)
        if record.nbytes <= self._room:
            self._room -= record.nbytes
            self._held[job] = record
        return record

    def __contains__(self, job: object) -> bool:
        return job in self._held  # a Mapping would look the record up

    def __iter__(self) -> Iterator[jobs.Job]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)
