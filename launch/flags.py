"""The launchers' flags: a private absl `FlagValues`, parsed so that errors say where they are."""

import decimal
import difflib
import pathlib
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from absl import flags as absl_flags

from nsculpt import errors, progress_mode

_LONGEST_LIST = 100_000
_DEEPEST = 50
_LONGEST_ECHO = 200  # of a value in a message


class Flag(NamedTuple):
    """One flag of a launcher."""

    name: str
    # Reads the value; a ValueError says what it expected. None: a switch.
    kind: Callable[[str], Any] | None
    hint: str  # stands for the value in `--help`
    text: str  # what it is, with unit and range


class Parser:
    """Flags under topics.

    The command line beats a flagfile wherever it stands, later lines beat earlier ones, and every
    error is one line that says which flag, in which flagfile and line, and what was expected.

    Args:
      program: how the launcher is called, for messages.
      summary: what it does, for `--help`.
      topics: its flags.
    """

    def __init__(self, program: str, summary: str, topics: Mapping[str, Sequence[Flag]]):
        self.program = program
        self._summary = summary
        self._topics = topics
        self._values = absl_flags.FlagValues()
        self._places: dict[str, str] = {}  # of given flags: "FILE:LINE: ", "" on the command line
        for topic, flags in topics.items():
            where = {"flag_values": self._values, "module_name": topic}
            for flag in flags:
                if flag.kind is None:
                    absl_flags.DEFINE_boolean(flag.name, False, flag.text, **where)
                else:
                    absl_flags.DEFINE(_Parser(flag.kind), flag.name, None, flag.text, **where)

    def parse(self, arguments: Sequence[str]) -> None:
        """Reads flags, flagfiles first.

        Raises:
          InputError: a flag that is unknown or whose value cannot be read, an argument that is no
            flag, a flagfile that cannot be read or names itself.
        """
        from_files: list[tuple[str, str]] = []
        from_line: list[tuple[str, str]] = []
        _expand([(argument, "") for argument in arguments], from_files, from_line, ())
        for tokens in (from_files, from_line):
            self._read(tokens)

    def _read(self, tokens: list[tuple[str, str]]) -> None:
        rest = iter(tokens)
        for token, where in rest:
            if not token.startswith("-") or token == "--":
                raise errors.InputError(
                    f"{where}unexpected argument {_cut(token)!r}; expected --flag=value "
                    "(a list has no spaces in it)"
                )
            name, equals, text = token.lstrip("-").partition("=")
            if name not in self._values:
                known = difflib.get_close_matches(name, list(self._values), n=1)
                hint = f"did you mean --{known[0]}?" if known else "see --help"
                raise errors.InputError(f"{where}unknown flag --{_cut(name)}; {hint}")
            flag = self._values[name]
            if flag.boolean and not equals:
                text = "true"
            elif not equals:
                text, _ = next(rest, ("--", ""))
            elif where and len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
                text = text[1:-1]  # as a shell would do with the same line
            if "\0" in text:
                raise errors.InputError(f"{where}--{name}: expected a value without NUL bytes")
            if not text or text.startswith("--"):
                raise errors.InputError(f"{where}--{name}: expected a value, --{name}=...")
            try:
                flag.parse(text)
            except absl_flags.IllegalFlagValueError as error:
                expected = "expected no value" if flag.boolean else error.__context__ or error
                raise errors.InputError(f"{where}--{name}={_cut(text)}: {expected}") from error
            self._places[name] = where

    def __getitem__(self, name: str) -> Any:
        return self._values[name].value

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def get(self, name: str) -> Any:
        """A flag's value; None where it is not given, or there is no such flag."""
        return self._values[name].value if name in self else None

    def place(self, name: str | None) -> str:
        """Where a flag was given, to put before a message about it: "FILE:LINE: " or ""."""
        return "" if name is None else self._places.get(name, "")

    def help(self) -> str:
        """All flags under their topics."""
        lines = [*_wrap(self._summary), "", f"Usage: {self.program} --flag=value ..."]
        for topic, flags in self._topics.items():
            lines += ["", topic]
            for flag in flags:
                lines.append(f"  --{flag.name}={flag.hint}" if flag.hint else f"  --{flag.name}")
                lines += _wrap(flag.text, indent=" " * 6)
        return "\n".join(lines)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."


