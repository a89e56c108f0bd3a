"""Neural Sculpting in JAX: find the sub-functions of a task, and their hierarchy.

The names below are loaded when they are first used, so that `nsculpt.analyze` needs no jax.
"""

import importlib
from typing import TYPE_CHECKING, Any

from nsculpt._version import __version__

if TYPE_CHECKING:
    from nsculpt.analysis import Analysis, analyze
    from nsculpt.analysis.clustering import register_clustering
    from nsculpt.analysis.features import register_features
    from nsculpt.errors import FolderInUseError, InputError
    from nsculpt.experiment import sculpt
    from nsculpt.networks import Network, load_network
    from nsculpt.scores.difference import Difference, difference
    from nsculpt.sculpting.saliency import register_edge_saliency, register_unit_saliency
    from nsculpt.sculpture import Sculpture
    from nsculpt.tasks import FunctionGraph, Task, Truth, load_task, register_task

__all__ = [
    "Analysis",
    "Difference",
    "FolderInUseError",
    "FunctionGraph",
    "InputError",
    "Network",
    "Sculpture",
    "Task",
    "Truth",
    "__version__",
    "analyze",
    "difference",
    "load_network",
    "load_task",
    "register_clustering",
    "register_edge_saliency",
    "register_features",
    "register_task",
    "register_unit_saliency",
    "sculpt",
]

_HOMES = {
    "Analysis": "nsculpt.analysis",
    "Difference": "nsculpt.scores.difference",
    "FolderInUseError": "nsculpt.errors",
    "FunctionGraph": "nsculpt.tasks",
    "InputError": "nsculpt.errors",
    "Network": "nsculpt.networks",
    "Sculpture": "nsculpt.sculpture",
    "Task": "nsculpt.tasks",
    "Truth": "nsculpt.tasks",
    "analyze": "nsculpt.analysis",
    "difference": "nsculpt.scores.difference",
    "load_network": "nsculpt.networks",
    "load_task": "nsculpt.tasks",
    "register_clustering": "nsculpt.analysis.clustering",
    "register_edge_saliency": "nsculpt.sculpting.saliency",
    "register_features": "nsculpt.analysis.features",
    "register_task": "nsculpt.tasks",
    "register_unit_saliency": "nsculpt.sculpting.saliency",
    "sculpt": "nsculpt.experiment",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nsculpt' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
