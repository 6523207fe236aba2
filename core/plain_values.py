"""Checks of single values that came from a file, a process or a user: whole numbers and numbers in a range."""

import math
import re
from typing import Any

from .errors import GestureError

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")


def is_whole(value: Any, least: int, most: int) -> bool:
    """Return whether a plain value is a whole number in a range; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_number(value: Any, least: float, most: float) -> bool:
    """Return whether a plain value is a finite number in a range; True and False are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most


def typed_whole(text: str) -> int:
    """Return the whole number that a user typed; Python also takes blanks, underscores and digits of other scripts.

    Raises:
        GestureError: it is none.

    >>> typed_whole("-7")
    -7
    """
    if not _WHOLE.fullmatch(text):
        raise GestureError(f"{text[:40]!r} is no whole number.", remedy="Write a number such as 7.")
    return int(text)


def typed_number(text: str) -> float:
    """Return the finite number that a user typed; see `typed_whole`.

    Raises:
        GestureError: it is none.

    >>> typed_number("1e-3")
    0.001
    """
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise GestureError(f"{text[:40]!r} is no number.", remedy="Write a number such as 0.5.")
    return float(text)
