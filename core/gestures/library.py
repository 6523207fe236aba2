"""The library of gestures, as `library.toml` and `hand_shapes.toml` describe them.

A gesture is a row of keys for each hand: where the wrist is, where the palm and the fingers point, and the shape of the
hand. All directions are those of the hand's own side, so that either hand can make the gesture:

    out   away from the body's middle          in       towards it
    up, down                                   forward, back

Key 0 is the moment that means something, and lands on a word. Metres are for an arm of 0.53 m and grow with the arm.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import GestureError
from .fingers import WIDTH

FOLDER = Path(__file__).parent
# What the wrist's place is measured from.
ORIGINS = ("shoulder", "head", "chest", "other")
_AXES = {
    "out": (1, 0, 0),
    "in": (-1, 0, 0),
    "up": (0, 1, 0),
    "down": (0, -1, 0),
    "forward": (0, 0, 1),
    "back": (0, 0, -1),
}
_DIRECTION = re.compile(r"(\d*\.?\d*)(out|in|up|down|forward|back)")


@dataclass(frozen=True)
class Key:
    """A hand at one time of a gesture.

    Attributes:
        at_s: seconds from the moment of the gesture.
        wrist: (out, up, forward) from the origin, metres.
        origin: one of `ORIGINS`: the hand's own shoulder, the head joint, the chest joint, or the other wrist.
        palm, fingers: (out, up, forward) where the palm faces and the straight fingers point, unit vectors.
        shape: a row of `hand_shapes.toml`.
        elbow: degrees by which the elbow is raised about the line from shoulder to wrist; None for the most natural.
    """

    at_s: float
    wrist: tuple[float, float, float]
    origin: str
    palm: tuple[float, float, float]
    fingers: tuple[float, float, float]
    shape: str
    elbow: float | None


@dataclass(frozen=True)
class Gesture:
    """One gesture of the library.

    Attributes:
        name: its key in files and in the shell.
        label: its name in menus, English.
        group: the part of the menu that it is in.
        main, other: keys of the hand that leads and of the other hand; no keys leave a hand as it is.
        side: "left" or "right" where only this hand means it ("to the left"), else "".
        head: (seconds, nod, turn, tilt) degrees that the head turns besides its own movement: down, to the side of the
            main hand, and towards its shoulder.
        shrug: (seconds, degrees) by which the shoulders rise.
        hold_s: how long the last key is held.
        offends: where the gesture is rude; empty for most gestures. Such a gesture is never made by itself.
    """

    name: str
    label: str
    group: str
    main: tuple[Key, ...]
    other: tuple[Key, ...] = ()
    side: str = ""
    head: tuple[tuple[float, float, float, float], ...] = ()
    shrug: tuple[tuple[float, float], ...] = ()
    hold_s: float = 0.5
    offends: str = ""

    @property
    def first_s(self) -> float:
        """Seconds from the moment of the gesture to its first key; not positive."""
        return min(key.at_s for key in (*self.main, *self.other))

    @property
    def last_s(self) -> float:
        """Seconds from the moment of the gesture to its last key."""
        return max(key.at_s for key in (*self.main, *self.other))


@cache
def gestures() -> dict[str, Gesture]:
    """Return every gesture by its name, in the order of the file."""
    with (FOLDER / "library.toml").open("rb") as file:
        return {name: _gesture(name, values) for name, values in tomllib.load(file).items()}


@cache
def hand_shapes() -> dict[str, np.ndarray]:
    """Return every shape (20,) of the hand, radians, by its name; `fingers` says what the columns are."""
    with (FOLDER / "hand_shapes.toml").open("rb") as file:
        shapes = {
            name: np.radians([float(number) for row in rows for number in row.split()])
            for name, rows in tomllib.load(file).items()
        }
    assert all(shape.shape == (WIDTH,) for shape in shapes.values())
    return shapes


def gesture_named(name: str) -> Gesture:
    """Return a gesture of the library.

    Raises:
        GestureError: there is none of this name.
    """
    found = gestures().get(name)
    if found is None:
        raise GestureError(
            f"There is no gesture {name!r} in the library.",
            remedy=f"Choose among: {', '.join(gestures())}.",
        )
    return found


def _gesture(name: str, values: Mapping[str, Any]) -> Gesture:
    values = dict(values)
    both = values.pop("both", None)
    main, other = (_keys(name, both if both else values.pop(hand, ())) for hand in ("main", "other"))
    rows: dict[str, Any] = {
        row: tuple(tuple(map(float, entry)) for entry in values.pop(row, ())) for row in ("head", "shrug")
    }
    label = values.pop("label", name.replace("_", " ").title())
    return Gesture(name=name, label=label, main=main, other=other, **rows, **values)


def _keys(name: str, rows: Any) -> tuple[Key, ...]:
    """Read the keys of one hand; what a key does not say stays as in the key before."""
    before: dict[str, Any] = {"at": 0.0, "from": "shoulder", "elbow": None}
    keys = []
    for row in rows:
        before = {**before, **row}
        if before["from"] not in ORIGINS or before["shape"] not in hand_shapes():
            raise ValueError(f"{name}: {row} names no origin or shape")
        out, up, forward = map(float, before["wrist"])
        keys.append(
            Key(
                float(before["at"]),
                (out, up, forward),
                before["from"],
                direction(before["palm"]),
                direction(before["fingers"]),
                before["shape"],
                before["elbow"],
            )
        )
    return tuple(keys)


def direction(text: str) -> tuple[float, float, float]:
    """Read a direction such as "forward up" or "forward 0.3in" as a unit vector (out, up, forward).

    >>> direction("forward up")
    (0.0, 0.7071067811865475, 0.7071067811865475)
    """
    total = np.zeros(3)
    for word in text.split():
        found = _DIRECTION.fullmatch(word)
        if found is None:
            raise ValueError(f"{text!r} is no direction")
        total += float(found[1] or 1) * np.array(_AXES[found[2]])
    x, y, z = (total / np.linalg.norm(total)).tolist()
    return x, y, z
