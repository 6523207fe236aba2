"""A gesture of the animator's own: a piece of a motion with the frame that means something, as a short text.

    {"kind": "mambatalk gesture", "version": 1, "name": "My Bow", "stroke": 14, "leads": "right",
     "sides": ["right"], "fingers": true, "head": false, "motion": "<packed, base64>", "picture": "<png, base64>"}

The text is a file of the gesture library, a value in a .blend file, and part of every marker that makes the gesture. So
a take needs no library to be performed, and the worker gets all it needs with the marker.
"""

import base64
import binascii
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from ..body.joints import ARM_CHAINS, SIDES
from ..body.motion import Motion
from ..body.parts import AREAS, EXPRESSION_WIDTHS
from ..errors import GestureError
from ..formats.packed import pack_motion, unpack_motion
from ..inputs import parse_json
from ..plain_values import is_whole

# The name that a setting has for a gesture of the animator's own.
OWN = "own"
KIND, VERSION = "mambatalk gesture", 1
# The file name of a gesture in a library folder ends so.
ENDING = ".gesture.json"
MOST_S, MOST_NAME, MOST_TEXT = 20.0, 80, 4 << 20
_REMEDY = "Save the gesture again, or remove it from the library."


@dataclass(frozen=True)
class Clip:
    """A gesture that was cut out of a motion. It has the attributes of `library.Gesture` that placing needs.

    Attributes:
        label: its name in menus.
        motion: its frames; the body beside arms, hands and head plays no part.
        stroke: the frame of the motion that means something.
        sides: the sides whose arms take part: 0 left, 1 right.
        leads: the side of the leading hand.
        fingers: whether the fingers take part; else they go on with their own movement.
        head: whether the head takes part.
        picture: a PNG of its stroke; empty where there is none.
    """

    label: str
    motion: Motion
    stroke: int
    sides: tuple[int, ...]
    leads: int
    fingers: bool = True
    head: bool = False
    picture: bytes = b""

    name, group, side, offends, hold_s = OWN, OWN, "", "", 0.0

    def __post_init__(self):
        count = self.motion.frame_count
        if not 0 <= self.stroke < count or count > MOST_S * self.motion.fps:
            raise GestureError(
                f"The gesture {self.label} has {count} frames, and its stroke in frame {self.stroke}.",
                remedy=f"Choose {MOST_S:g} seconds at most, with the stroke among them.",
            )

    @property
    def first_s(self) -> float:
        """Seconds from the moment of the gesture to its first frame; not positive."""
        return -self.stroke / self.motion.fps

    @property
    def last_s(self) -> float:
        """Seconds from the moment of the gesture to its last frame."""
        return (self.motion.frame_count - 1 - self.stroke) / self.motion.fps

    def joints(self, side: int) -> list[int]:
        """Return the joints of one side that take part."""
        hand = AREAS[f"{SIDES[side]}_hand"].joints if self.fingers else ()
        return [*ARM_CHAINS[side], *hand]


def cut(motion: Motion, first: int, last: int) -> Motion:
    """Return the frames from `first` to `last` with the face and the root at rest, as a clip keeps them."""
    rows = slice(first, last + 1)
    count = len(motion.rotations[rows])
    return motion.replace(
        rotations=motion.rotations[rows],
        translation=np.zeros((count, 3)),
        expression=np.zeros((count, EXPRESSION_WIDTHS[motion.face_basis])),
        contacts=None,
    )


def as_text(clip: Clip, with_picture: bool = False) -> str:
    """Return the text of a clip, from which `read` makes it again."""
    values = {
        "kind": KIND,
        "version": VERSION,
        "name": clip.label,
        "stroke": clip.stroke,
        "leads": SIDES[clip.leads],
        "sides": [SIDES[side] for side in clip.sides],
        "fingers": clip.fingers,
        "head": clip.head,
        "motion": base64.b64encode(pack_motion(clip.motion)).decode(),
    }
    if with_picture and clip.picture:
        values["picture"] = base64.b64encode(clip.picture).decode()
    return json.dumps(values, ensure_ascii=False)


def without_picture(text: str) -> str:
    """Return the text of a clip as markers keep it.

    Raises:
        GestureError: it is no such text.
    """
    return as_text(read(text))


@lru_cache(maxsize=64)
def read(text: str) -> Clip:
    """Make a clip from its text.

    Raises:
        GestureError: it is no such text, or damaged.
    """
    if len(text) > MOST_TEXT:
        raise GestureError("A gesture of your own is too large.", remedy=_REMEDY)
    try:
        values = parse_json(text)
        if values["kind"] != KIND or values["version"] != VERSION:
            raise ValueError("no gesture of this version")
        return _clip(values)
    except (ValueError, KeyError, TypeError, IndexError, binascii.Error, GestureError) as error:
        raise GestureError("A gesture of your own cannot be read.", remedy=_REMEDY, detail=repr(error)) from error


def _clip(values: dict[str, Any]) -> Clip:
    motion = unpack_motion(base64.b64decode(values["motion"], validate=True))
    sides = tuple(dict.fromkeys(SIDES.index(side) for side in values["sides"]))
    leads, label, stroke = SIDES.index(values["leads"]), values["name"], values["stroke"]
    if not sides or leads not in sides or not is_whole(stroke, 0, motion.frame_count - 1):
        raise ValueError("impossible hands or stroke")
    if not isinstance(label, str) or not 0 < len(label) <= MOST_NAME or not label.isprintable():
        raise ValueError("impossible name")
    if not all(isinstance(values[name], bool) for name in ("fingers", "head")):
        raise ValueError("fingers and head are true or false")
    picture = base64.b64decode(values.get("picture", ""), validate=True)
    made = Clip(label, motion, stroke, sides, leads, values["fingers"], values["head"], picture)
    return replace(made, motion=cut(motion, 0, motion.frame_count - 1))
