"""The paper's figures as this package ships them, in data/paper.json."""

import functools
import importlib.resources
import json
from typing import Any


@functools.cache
def load() -> dict[str, Any]:
    """The content of data/paper.json: `source`, `success_rates`, `alive_edges`, what they rest on.

    Example:
      >>> load()["success_rates"]["exemplars"]["reused"]
      [0.0, 1.0, 0.92]
    """
    file = importlib.resources.files("nsculpt").joinpath("data/paper.json")
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content
