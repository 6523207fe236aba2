"""A gesture of the library at a time of a take, with what the animator may set: hand, size, height and speed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..body.joints import SIDES
from ..errors import GestureError
from ..plain_values import is_number
from .clip import OWN, Clip, read
from .library import Gesture, gesture_named

HANDS = ("auto", "left", "right")
# Metres within which a place lies.
MOST_M = 1e4
USUAL = {"size": 1.0, "height_m": 0.0, "speed": 1.0}
# Least and most of each number that an animator may set.
RANGES = {"size": (0.5, 1.5), "height_m": (-0.25, 0.25), "speed": (0.5, 2.0)}


@dataclass(frozen=True)
class Setting:
    """How a gesture is made.

    Attributes:
        name: a gesture of the library, or `clip.OWN` for one of the animator's own.
        hand: the hand that leads; "auto" is the right one, and the left one in a mirrored take.
        size: how large it is: 1 as in the library.
        height_m: by how much higher the hands are, metres.
        speed: how fast it is made: 1 as in the library.
        is_auto: whether the words of the take called for it.
        place: for "point_at", what is pointed at: x, y, z, metres, in the world of the motion (Y up).
        clip: for a gesture of the animator's own, its text (`clip.as_text`).
        uneven: how far the hands of a two-handed gesture differ, -1 to 1 (`unevenness`); 0 as in the library.
    """

    name: str
    hand: str = "auto"
    size: float = 1.0
    height_m: float = 0.0
    speed: float = 1.0
    is_auto: bool = False
    place: tuple[float, float, float] | None = None
    clip: str = ""
    uneven: float = 0.0

    def __post_init__(self):
        if self.name == OWN:
            read(self.clip)
        else:
            gesture_named(self.name)
        if self.hand not in HANDS:
            raise GestureError(f"There is no hand {self.hand!r}.", remedy=f"Choose among: {', '.join(HANDS)}.")
        for field, (least, most) in RANGES.items():
            if not is_number(getattr(self, field), least, most):
                raise GestureError(
                    f"The {field.removesuffix('_m')} of the gesture {self.name} is {getattr(self, field)}.",
                    remedy=f"Choose a number from {least:g} to {most:g}.",
                )
        if not is_number(self.uneven, -1.0, 1.0):
            raise GestureError(
                f"The unevenness of the gesture {self.name} is {self.uneven}.", remedy="Choose a number from -1 to 1."
            )
        if self.place is not None and not all(is_number(each, -MOST_M, MOST_M) for each in self.place):
            raise GestureError(
                f"Nothing can be pointed at {self.place}.", remedy="Give three numbers: x, y and z in metres."
            )

    @property
    def gesture(self) -> Gesture | Clip:
        """Return the gesture."""
        return self.own_clip if self.name == OWN else gesture_named(self.name)

    @property
    def own_clip(self) -> Clip:
        """Return the gesture of the animator's own that this is."""
        return read(self.clip)

    @property
    def length_s(self) -> float:
        """Seconds from the moment that means something to the end of the hold, as the library has it."""
        return (max(self.gesture.last_s, 0.0) + self.gesture.hold_s) / self.speed

    def side(self, is_mirrored: bool) -> int:
        """Return the side of the leading hand: 0 left, 1 right. One's own gesture is led as it was saved."""
        if self.gesture.side:
            return SIDES.index(self.gesture.side)
        if self.hand != "auto":
            return SIDES.index(self.hand)
        usual = self.own_clip.leads if self.name == OWN else 1
        return 1 - usual if is_mirrored else usual

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as they go into JSON."""
        return {
            "gesture": self.name,
            "hand": self.hand,
            "size": self.size,
            "height_m": self.height_m,
            "speed": self.speed,
            "auto": self.is_auto,
            **({} if self.place is None else {"place": list(self.place)}),
            **({"clip": self.clip} if self.clip else {}),
            **({"uneven": self.uneven} if self.uneven else {}),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Setting":
        """Make a setting from plain values, as they come from JSON; all but the gesture may be left out.

        Raises:
            GestureError: there is no such gesture or hand, or a number is out of range.
        """
        place = values.get("place")
        size, height_m, speed = (float(values.get(name, usual)) for name, usual in USUAL.items())
        return cls(
            str(values["gesture"]),
            str(values.get("hand", "auto")),
            size,
            height_m,
            speed,
            bool(values.get("auto", False)),
            None if place is None else _place(place),
            str(values.get("clip", "")),
            float(values.get("uneven", 0.0)),
        )


def _place(values: Any) -> tuple[float, float, float]:
    x, y, z = map(float, values)
    return x, y, z


FIELDS = ("gesture", "hand", "size", "height_m", "speed", "auto", "place", "clip", "uneven")
