"""Markers of a take: gesture here, hold, not here, gestures of the library; from the timeline, at words, in files.

Each kind of marker is one row of `KINDS`; the panel, the shell, the timeline and the messages read it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ..errors import GestureError
from ..gestures.placed import FIELDS as GESTURE_FIELDS
from ..gestures.placed import Setting


class Kind(StrEnum):
    """What a marker asks of the arms. Files store the value and Blender stores the position, so new kinds come last."""

    ACCENT = "accent"
    HOLD = "hold"
    NOT_HERE = "not_here"
    GESTURE = "gesture"


@dataclass(frozen=True)
class KindInfo:
    """A row of the table of kinds of markers, as the panel, the shell and the timeline use it.

    Attributes:
        label: on buttons, and in lower case in messages.
        description: tooltip, and help of the option in the shell.
        icon: Blender's name of the icon.
        timeline_names: names of timeline markers that are read as this kind, in lower case.
        length_s: how long a marker without an end lasts; 0 if it is for one moment.
    """

    label: str
    description: str
    icon: str
    timeline_names: tuple[str, ...]
    length_s: float


KINDS = {
    Kind.ACCENT: KindInfo(
        "Gesture Here",
        "A stroke of the hands ends here, within two frames",
        "REC",
        ("gesture", "gesture here", "accent"),
        0.0,
    ),
    Kind.HOLD: KindInfo("Hold", "The arms stay as they are from here on", "PAUSE", ("hold",), 0.8),
    Kind.NOT_HERE: KindInfo("Not Here", "The arms settle here", "CANCEL", ("not here",), 1.0),
    Kind.GESTURE: KindInfo("Library Gesture", "A gesture of the library is made here", "VIEW_PAN", (), 0.0),
}
# Kinds that a moment or a stretch is enough for; gestures of the library need a name.
PLAIN_KINDS = tuple(kind for kind in KINDS if kind is not Kind.GESTURE)
# Seconds that hands need from one apex to the next.
LEAST_APART_S = 0.4
# Gestures of the library that begin within this time are at one moment, seconds.
_AT_ONCE_S = 0.1
# Seconds after the start of a hold in which the apex of an accent may lie; the hold then begins after the apex.
_HELD_APEX_S = 0.1


@dataclass(frozen=True)
class Marker:
    """A wish for the arms, at a moment or over a stretch of a take.

    Attributes:
        kind: what it asks for.
        start_s, end_s: seconds from the take's start; equal for a moment. At a moment, an accent is for that moment, a
            hold lasts 0.8 s from it, a "not here" 1 s around it. An accent over a stretch (a word) is for its middle.
            A gesture of the library means something from the start on, and is held until the end; at a moment it lasts
            as long as in the library.
        setting: for a gesture of the library: which one, and how it is made; else None.
    """

    kind: Kind
    start_s: float
    end_s: float
    setting: Setting | None = None

    def __post_init__(self):
        try:
            object.__setattr__(self, "kind", Kind(self.kind))
        except ValueError as error:
            raise GestureError(
                f"There is no marker {self.kind!r}.", remedy=f"Choose among: {', '.join(Kind)}."
            ) from error
        if not 0 <= self.start_s <= self.end_s:
            raise GestureError(
                f"A marker from {self.start_s:g} to {self.end_s:g} s has no place in a take.",
                remedy="Give seconds from the take's start, the end not before the start.",
            )
        if (self.setting is None) == (self.kind is Kind.GESTURE):
            raise GestureError(
                f"A marker of the kind {self.kind} {'needs' if self.setting is None else 'has no'} gesture.",
                remedy="Give the name of a gesture for the kind gesture, and for no other kind.",
            )

    @property
    def required_setting(self) -> Setting:
        """Return the setting of a gesture of the library."""
        assert self.setting is not None  # markers of this kind have one
        return self.setting

    @property
    def moment_s(self) -> float:
        """Middle of the marker, seconds, where an accent's apex lands."""
        return (self.start_s + self.end_s) / 2

    @property
    def stretch_s(self) -> tuple[float, float]:
        """Start and end, seconds, of the time in which the marker holds or settles the arms."""
        if self.end_s > self.start_s or self.kind is Kind.ACCENT:
            return self.start_s, self.end_s
        if self.setting is not None:
            return self.start_s, self.start_s + self.setting.length_s
        length = KINDS[self.kind].length_s
        if self.kind is Kind.HOLD:
            return self.start_s, self.start_s + length
        return max(self.start_s - length / 2, 0.0), self.start_s + length / 2

    def as_dict(self) -> dict:
        """Return plain values, as they go into JSON."""
        more = {} if self.setting is None else self.setting.as_dict()
        return {"kind": self.kind.value, "start_s": self.start_s, "end_s": self.end_s, **more}

    @classmethod
    def from_dict(cls, values: Mapping) -> "Marker":
        """Make a marker from plain values, as they come from JSON.

        Raises:
            GestureError: values are missing or unknown, or are no times.
        """
        try:
            unknown = values.keys() - {"kind", "start_s", "end_s", *GESTURE_FIELDS}
            if unknown:
                raise KeyError(*unknown)
            start_s = float(values["start_s"])
            setting = Setting.from_dict(values) if values["kind"] == Kind.GESTURE else None
            return cls(values["kind"], start_s, float(values.get("end_s", start_s)), setting)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise GestureError(
                f"{values!r} is not a marker.",
                remedy="Give kind, start_s and, for a stretch, end_s.",
                detail=repr(error),
            ) from error


