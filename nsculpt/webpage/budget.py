"""What a page of a run has room for."""

import json
from collections.abc import Sequence
from typing import Any

# Bytes of the data in a page, which has to stay below 5 MB with its text and scripts.
MOST_BYTES = 4_700_000


class Pool:
    """The networks of a page, equal ones once, and the bytes that are left.

    Args:
      most: bytes of data.

    Example:
      >>> pool = Pool(20)
      >>> [pool.add([name]) for name in ({"a": 1}, {"b": 1}, {"a": 1})], pool.networks
      ([[0], [1], [0]], [{'a': 1}, {'b': 1}])
      >>> pool.add([{"a": 1}, {"c": 1}]), pool.add([{"a": 1}, {"c": 1}], in_any_case=True)
      (None, [0, 2])
    """

    def __init__(self, most: int = MOST_BYTES):
        self.left = most
        self.networks: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}

    def add(
        self,
        networks: Sequence[dict[str, Any] | None],
        beside: Any = None,
        in_any_case: bool = False,
    ) -> list[int | None] | None:
        """Takes some networks, all or none.

        Args:
          networks: to be taken; None stands for none.
          beside: what else of the page comes with them, if anything.
          in_any_case: whether to take them if there is no room.

        Returns:
          The position of each in `networks`, or None where there is no room.
        """
        texts = [None if each is None else _text(each) for each in networks]
        new = {text for text in texts if text is not None and text not in self._numbers}
        needed = sum(len(text) + 1 for text in new) + (0 if beside is None else len(_text(beside)))
        if needed > self.left and not in_any_case:
            return None
        self.left -= needed
        for each, text in zip(networks, texts, strict=True):
            if each is not None and text is not None and text not in self._numbers:
                self._numbers[text] = len(self.networks)
                self.networks.append(each)
        return [None if text is None else self._numbers[text] for text in texts]


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
