"""A take on the character that performs it: its keys in the scene, and the record of what was written."""

import math
from dataclasses import dataclass, replace

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.clock import FPS
from ...core.errors import GestureError
from ..blender import fcurves, versions
from ..character import contacts
from . import channels as take_channels
from . import checksums
from . import info as take_info
from . import store as take_store
from .checksums import Record
from .info import TakeInfo

# So many channels are compared to find out whether all keys were moved in time.
_WITNESSES = 3
_WHOLE = 1e-6
STRIP_REMEDY = "Set the strip back: Scale 1, no Repeat, its first frame as in the action. Or edit the take before that."


@dataclass(frozen=True)
class KeySpan:
    """A range of a take, as frames of its motion and as keys.

    Attributes:
        start, end: frames of its motion, the first and the one after the last.
        margin: frames of its motion on either side in which old and new blend.
        rows: keys (T,) that may change: the range with its margin.
    """

    start: int
    end: int
    margin: int
    rows: np.ndarray


@dataclass(frozen=True)
class Performed:
    """A take on a character.

    Attributes:
        armature: the character.
        action: its action: the body and, where Blender can, the face.
        info: facts of the take, with the start frame at which the keys are now.
        record: what was written; functions that write keys bring it up to date, and `save` saves it.
    """

    armature: bpy.types.Object
    action: bpy.types.Action
    info: TakeInfo
    record: Record

    @property
    def frames(self) -> np.ndarray:
        """Scene frames (T,) of the keys."""
        return self.info.start_frame + np.arange(self.info.frame_count)

    def at_keys(self, motion: Motion) -> Motion:
        """Return a motion of the take, sampled at its keys."""
        return take_channels.at_frames(motion, self.info.fps)

    def span(self, start: int, end: int, margin: int, motion_frames: int) -> KeySpan:
        """Convert a range of scene frames of the take, the last one included, to frames of its motion.

        Args:
            start: first scene frame.
            end: last scene frame.
            margin: scene frames on either side in which old and new blend.
            motion_frames: length of the motion.

        Raises:
            GestureError: the range is empty, or outside of the take.
        """
        first, last = int(self.frames[0]), int(self.frames[-1])
        if start > end:
            raise GestureError(f"The range {start} to {end} holds no frame.", remedy="Choose an end after the start.")
        if start < first or end > last:
            raise GestureError(
                f"The range {start} to {end} lies outside of {self.action.name}, whose frames are {first} to {last}.",
                remedy=f"Choose a start from {first} and an end up to {last}.",
            )
        per_key = FPS / self.info.fps
        begin, stop = math.ceil((start - first) * per_key - _WHOLE), math.floor((end - first) * per_key + _WHOLE) + 1
        # A key between two frames of the motion mixes both: with one frame less, no key outside of the margin changes.
        less = 0 if self.info.fps == FPS else 1
        blend = max(0, math.floor(margin * per_key + _WHOLE) - less)
        rows = (self.frames >= start - margin) & (self.frames <= end + margin)
        # The motion may end a little before its last key, or after.
        stop = motion_frames if end == last else min(stop, motion_frames)
        begin = min(begin, motion_frames - 1)
        return KeySpan(begin, max(stop, begin + 1), blend, rows)

    def name_of(self, id_block: bpy.types.ID, path: str) -> str:
        """Return the name of a channel in the record."""
        return checksums.name_of(self.own_action(id_block), id_block, path)

    def own_action(self, id_block: bpy.types.ID) -> bpy.types.Action:
        """Return the action that holds the take's curves for a data-block, or will hold them."""
        return versions.action_for(self.action, id_block) or self.action

    def values(self, id_block: bpy.types.ID, path: str, width: int) -> np.ndarray | None:
        """Read what is keyed on a property, (T, C) in single precision; None where a curve is missing.

        Contacts are 0 or 1, however they are keyed.
        """
        action = versions.action_for(self.action, id_block)
        curves = [None] if action is None else fcurves.curves_of(action, id_block, path, width)
        if None in curves:
            return None
        found = fcurves.values_at(curves, self.frames)
        return (found > 0.5).astype(np.float32) if path in contacts.PATHS else found

    def at_rate(self, fps: float) -> "Performed":
        """Return the take with keys at another frame rate, of which none is written yet."""
        count = len(take_channels.key_times_s(take_store.load(self.action).finished, fps))
        info = replace(self.info, fps=fps, frame_count=count)
        return replace(self, info=info, record=Record.new(count, fps))

    def save(self) -> None:
        """Save info and record on the action."""
        take_info.store(self.action, self.info)
        checksums.save(self.action, self.record)


def of(armature: bpy.types.Object, action: bpy.types.Action | None = None) -> Performed:
    """Find a take of a character, by default the one that it performs.

    Raises:
        GestureError: the character performs no take, one that belongs to another file, or one whose NLA strip was
            scaled or moved.
    """
    action = take_info.active(armature) if action is None else action
    if action is not None:
        take_info.require_own(action)
    info = take_info.stored(action)
    record = None if action is None else checksums.load(action)
    if info is None or record is None:
        name = armature.name
        raise GestureError(
            f"{name} performs no take.",
            remedy="Generate one, or choose one in the list of takes.",
            holds=lambda: take_info.active(bpy.data.objects.get(name)) is None,
        )
    if change := take_info.displacement(armature, action):
        name = armature.name
        raise GestureError(
            f"{change}: its keys are not at the frames of the scene.",
            remedy=STRIP_REMEDY,
            holds=lambda: take_info.displacement(bpy.data.objects.get(name)) == change,
        )
    shift = _moved_by(action, armature, info, record)
    return Performed(armature, action, replace(info, start_frame=info.start_frame + shift), record)


def _moved_by(action, armature, info: TakeInfo, record: Record) -> int:
    """Return by how many whole frames the animator moved all keys; 0 where the keys were not moved together."""
    own = versions.slot_name(action, armature) + " "
    paths = [name.removeprefix(own) for name in record.marks if name.startswith(own)]
    # Contacts have keys only where they change.
    paths = [path for path in paths if path not in contacts.PATHS]
    shifts = set()
    for path in paths[:: max(1, len(paths) // _WITNESSES)]:
        (curve,) = fcurves.curves_of(action, armature, path, 1)
        frames = np.zeros(0) if curve is None else fcurves.points_of(curve)[:, 0]
        if len(frames) == 0 or not _is_whole(curve, frames, info.frame_count):
            return 0
        shifts.add(float(frames[0]) - info.start_frame)
    shift = shifts.pop() if len(shifts) == 1 else 0.0
    return int(shift) if shift == int(shift) else 0


def _is_whole(curve: bpy.types.FCurve, frames: np.ndarray, count: int) -> bool:
    """Return whether a curve with keys at frames (K,) is keyed over `count` frames, or does not change in these."""
    is_dense = len(frames) == count and bool((np.diff(frames) == 1).all())
    return is_dense or fcurves.is_flat_between(curve, frames[0], frames[0] + count - 1)
