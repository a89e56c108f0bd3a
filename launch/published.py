"""The paper's rates from its published networks: `python -m launch.published --folder=DIR`."""

from launch import interrupts

if __name__ == "__main__":  # before what follows, which takes a second
    interrupts.install("python -m launch.published: interrupted")

import sys
from collections.abc import Sequence

from launch import ending, flags
from nsculpt import errors
from nsculpt.paper import bars_compared
from nsculpt.report import rates_table

_TOPICS = {
    "Published results": (
        flags.Flag("folder", str, "DIR", """Folder with networks.jsonl.gz, the published networks,
            and success_rates.json, the rates in the paper's figures."""),
    ),
    "Running": ending.COMMON,
}  # fmt: skip
_SUMMARY = """Analyses the paper's published networks and prints the success rates that they give
    beside those in the paper's figures, bar by bar."""


def run(parser: flags.Parser) -> None:
    """Does what the flags ask for."""
    if parser["folder"] is None:
        raise errors.InputError("expected --folder=DIR (see --help)")
    print(rates_table.published(bars_compared.study_published(parser["folder"])))


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 0 done, 1 failed, 2 bad input, 130 interrupted."""
    parser = flags.Parser("python -m launch.published", _SUMMARY, _TOPICS)
    return ending.run(parser, arguments, run)


if __name__ == "__main__":
    interrupts.leave(main(sys.argv[1:]))
