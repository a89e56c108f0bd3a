"""Benchmarks and comparisons: `python -m launch.bench analysis`, or `--help`."""

import functools
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from launch import bench_analysis, ending, flags, interrupts
from nsculpt import errors, registry
from nsculpt.planted import study

_METHODS: Sequence[tuple[str, dict[str, Any]]] = (
    ("default (outgoing, modularity)", {}),
    ("features incoming", {"features": "incoming"}),
    ("features both", {"features": "both"}),
    ("features weighted", {"features": "weighted"}),
    ("clustering silhouette", {"clustering": "silhouette"}),
    ("clustering louvain", {"clustering": "louvain"}),
)
_TOPICS = {
    "analysis: how long nsculpt.analyze takes": (
        flags.Flag("folder", str, "DIR", """Folder with the published networks,
            networks.jsonl.gz; without it they are left out."""),
        flags.Flag("json", None, "", "Print JSON, with machine and versions."),
    ),
    "planted: ways to find modules compared, on networks whose modules are known": (
        flags.Flag("num_networks", flags.integer, "200", "How many, at least 1. Default 200."),
    ),
    "Running": ending.COMMON,
}  # fmt: skip
_SUMMARY = "Measures nsculpt: `analysis` its speed, `planted` how well it finds planted modules."


def _analysis(parser: flags.Parser) -> None:
    measured = bench_analysis.measure(parser["folder"])
    as_text = functools.partial(json.dumps, indent=2) if parser["json"] else bench_analysis.table
    print(as_text(measured))


def _planted(parser: flags.Parser) -> None:
    num_networks = 200 if parser["num_networks"] is None else parser["num_networks"]
    if num_networks < 1:
        raise errors.InputError(f"num_networks={num_networks}: expected at least 1", "num_networks")
    print(study.table(study.compare(_METHODS, num_networks)))


# Name -> what it does, and the flags that say something of it.
_BENCHMARKS: dict[str, tuple[Callable[[flags.Parser], None], tuple[str, ...]]] = {
    "analysis": (_analysis, ("folder", "json")),
    "planted": (_planted, ("num_networks",)),
}


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 0 done, 1 failed, 2 bad input, 130 interrupted."""
    names = [argument for argument in arguments[:1] if not argument.startswith("-")]

    def run(parser: flags.Parser) -> None:
        choice = f"expected a benchmark first: {' or '.join(_BENCHMARKS)}"
        if not names:
            raise errors.InputError(f"{choice} (see --help)")
        if names[0] not in _BENCHMARKS:
            hint = registry.nearest(names[0], _BENCHMARKS)
            raise errors.InputError(f"unknown benchmark {names[0]!r}; {hint}")
        work, own = _BENCHMARKS[names[0]]
        for other in ("folder", "json", "num_networks"):
            if parser[other] and other not in own:
                raise errors.InputError(f"{other}: says nothing of {names[0]}", other)
        work(parser)

    parser = flags.Parser("python -m launch.bench NAME", _SUMMARY, _TOPICS)
    return ending.run(parser, arguments[len(names) :], run)


if __name__ == "__main__":
    interrupts.install()
    sys.exit(main(sys.argv[1:]))
