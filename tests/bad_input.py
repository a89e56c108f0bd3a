"""What tests of bad input share."""

from collections.abc import Callable
from typing import Any

import pytest

from nsculpt import errors


def message_of(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> str:
    """The message of the InputError that a call must raise: one line, not empty."""
    with pytest.raises(errors.InputError) as caught:
        function(*arguments, **keywords)
    message = str(caught.value)
    assert message.strip()
    assert message.isprintable()  # a line break is not printable
    return message
