"""The styles of weights, which are their speakers: the one that a user names or numbers."""

from collections.abc import Sequence

from .errors import GestureError

_MOST_DIGITS = 20


def style_number(text: str, styles: Sequence[str]) -> int:
    """Return the number of a style that was given by its name, in any case, or by its number.

    Args:
        text: what the user wrote.
        styles: names of the weights' speakers, by number.

    Raises:
        GestureError: there is no such style.

    >>> style_number("Lively", ["calm", "lively"])
    1
    """
    names = [name.casefold() for name in styles]
    if text.casefold() in names:
        return names.index(text.casefold())
    if text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS and int(text) < len(names):
        return int(text)
    raise no_style(text, styles)


def no_style(asked: str | int, styles: Sequence[str]) -> GestureError:
    """Return the error for a style that weights do not have; its remedy names those that they have."""
    listed = ", ".join(f"{number} {name}" for number, name in enumerate(styles))
    return GestureError(f"There is no style {str(asked)[:40]!r}.", remedy=f"Choose one of: {listed}.")