def _wrap(text: str, indent: str = "") -> list[str]:
    flat = " ".join(text.split())
    return textwrap.wrap(flat, 80, initial_indent=indent, subsequent_indent=indent)


class _Parser(absl_flags.ArgumentParser):
    """Reads a flag's text with a function that raises ValueError with what it expected."""

    syntactic_help = ""

    def __init__(self, kind: Callable[[str], Any]):
        super().__init__()
        self._kind = kind

    def parse(self, argument: Any) -> Any:
        return self._kind(argument)


def _expand(
    tokens: list[tuple[str, str]],
    from_files: list[tuple[str, str]],
    rest: list[tuple[str, str]],
    open_files: tuple[pathlib.Path, ...],
) -> None:
    """Splits tokens into those of flagfiles, which may name others, and the rest."""
    remaining = iter(tokens)
    for token, where in remaining:
        name, equals, value = token.partition("=")
        if name not in ("--flagfile", "-flagfile"):
            rest.append((token, where))
            continue
        if not equals:
            value = next(remaining, ("", ""))[0]
        if not value:
            raise errors.InputError(f"{where}--flagfile: expected a value, --flagfile=FILE")
        path = pathlib.Path(value)
        if len(open_files) == _DEEPEST:
            raise errors.InputError(
                f"{where}--flagfile={value}: expected at most {_DEEPEST} flagfiles one in another"
            )
        try:
            text = path.read_text("utf-8-sig")
            if path.resolve() in open_files:
                raise errors.InputError(f"{where}--flagfile={value}: names itself")
        except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a NUL byte in the name
            if isinstance(error, errors.InputError):
                raise
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise errors.InputError(
                f"{where}--flagfile={value}: {reason}; expected a file of flags, one a line"
            ) from error
        lines = []
        for number, line in enumerate(text.splitlines(), start=1):
            stripped = line.strip()
            if stripped and not stripped.startswith(("#", "//")):
                lines.append((stripped, f"{value}:{number}: "))
        _expand(lines, from_files, from_files, (*open_files, path.resolve()))


def integer(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise ValueError("expected a whole number") from None


def number(text: str) -> float:
    """A number."""
    try:
        return float(text)
    except ValueError:
        raise ValueError("expected a number") from None


def names(text: str) -> list[str]:
    """Names with commas between them.

    Example:
      >>> names("a, b")
      ['a', 'b']
    """
    found = [name.strip() for name in text.split(",")]
    if not all(found):
        raise ValueError("expected names with commas between them, such as a,b,c")
    return found


def integers(text: str) -> list[int]:
    """Whole numbers: `0,1,2,5`, or `first:last[:step]` with both ends, or a mixture.

    Example:
      >>> integers("0,4:6")
      [0, 4, 5, 6]
    """
    return [integer(value) for value in _items(text, "whole numbers such as 24,24 or 0:15")]


def percents(text: str) -> list[str]:
    """Numbers as text, exactly as meant: `0.5,1` or `first:last[:step]` with both ends.

    Example:
      >>> percents("0.5:2:0.5")
      ['0.5', '1.0', '1.5', '2.0']
    """
    return _items(text, "a list such as 5,10,15 or 5:70:5")


def _items(text: str, expected: str) -> list[str]:
    values: list[str] = []
    for item in text.split(","):
        try:
            parts = [decimal.Decimal(part) for part in item.split(":")]
            first, last = parts[0], parts[min(1, len(parts) - 1)]
            step = parts[2] if len(parts) > 2 else decimal.Decimal(1)
            count, left_over = divmod(last - first, step)
            if len(parts) > 3 or step <= 0 or count < 0:
                raise ValueError
        except (ArithmeticError, ValueError):
            raise ValueError(f"cannot read {item!r}; expected {expected}") from None
        if left_over:
            raise ValueError(f"{item!r}: expected steps of {step} that reach {last} from {first}")
        if count >= _LONGEST_LIST:
            raise ValueError(f"{item!r}: expected at most {_LONGEST_LIST} values")
        values += [str(first + index * step) for index in range(int(count) + 1)]
    return values


def fail(parser: Parser, message: str, status: int) -> int:
    """Prints one line and returns the exit status."""
    stamp = f"{progress_mode.stamp()} " if parser.get("progress") == progress_mode.LOG else ""
    print(f"{stamp}{parser.program}: {' '.join(message.split())}", file=sys.stderr)
    return status
