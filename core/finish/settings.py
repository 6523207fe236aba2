"""What finishing does: the settings that the command line, the worker and the panel share."""

from dataclasses import dataclass, fields

from ..errors import GestureError

ROOT_MODES = ("in_place", "free", "path", "stand_still")
FEET_MODES = ("auto", "replan", "correct", "off")


@dataclass(frozen=True)
class FinishSettings:
    """Settings of `finish`.

    Attributes:
        upper, hands, lower, face: strength of the smoothing of each body part, 0 (none) to 1.
        root: "in_place" takes slow drift out and keeps weight shifts and steps; "stand_still" also keeps both feet
            where they are for the whole take; "path" keeps the way that the figure goes; "free" leaves the root
            alone but for small corrections.
        feet: "replan" places the feet anew and joins their places with clean steps, for motion whose feet slide;
            "correct" keeps the steps of the motion and holds its contacts still; "auto" chooses by how much the
            feet slide; "off" leaves the legs alone.
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
        for name, allowed in (("root", ROOT_MODES), ("feet", FEET_MODES)):
            if getattr(self, name) not in allowed:
                raise GestureError(
                    f"There is no {name} mode {getattr(self, name)!r}.", remedy=f"Choose one of: {', '.join(allowed)}."
                )

    @classmethod
    def from_dict(cls, values: dict) -> "FinishSettings":
        """Settings from plain values, as they come from JSON.

        Raises:
            GestureError: an unknown name or a value out of range.
        """
        unknown = values.keys() - {entry.name for entry in fields(cls)}
        if unknown:
            raise GestureError(
                f"Finishing has no setting {', '.join(sorted(unknown))}.",
                remedy="Update the add-on and the worker together.",
            )
        return cls(**values)
