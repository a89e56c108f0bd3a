"""Analyses of the networks of trajectories, kept in a file so that none is made twice."""

import contextlib
import hashlib
import importlib.metadata
import json
import pathlib
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from nsculpt import analysis as analysis_lib
from nsculpt import atomic, trajectory
from nsculpt.analysis import connectivity, hierarchy, result
from nsculpt.exchange import json_writer

_DIGITS = 64  # of a SHA-256
# What analyses of another form were seen to raise.
_FOREIGN = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)


class Cache:
    """Analyses kept in a file, which may be missing, of other networks or settings, or damaged.

    What is kept of an analysis is found by the SHA-256 of the live edges, of the settings and of
    the code that analyses, so that none is taken for another.

    Args:
      path: of the file.
      names: `input_names` and `output_names` of the analyses.
      settings: `path_length` and the other arguments of `analyze` that decide about modules.

    Example:
      >>> import tempfile
      >>> with tempfile.TemporaryDirectory() as folder:
      ...     cache = Cache(pathlib.Path(folder, "kept"), {}, {"path_length": 1})
      ...     first = cache.analyse([np.eye(2, dtype=bool)])
      ...     cache.save()
      ...     again = Cache(pathlib.Path(folder, "kept"), {}, {"path_length": 1})
      ...     again.analyse([np.eye(2, dtype=bool)]).to_json() == first.to_json()
      True
    """

    def __init__(self, path: pathlib.Path, names: dict[str, Any], settings: dict[str, Any]):
        self._path = path
        self._names = names
        self._settings = [_code(), sorted(settings.items())]
        self._analyse = trajectory.analyser(**settings, **names)
        self._kept = _kept(path)
        self._used: dict[str, dict[str, Any]] = {}

    def analyse(self, edges: Sequence[np.ndarray]) -> result.Analysis | None:
        """The modules of a network; see `trajectory.Analyse`."""
        live_units, live_edges = connectivity.live(edges)
        if not len(live_units[0]):
            return None
        digest = self._digest(live_edges)
        kept = self._used.get(digest) or self._kept.get(digest)
        analysis = None
        if kept is not None:
            # As somebody else wrote it, who signed it too, it may be of another form.
            with contextlib.suppress(*_FOREIGN):
                analysis = self._restored(kept, edges, live_units, live_edges)
        if kept is None or analysis is None:
            analysis = self._analyse(edges)
            assert analysis is not None  # some input is live
            kept = _to_keep(analysis)
        self._used[digest] = kept
        return analysis

    def _restored(
        self,
        kept: dict[str, Any],
        edges: Sequence[np.ndarray],
        live_units: list[np.ndarray],
        live_edges: list[np.ndarray],
    ) -> result.Analysis:
        within = connectivity.between_live(live_units, live_edges)
        clusters, modules = _labels(kept)
        for labels in (clusters, modules):
            if [len(each) for each in labels] != [len(units) for units in live_units]:
                raise ValueError("labels of other units")
        return result.Analysis(
            layer_sizes=(edges[0].shape[0], *(mask.shape[1] for mask in edges)),
            edges=live_edges,
            live_units=live_units,
            clusters=clusters,
            modules=modules,
            hierarchy=hierarchy.module_graph(within, live_units, modules),
            scores=None,
            **kept["settings"],
            **self._names,
            tied_layers=tuple(kept["tied_layers"]),
            ambiguous=kept["ambiguous"],
            alternatives=[
                result.Alternative(*_labels(other), share=other["share"])
                for other in kept["alternatives"]
            ],
            num_permutations=int(kept["num_permutations"]),
        )

    def save(self) -> None:
        """Keeps the analyses that were asked for, and no others.

        A folder that cannot be written to is no fault: the analyses are then made again.
        """
        if self._used == self._kept:
            return
        with contextlib.suppress(OSError), atomic.replacing(self._path) as file:
            file.write(encode(self._used))

    def _digest(self, live_edges: Sequence[np.ndarray]) -> str:
        shapes = [mask.shape for mask in live_edges]
        digest = hashlib.sha256(json.dumps([*self._settings, shapes]).encode())
        for mask in live_edges:
            digest.update(np.packbits(mask).tobytes())
        return digest.hexdigest()


def _code() -> str:
    """Digest of the code of the analysis, with the version of the package that clusters for it."""
    digest = hashlib.sha256(importlib.metadata.version("scipy").encode())
    for path in sorted(pathlib.Path(analysis_lib.__path__[0]).glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def encode(kept: dict[str, dict[str, Any]]) -> bytes:
    """The content of the file: a SHA-256, and the compressed JSON that it is of.

    Args:
      kept: by digest, what `_to_keep` gives of an analysis.

    Example:
      >>> zlib.decompress(encode({})[64:])
      b'{}'
    """
    content = zlib.compress(json.dumps(kept, separators=(",", ":")).encode())
    return hashlib.sha256(content).hexdigest().encode() + content


def _kept(path: pathlib.Path) -> dict[str, Any]:
    """What a file keeps; nothing where it is not as it was written."""
    if not path.is_file():  # to read a pipe would wait for ever
        return {}
    try:
        content = path.read_bytes()
        if hashlib.sha256(content[_DIGITS:]).hexdigest().encode() != content[:_DIGITS]:
            return {}
        return dict(json.loads(zlib.decompress(content[_DIGITS:])))
    except (OSError, ValueError, TypeError, RecursionError, zlib.error):
        return {}


def _to_keep(analysis: result.Analysis) -> dict[str, Any]:
    """What an analysis has beyond the network and its names."""
    return {
        "settings": {name: getattr(analysis, name) for name in json_writer.SETTINGS},
        "clusters": json_writer.lists(analysis.clusters),
        "modules": json_writer.lists(analysis.modules),
        "tied_layers": list(analysis.tied_layers),
        "ambiguous": bool(analysis.ambiguous),
        "alternatives": [
            {
                "clusters": json_writer.lists(other.clusters),
                "modules": json_writer.lists(other.modules),
                "share": float(other.share),
            }
            for other in analysis.alternatives
        ],
        "num_permutations": int(analysis.num_permutations),
    }


def _labels(kept: dict[str, Any]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Clusters and modules."""
    clusters, modules = (
        [np.array(labels, np.int64) for labels in kept[name]] for name in ("clusters", "modules")
    )
    return clusters, modules
