"""What counts as a number from outside: a boolean does not, though Python says so."""

import numbers
from typing import Any


def is_whole(value: Any) -> bool:
    """Whether it is a whole number by its type, NumPy's included; a float such as 2.0 is none.

    Example:
      >>> is_whole(2), is_whole(True), is_whole(2.0)
      (True, False, False)
    """
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_real(value: Any) -> bool:
    """Whether it is a real number by its type; it may be infinite or no number (NaN).

    Example:
      >>> is_real(0.5), is_real(2), is_real(False), is_real("2")
      (True, True, False, False)
    """
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
