"""How long an analysis takes, and how much memory: the cases of `launch.bench analysis`."""

import itertools
import multiprocessing
import os
import platform
import resource
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

import nsculpt
from nsculpt import errors
from nsculpt.paper import published as published_lib

_SEEDS = range(5)
# Read when a process first loads NumPy; one thread each.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_WIDE = (1568, 392, 392, 3)
_WIDE_LIVE = (620, 26, 18, 3)
_DEEP = (1568, 1568, 1568, 1568, 1568, 3)
_DEEP_SHARE = 0.002


def wide_masks(seed: int) -> list[np.ndarray]:
    """Masks 1568-392-392-3 with 620 live inputs, 26 and 18 live hidden units.

    Each live unit sends edges to one to three live units above, each hidden one gets at least one.

    Example:
      >>> [mask.shape for mask in wide_masks(0)]
      [(1568, 392), (392, 392), (392, 3)]
    """
    rng = np.random.default_rng(seed)
    live = [
        np.sort(rng.choice(size, num, replace=False))
        for size, num in zip(_WIDE, _WIDE_LIVE, strict=True)
    ]
    masks = []
    for layer, shape in enumerate(itertools.pairwise(_WIDE)):
        mask = np.zeros(shape, bool)
        for unit in live[layer]:
            mask[unit, rng.choice(live[layer + 1], rng.integers(1, 4), replace=False)] = True
        for unit in live[layer + 1]:
            mask[rng.choice(live[layer]), unit] = True
        masks.append(mask)
    return masks


def deep_masks(seed: int) -> list[np.ndarray]:
    """Masks 1568-1568-1568-1568-1568-3 with 0.2 percent of the edges alive, at random.

    Example:
      >>> len(deep_masks(0))
      5
    """
    rng = np.random.default_rng(seed)
    return [rng.random(shape) < _DEEP_SHARE for shape in itertools.pairwise(_DEEP)]


def _timed(networks: Iterator[tuple[Any, Mapping[str, Any]]]) -> list[float]:
    seconds = []
    for network, settings in networks:
        began = time.perf_counter()
        nsculpt.analyze(network, **settings)
        seconds.append(time.perf_counter() - began)
    return seconds


def _published(folder: str) -> list[float]:
    networks = published_lib.read(os.path.join(folder, "networks.jsonl.gz"))
    cases = [(each.masks, {"path_length": each.path_length}) for each in networks]
    _timed(iter(cases[:50]))  # what is loaded at first use
    return _timed(iter(cases))


def _random(masks: Callable[[int], list[np.ndarray]]) -> list[float]:
    _timed(iter([(masks(0), {})]))  # what is loaded at first use
    return _timed((masks(seed), {}) for seed in _SEEDS)


_CASES: dict[str, tuple[Callable[[str], list[float]], str]] = {
    "published": (_published, "a published network"),
    "wide": (lambda _: _random(wide_masks), "1568-392-392-3, 620 live inputs"),
    "deep": (lambda _: _random(deep_masks), "1568 five times, then 3: 0.2 % alive"),
}


def _work(name: str, folder: str, pipe: Any) -> None:
    """In a process of its own, so that the peak memory is that of this case."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # its parent ends it
    try:
        seconds = _CASES[name][0](folder)
    except errors.InputError as error:
        pipe.send(error)
        return
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pipe.send((seconds, peak * (1 if sys.platform == "darwin" else 1024)))


def measure(folder: str | None) -> dict[str, Any]:
    """Times every case in one thread, each in a new process.

    Args:
      folder: of the published networks; None leaves them out.

    Returns:
      `cases`: for each, `what`, `runs`, seconds `median`, `least`, `greatest`, and `peak_bytes` of
      the whole process; and `machine`, `versions`.

    Raises:
      InputError: the published networks cannot be read.
    """
    cases = {}
    os.environ.update(_ONE_THREAD)
    context = multiprocessing.get_context("spawn")
    for name, (_, what) in _CASES.items():
        if name == "published" and folder is None:
            continue
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(name, folder or "", theirs))
        process.start()
        theirs.close()
        try:
            answer = ours.recv()
        except EOFError:
            process.join()
            answer = errors.InputError(f"{what}: its process ended with status {process.exitcode}")
        finally:
            process.terminate()  # it has said all, or this one is interrupted
            process.join()
        if isinstance(answer, errors.InputError):
            raise answer
        seconds, peak = answer
        cases[name] = {
            "what": what,
            "runs": len(seconds),
            "median": statistics.median(seconds),
            "least": min(seconds),
            "greatest": max(seconds),
            "peak_bytes": peak,
        }
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    machine = {"system": platform.system(), "machine": platform.machine(), "threads": 1}
    return {"cases": cases, "machine": machine, "versions": versions}


def table(measured: Mapping[str, Any]) -> str:
    """What was measured, as text in 80 columns."""
    lines = [f"{'milliseconds an analysis, one thread':<37} runs  median   least  greatest    peak"]
    for case in measured["cases"].values():
        times = "".join(
            f"{1000 * case[key]:>{width}.1f}"
            for key, width in (("median", 8), ("least", 8), ("greatest", 10))
        )
        peak = f"{case['peak_bytes'] / 1e6:.0f} MB"
        lines.append(f"{case['what']:<37}{case['runs']:>5}{times}{peak:>8}")
    if "published" not in measured["cases"]:
        lines.append("(published networks left out: --folder=DIR says where they are)")
    return "\n".join(lines)