def markers_from(entries: Iterable[Mapping]) -> tuple[Marker, ...]:
    """Make markers from a list as it comes from JSON.

    Raises:
        GestureError: one of them is not a marker.
    """
    return tuple(Marker.from_dict(values) for values in entries)


def check_markers(markers: Sequence[Marker], duration_s: float) -> None:
    """Make sure that markers lie within a take of this length and do not contradict each other.

    Raises:
        GestureError: a marker lies outside of the take, or two markers contradict each other or are too near.
    """
    for marker in markers:
        if marker.end_s > duration_s:
            raise GestureError(
                f"{_name_of(marker)} lies outside of the take, which is {duration_s:.2f} s long.",
                remedy="Move it into the take or remove it.",
            )
    accents = sorted((m for m in markers if m.kind is Kind.ACCENT), key=lambda marker: marker.moment_s)
    for first, second in pairwise(accents):
        if second.moment_s - first.moment_s < LEAST_APART_S:
            raise GestureError(
                f"{_name_of(first)} and {_name_of(second)} are too near to each other: hands need {LEAST_APART_S:g} s.",
                remedy="Remove one of them or move them apart.",
            )
    gestures = sorted((m for m in markers if m.kind is Kind.GESTURE), key=lambda marker: marker.start_s)
    for first, third in zip(gestures, gestures[2:], strict=False):
        if third.start_s - first.start_s < _AT_ONCE_S:
            raise GestureError(
                f"{_name_of(first)} and {_name_of(third)} are too near to each other: "
                "two hands show two gestures at a time.",
                remedy="Remove one of them or move them apart.",
            )
    still = [marker for marker in markers if marker.kind not in (Kind.ACCENT, Kind.GESTURE)]
    for number, marker in enumerate(still):
        start_s, end_s = marker.stretch_s
        first_s = start_s + _HELD_APEX_S if marker.kind is Kind.HOLD else start_s
        against = [accent for accent in accents if first_s < accent.moment_s < end_s]
        against += [
            other
            for other in still[:number]
            if other.kind is not marker.kind and max(start_s, other.stretch_s[0]) < min(end_s, other.stretch_s[1])
        ]
        if against:
            raise GestureError(
                f"{_name_of(against[0])} and {_name_of(marker)} contradict each other.",
                remedy="Remove one of them or move them apart.",
            )


def _name_of(marker: Marker) -> str:
    """Name a marker and its time, for messages."""
    start_s, end_s = marker.stretch_s
    label = KINDS[marker.kind].label if marker.setting is None else marker.setting.gesture.label
    when = f"{start_s:.2f} s" if start_s == end_s else f"{start_s:.2f}-{end_s:.2f} s"
    return f'"{label.lower()}" at {when}'
