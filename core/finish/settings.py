"""Settings of finishing, which the shell, the worker and the panel share.

Each mode of the root and of the feet is one row here: its name (the key in files and the option of the shell), its
label in the panel, and its description (tooltip and help). Only the standard library is needed, so Blender reads it.
"""

from dataclasses import dataclass, fields
from typing import Any

from ..errors import GestureError
from ..plain_values import is_number

# A floor beyond this is none.
MOST_METRES = 1e4


@dataclass(frozen=True)
class Mode:
    """A row of the tables of modes, as the panel and the shell use it.

    Attributes:
        label: in the panel's list.
        description: tooltip, and help of the option.
    """

    label: str
    description: str


# Blender stores the position of a mode, so new modes come last.
ROOT_MODES: dict[str, Mode] = {
    "in_place": Mode("In Place", "Takes slow drift out; weight shifts and steps stay"),
    "stand_still": Mode("Stand Still", "Both feet stay where they are, the pelvis sways above them"),
    "path": Mode("Path", "The figure moves over the floor as in the motion"),
    "free": Mode("Free", "The root stays as it is, except for small corrections"),
}
FEET_MODES: dict[str, Mode] = {
    "auto": Mode("Automatic", "Feet that slide get new places, others are held where they stand"),
    "replan": Mode("Place Anew", "The feet get new places, joined by clean steps"),
    "correct": Mode("Hold", "The steps of the motion stay; feet in contact are held still"),
    "off": Mode("Leave Alone", "The legs stay as they are"),
}


@dataclass(frozen=True)
class FinishSettings:
    """Settings of one call of `finish`.

    Attributes:
        upper, hands, lower, face: strength of the smoothing of each body part, 0 (none) to 1.
        root: key of `ROOT_MODES`.
        feet: key of `FEET_MODES`.
        use_contacts: take the motion's own contacts as they are (an animator edited them) instead of detecting them.
        floor_m: height of the ground; None estimates it.
    """

    upper: float = 1.0
    hands: float = 1.0
    lower: float = 1.0
    face: float = 1.0
    root: str = "in_place"
    feet: str = "auto"
    use_contacts: bool = False
    floor_m: float | None = None

    def __post_init__(self):
        for name in ("upper", "hands", "lower", "face"):
            if not 0 <= getattr(self, name) <= 1:
                raise GestureError(
                    f"A smoothing of {getattr(self, name):g} for {name} is out of range.", remedy="Choose 0 to 1."
                )
        if not _fits("floor_m", self.floor_m):
            raise GestureError(
                f"A floor at {self.floor_m:g} m is out of range.", remedy=f"Choose up to {MOST_METRES:g} m."
            )
        for name, allowed in (("root", ROOT_MODES), ("feet", FEET_MODES)):
            if getattr(self, name) not in allowed:
                raise GestureError(
                    f"There is no {name} mode {getattr(self, name)!r}.", remedy=f"Choose one of: {', '.join(allowed)}."
                )

    @classmethod
    def from_dict(cls, values: dict) -> "FinishSettings":
        """Read settings from plain values, as they come from JSON.

        Raises:
            GestureError: an unknown name or a value out of range.
        """
        unknown = values.keys() - {entry.name for entry in fields(cls)}
        if unknown:
            raise GestureError(
                f"Finishing has no setting {', '.join(sorted(unknown))}.",
                remedy="Update the add-on and the worker together.",
            )
        for name, value in values.items():
            if not _fits(name, value):
                raise GestureError(
                    f"The setting {name} of finishing cannot be {repr(value)[:80]}.",
                    remedy="Give numbers for strengths and the floor, and names for the modes of root and feet.",
                )
        return cls(**values)

    def changed(self) -> dict[str, Any]:
        """Return the settings that differ from the defaults, as plain values."""
        return {
            entry.name: getattr(self, entry.name)
            for entry in fields(self)
            if getattr(self, entry.name) != entry.default
        }


def _fits(name: str, value: Any) -> bool:
    """Return whether a plain value has the type of a setting."""
    if name in ("root", "feet"):
        return isinstance(value, str)
    if name == "use_contacts":
        return isinstance(value, bool)
    return (name == "floor_m" and value is None) or is_number(value, -MOST_METRES, MOST_METRES)
