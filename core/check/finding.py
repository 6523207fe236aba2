"""One thing that an animator would fix in a take: what it is, where, how much, and what helps."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..body.curves import runs


@dataclass(frozen=True)
class Kind:
    """A row of the table of kinds.

    Attributes:
        label: in lists.
        unit: of the amount.
        remedy: key of `REMEDIES`.
        description: what is looked for.
    """

    label: str
    unit: str
    remedy: str
    description: str


# What helps, as a person reads it. `addon.check.remedy_buttons` has a button for each.
REMEDIES: dict[str, str] = {
    "plant": "Finish it again with Feet set to Hold or Place Anew",
    "push_out": "Switch on Hands Out of Body",
    "smooth": "Make this part anew here, or raise Smoothing; keys of your own stay until Drop Edits",
    "resample": "Make this part anew here",
    "lips": "Key the face again with Phone Lips",
    "rest": "Set a marker Not Here, so that the arms rest until the word",
}

KINDS: dict[str, Kind] = {
    "slide": Kind("Foot slides", "cm", "plant", "a standing foot moves over the floor"),
    "floor": Kind("Foot below floor", "cm", "plant", "a foot is below the floor"),
    "inside": Kind("Hand in body", "cm", "push_out", "a hand or forearm is inside the body or the other arm"),
    "pop": Kind("Pop", "°", "smooth", "a joint turns abruptly within one frame"),
    "jump": Kind("Jump", "cm", "smooth", "the whole body jumps within one frame"),
    "frozen": Kind("Frozen", "s", "resample", "nothing moves at all"),
    "bend": Kind("Bent too far", "°", "smooth", "a joint bends farther than a person's"),
    "lips": Kind("Lips open", "%", "lips", "the lips do not close at p, b or m"),
    "early": Kind("Gesture too early", "s", "rest", "an arm gestures long before the next word"),
}


@dataclass(frozen=True)
class Finding:
    """Something to fix.

    Attributes:
        kind: key of `KINDS`.
        start, end: first frame, and the one after the last, of the motion.
        part: what is concerned, such as "left foot".
        area: row of `core.body.parts.AREAS` that is made anew where that helps; empty where it does not.
        amount: how much, in the unit of the kind.
    """

    kind: str
    start: int
    end: int
    part: str
    area: str
    amount: float

    @property
    def message(self) -> str:
        """What is wrong: "Foot slides: left foot, 3.2 cm"."""
        row = KINDS[self.kind]
        gap = "" if row.unit == "°" else " "
        return f"{row.label}: {self.part}, {self.amount:.3g}{gap}{row.unit}"

    @property
    def remedy(self) -> str:
        """What helps, as a person reads it."""
        return REMEDIES[KINDS[self.kind].remedy]

    def as_dict(self, fps: float) -> dict[str, Any]:
        """Return plain values for JSON; seconds are those of the motion."""
        return {
            "kind": self.kind,
            "part": self.part,
            "start": self.start,
            "end": self.end,
            "start_s": round(self.start / fps, 3),
            "end_s": round(self.end / fps, 3),
            "amount": round(float(self.amount), 3),
            "unit": KINDS[self.kind].unit,
            "message": self.message,
            "remedy": self.remedy,
        }


def stretches(flags: np.ndarray, join: int, least: int = 1) -> list[tuple[int, int]]:
    """Return half-open ranges in which flags (T,) are true; gaps of up to `join` frames are bridged.

    Args:
        flags: (T,) bool.
        join: frames.
        least: ranges with fewer frames are left out.
    """
    joined: list[tuple[int, int]] = []
    for start, end in runs(flags):
        if joined and start - joined[-1][1] <= join:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return [(start, end) for start, end in joined if end - start >= least]
