"""A page as one file: template, styles, scripts and data together; nothing is asked from outside.

A browser runs no script but this one, whose hash the page's policy names, and the page may not
send requests: what a name in the data holds can do nothing.
"""

import base64
import functools
import hashlib
import importlib.resources
import json
import pathlib
from collections.abc import Sequence
from typing import Any

import jinja2

from nsculpt import atomic, errors
from nsculpt import text as text_lib

_ASSETS = importlib.resources.files("nsculpt.webpage") / "assets"


def write(path: pathlib.Path, page: str) -> None:
    """Writes a page whole or not at all.

    Args:
      path: of the file.
      page: its HTML.

    Raises:
      OSError: it cannot be written.
    """
    with atomic.replacing(path) as file:
        file.write(page.encode())


def render(
    template: str,
    title: str,
    data: str,
    styles: Sequence[str],
    scripts: Sequence[str],
) -> str:
    """Fills a template of assets/.

    Args:
      template: its name; it uses `title`, `data`, `style`, `script` and `policy`.
      title: of the page, any text.
      data: JSON as from `inlined`.
      styles: names of style sheets of assets/, in order.
      scripts: names of scripts of assets/, in order: they share one scope, which is theirs alone.

    Returns:
      HTML.
    """
    style = "\n".join(asset(name) for name in styles)
    body = "\n".join(asset(name) for name in scripts)
    script = f'\n(() => {{\n"use strict";\n{body}\n}})();\n'
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    filled = environment.from_string(asset(template)).render(
        title=text_lib.printable(title), data=data, style=style, script=script, policy=policy
    )
    return f"{filled}\n"


def inlined(content: Any, place: str = "") -> str:
    r"""JSON that can stand in a script element: it holds no `<`.

    Args:
      content: what to write; all but ASCII becomes escapes, so that any text can be written.
      place: what stands before the message.

    Raises:
      InputError: a number that is not finite.

    Example:
      >>> inlined({"name": "</script>"})
      '{"name":"\\u003c/script>"}'
    """
    try:
        text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise errors.InputError(f"{place}expected finite numbers, and few levels") from error
    return text.replace("<", "\\u003c")


@functools.cache
def asset(name: str) -> str:
    """The text of a file of assets/."""
    return (_ASSETS / name).read_text("utf-8")
