"""Benchmarks and comparisons: `python -m launch.bench analysis`, or `--help`."""

from launch import interrupts

if __name__ == "__main__":  # before what follows, which takes a second
    interrupts.install("python -m launch.bench: interrupted")

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from launch import (
    bench_analysis,
    bench_compaction,
    bench_mnist,
    bench_sweep,
    ending,
    flags,
    task_flags,
)
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
# Flags of launch.main that say what is swept.
_GIVEN = {
    "task": "NAME",
    "hidden": "24,24",
    "seeds": "0,1",
    "unit_steps": "5:70:5",
    "edge_steps": "0.5:2.5:0.5",
}
_TOPICS = {
    "analysis: how long nsculpt.analyze takes": (
        flags.Flag("folder", str, "DIR", """Folder with the published networks,
            networks.jsonl.gz; without it they are left out."""),
        flags.Flag("json", None, "", "Print JSON, with machine and versions."),
    ),
    "planted: ways to find modules compared, on networks whose modules are known": (
        flags.Flag("num_networks", flags.integer, "200", "How many, at least 1. Default 200."),
    ),
    "sweep: how fast networks are trained and pruned": (
        *(
            flags.Flag(name, str, hint, "As for launch.main. Without any of these, standard cases.")
            for name, hint in _GIVEN.items()
        ),
    ),
    "compaction: edge rounds on smaller and on whole arrays (--task, --hidden, --seeds)": (),
    "mnist: how fast a vision network of the paper is trained (--hidden)": (task_flags.MNIST_DIR,),
    "Running": ending.COMMON,
}  # fmt: skip
_SUMMARY = """Measures nsculpt: `analysis`, `sweep` and `mnist` their speed, `compaction` what
    smaller arrays gain and move, `planted` how well it finds planted modules."""


def _analysis(parser: flags.Parser) -> None:
    _print(parser, bench_analysis.measure(parser["folder"]), bench_analysis.table)


def _sweep(parser: flags.Parser) -> None:
    given = [f"--{name}={parser[name]}" for name in _GIVEN if parser[name]]
    _print(parser, bench_sweep.measure(given), bench_sweep.table)


def _compaction(parser: flags.Parser) -> None:
    hidden, seeds = (_integers(parser, name) for name in ("hidden", "seeds"))
    measured = bench_compaction.measure(parser["task"], hidden, seeds)
    _print(parser, measured, bench_compaction.table)


def _mnist(parser: flags.Parser) -> None:
    measured = bench_mnist.measure(parser["mnist_dir"], _integers(parser, "hidden"))
    _print(parser, measured, bench_mnist.table)


def _integers(parser: flags.Parser, name: str) -> list[int] | None:
    if parser[name] is None:
        return None
    try:
        return flags.integers(parser[name])
    except ValueError as error:
        raise errors.InputError(f"{name}={parser[name]}: {error}", name) from error


def _print(
    parser: flags.Parser, measured: dict[str, Any], table: Callable[[dict[str, Any]], str]
) -> None:
    print(json.dumps(measured, indent=2) if parser["json"] else table(measured))


def _planted(parser: flags.Parser) -> None:
    num_networks = 200 if parser["num_networks"] is None else parser["num_networks"]
    if num_networks < 1:
        raise errors.InputError(f"num_networks={num_networks}: expected at least 1", "num_networks")
    print(study.table(study.compare(_METHODS, num_networks)))


# Name -> what it does, and the flags that say something of it.
_BENCHMARKS: dict[str, tuple[Callable[[flags.Parser], None], tuple[str, ...]]] = {
    "analysis": (_analysis, ("folder", "json")),
    "planted": (_planted, ("num_networks",)),
    "compaction": (_compaction, ("task", "hidden", "seeds", "json")),
    "mnist": (_mnist, ("hidden", "mnist_dir", "json")),
    "sweep": (_sweep, (*_GIVEN, "json")),
}


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 0 done, 1 failed, 2 bad input, 130 interrupted."""
    names = [argument for argument in arguments[:1] if not argument.startswith("-")]

    def run(parser: flags.Parser) -> None:
        choice = f"expected a benchmark first: {', '.join(_BENCHMARKS)}"
        if not names:
            raise errors.InputError(f"{choice} (see --help)")
        if names[0] not in _BENCHMARKS:
            hint = registry.nearest(names[0], _BENCHMARKS)
            raise errors.InputError(f"unknown benchmark {names[0]!r}; {hint}")
        work, own = _BENCHMARKS[names[0]]
        for other in ("folder", "json", "num_networks", "mnist_dir", *_GIVEN):
            given = parser[other] is not None and parser[other] is not False
            if given and other not in own:
                raise errors.InputError(f"{other}: says nothing of {names[0]}", other)
        work(parser)

    parser = flags.Parser("python -m launch.bench NAME", _SUMMARY, _TOPICS)
    return ending.run(parser, arguments[len(names) :], run)


if __name__ == "__main__":
    interrupts.leave(main(sys.argv[1:]))
