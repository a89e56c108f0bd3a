"""Records of finished jobs: held in memory as far as there is room."""

import numpy as np
import pytest

from nsculpt import records
from nsculpt.sculpting import jobs


def test_records_are_held_as_far_as_there_is_room(monkeypatch):
    class Store(dict):
        asked = 0

        def get(self, job):
            self.asked += 1
            return super().get(job)

    arrays = [np.zeros((5, 10), np.float32)], [np.zeros(10, np.float32)], [np.zeros((5, 10), "i2")]
    record = jobs.Record(*arrays, np.zeros(1, jobs.ROUND), jobs.ACCEPTED)  # 340 bytes
    wanted = [jobs.Job(seed) for seed in range(3)]
    store = Store(dict.fromkeys(wanted, record))
    monkeypatch.setattr(records, "_MOST_BYTES", 700)
    kept = records.Records(store, wanted)
    assert list(kept) == wanted
    assert store.asked == 0
    for _ in range(4):
        assert [found for _, found in kept.items()] == [record] * 3
    assert store.asked == 3 + 3 * 1
    assert jobs.Job(3) not in kept
    with pytest.raises(KeyError):
        kept[jobs.Job(3)]
    store.clear()
    assert kept[jobs.Job(0)] is record
    with pytest.raises(FileNotFoundError, match="its file is lost"):
        kept[jobs.Job(2)]
