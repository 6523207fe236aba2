"""The button that helps with each kind of finding: one row for every remedy of `core.check.finding`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..take.info import TakeInfo
from .findings import MambaTalkFinding, remedy_of

# Scene frames on either side of a finding that are made anew with it.
_BESIDE = 5


@dataclass(frozen=True)
class Button:
    """A button that helps with a finding.

    Attributes:
        operator: its `bl_idname`.
        text, icon: as they are drawn.
        values: of the operator's properties.
        is_invoked: whether the operator starts as a pressed button does, with its dialog or as a job; else it is done
            at once, with these values alone.
    """

    operator: str
    text: str
    icon: str
    values: dict[str, Any] = field(default_factory=dict)
    is_invoked: bool = True


def _finish_again(row: MambaTalkFinding, info: TakeInfo) -> Button:
    return Button("mambatalk.finish", "Finish Again", "MOD_SMOOTH")


def _push_out(row: MambaTalkFinding, info: TakeInfo) -> Button:
    return Button("mambatalk.set_levels", "Push Hands Out", "MOD_SHRINKWRAP", {"hands_out": True}, is_invoked=False)


def _key_lips(row: MambaTalkFinding, info: TakeInfo) -> Button:
    return Button("mambatalk.key_face", "Key Lips by Sound", "KEY_HLT", {"amount": 1.0}, is_invoked=False)


def _rest(row: MambaTalkFinding, info: TakeInfo) -> Button:
    values = {"kind": "not_here", "start": max(row.start - _BESIDE, info.start_frame), "end": row.end}
    return Button("mambatalk.accent_add", "Rest Here", "PAUSE", values)


def _make_anew(row: MambaTalkFinding, info: TakeInfo) -> Button | None:
    """Return the button that makes the part of a finding anew; None where no part of the body is concerned."""
    if not row.area:
        return None
    first, last = info.start_frame, info.start_frame + max(info.frame_count, 1) - 1
    values = {"parts": {row.area}, "start": max(row.start - _BESIDE, first), "end": min(row.end + _BESIDE, last)}
    return Button("mambatalk.resample", "Make Anew Here", "FILE_REFRESH", values)


# By the keys of `core.check.finding.REMEDIES`.
BUTTONS: dict[str, Callable[[MambaTalkFinding, TakeInfo], Button | None]] = {
    "plant": _finish_again,
    "push_out": _push_out,
    "smooth": _make_anew,
    "resample": _make_anew,
    "lips": _key_lips,
    "rest": _rest,
}


def button_of(row: MambaTalkFinding, info: TakeInfo) -> Button | None:
    """Return the button for a finding of a take; None where only the text helps."""
    make = BUTTONS.get(remedy_of(row))
    return None if make is None else make(row, info)
