"""Checks of single values that came from a file or a process: whole numbers and numbers in a range."""

from typing import Any


def is_whole(value: Any, least: int, most: int) -> bool:
    """Return whether a plain value is a whole number in a range; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_number(value: Any, least: float, most: float) -> bool:
    """Return whether a plain value is a finite number in a range; True and False are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most
