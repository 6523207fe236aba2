"""Rewriting a take's keys: new values where keys may change, locked channels and hand edits as they are.

Three changes bring new values. They differ in the frames that they write, and in the values towards which the keys
around a hand edit fade. (An edit is found by its check sums: the keys of a frame are not those that were written.)

    rewrite_motion  another motion: a resample, a mix, finishing again. Around an edit the present keys fade into the
                    new motion within a margin, which is the longer the farther the two are apart; the record calls
                    these frames softened.
    rewrite_levels  other levels or markers. Around an edit, and in softened frames, the keys fade over to the motion
                    without levels, so that the old levels give the old keys again.
    drop_edits      edits are dropped. Their frames, and the softened frames around them, get the take's own keys again.

What happens to one rotation when a motion is rewritten, and frames 5 to 7 were edited by hand:

    frame     0   1   2   3   4   5   6   7   8   9  10  11
    keyed     old old old old old HAND HAND HAND old old ...
    wanted    new new new new new new  new  new  new new ...
    written   new old→HAND fades: "softened"│kept to the bit│fades HAND→new

Where only some rows are written (a resample of a range), `key_seams.joined` makes the new rows continue the keys beside
them. The record of what was written is brought up to date; saving it is the caller's task.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import bpy
import numpy as np

from ...core.body.blend import DEFAULT_MARGIN, keep_quats, keep_values, margin_over, mask_weights
from ...core.body.curves import runs
from ...core.body.motion import Motion
from ...core.direct.chain import Changed
from ..blender import fcurves, versions
from ..blender.fcurves import Channel
from ..blender.key_seams import TURN, apart, joined
from ..blender.paths import is_euler, is_quaternion
from ..character import contacts
from . import channels as take_channels
from . import locks
from .channels import EVERYTHING
from .performed import Performed

# Frames (T,) by the name of a channel in the record.
Masks = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class ChannelState:
    """One channel of a take: the wanted values, the keyed values, and the frames that were edited by hand.

    Attributes:
        take: on its character.
        id_block: the armature or the shape keys.
        wanted: the new values, at the take's keys.
        name: name of the channel in the take's record.
        keyed: (T, C) present values in single precision; None where curves are missing or nothing was written before.
        edited: (T,) whether the keys of a frame were edited by hand; a deleted curve is an edit of all frames.
        softened: (T,) whether the keys of a frame lead over to an edit.
    """

    take: Performed
    id_block: bpy.types.ID
    wanted: Channel
    name: str
    keyed: np.ndarray | None
    edited: np.ndarray
    softened: np.ndarray

    @classmethod
    def of(cls, take: Performed, id_block: bpy.types.ID, wanted: Channel) -> "ChannelState":
        """Read what is keyed on a channel, and compare it with the take's record."""
        name, record = take.name_of(id_block, wanted.path), take.record
        none = np.zeros(record.frame_count, bool)
        if name not in record.marks:
            return cls(take, id_block, wanted, name, None, none, none)
        keyed = take.values(id_block, wanted.path, wanted.values.shape[1])
        if keyed is None:
            return cls(take, id_block, wanted, name, None, ~none, none)
        edited = record.edited(name, keyed)
        return cls(take, id_block, wanted, name, keyed, edited, record.softened.get(name, none) & ~edited)

    def without_edits(self, released: np.ndarray) -> "ChannelState":
        """Return the state without the edits in frames (T,), and without the softened frames around them."""
        gone = np.zeros_like(released)
        for start, end in runs(self.edited | self.softened):
            gone[start:end] = (released & self.edited)[start:end].any()
        edited = self.edited & ~released
        near = mask_weights(edited) > 0
        return replace(self, edited=edited, softened=self.softened & (near | ~gone))

    def write_missing(self) -> None:
        """Write a channel whose curves are missing, but not where a hand deleted them."""
        if not self.edited.any():
            fcurves.write(self.take.own_action(self.id_block), self.id_block, self.take.frames, [self.wanted])
            self.take.record.note(self.name, self.wanted.values)

    def write(self, kept: np.ndarray, lead: np.ndarray, rows: np.ndarray | None = None) -> None:
        """Write the wanted values around kept frames.

        Args:
            kept: frames (T,) whose keys stay to the bit.
            lead: (T, C) values that the frames around the kept ones lead over to.
            rows: frames (T,) that may be written, if not all.
        """
        rows = ~kept if rows is None else rows & ~kept
        channel = joined(self._leading_over(kept, lead), self.keyed, rows)
        # Values are compared in single precision, as keys are stored, because most keys stay when one level changes.
        if (channel.values.astype(np.float32) != self.keyed)[rows].any():
            fcurves.write_rows(self.take.own_action(self.id_block), self.id_block, self.take.frames, channel, rows)
        values = np.where(rows[:, None], channel.values, self.keyed)
        self.take.record.note(self.name, values, self.edited)

    def _leading_over(self, kept: np.ndarray, lead: np.ndarray) -> Channel:
        if not kept.any():
            return self.wanted
        old = np.where(kept[:, None], self.keyed, lead).astype(np.float64)
        keep = keep_quats if is_quaternion(self.wanted.path) else keep_values
        values = keep(old, self.wanted.values, kept, self.margin(kept, lead))
        return Channel(self.wanted.path, values, self.wanted.group)

    def margin(self, kept: np.ndarray, lead: np.ndarray) -> int:
        """Return within how many frames beside kept ones (T,) other values (T, C) lead over to the wanted ones."""
        near = (mask_weights(kept, 1) > 0) & ~kept
        if not near.any() or isinstance(self.id_block, bpy.types.Key):
            return DEFAULT_MARGIN
        off = apart(self.wanted.path, lead[near].astype(np.float64), self.wanted.values[near])
        if is_euler(self.wanted.path):
            off -= TURN * np.round(off / TURN)
        return margin_over(np.abs(off).max())

    def cut_ends(self, released: np.ndarray) -> None:
        """Remove keys before the take where its first frame (T,) is released, and after it where its last one is.

        Keys that were stretched or moved in time reach beyond the take.
        """
        first = self.take.frames[0] if released[0] else -np.inf
        last = self.take.frames[-1] if released[-1] else np.inf
        action, width = self.take.own_action(self.id_block), self.wanted.values.shape[1]
        for curve in fcurves.curves_of(action, self.id_block, self.wanted.path, width):
            fcurves.cut(curve, first, last)


def rewrite_motion(
    take: Performed, motion: Motion, changed: Changed = EVERYTHING, rows: np.ndarray | None = None
) -> None:
    """Key another motion of the take, around locks and hand edits.

    Args:
        take: on its character.
        motion: at the take's keys.
        changed: joints, shapes and contacts to write.
        rows: frames (T,) to write, if not all.
    """
    allowed = locks.allowed(take.action, changed)
    rows = np.ones(take.info.frame_count, bool) if rows is None else rows
    for state in channel_states(take, motion, allowed):
        if state.keyed is None:
            state.write_missing()
            continue
        before = take.record.softened.get(state.name)
        if state.edited.any() or before is not None:
            fresh = (mask_weights(state.edited, state.margin(state.edited, state.keyed)) > 0) & ~state.edited
            take.record.soften(state.name, np.where(rows, fresh, False if before is None else before))
        state.write(state.edited, state.keyed, rows)
    if allowed.contacts and motion.contacts is not None:
        _rewrite_contacts(take, _contact_states(take, motion), motion.contacts, rows)


def rewrite_levels(take: Performed, motion: Motion, finished: Motion, changed: Changed = EVERYTHING) -> None:
    """Key the motion that other levels or markers make.

    Args:
        take: on its character.
        motion: at the take's keys.
        finished: the motion without levels, at the take's keys; keys around hand edits lead over to it.
        changed: joints, shapes and contacts to write.
    """
    allowed = locks.allowed(take.action, changed)
    finished_values = _FinishedValues(finished, take, allowed)
    for state in channel_states(take, motion, allowed):
        if state.keyed is None:
            state.write_missing()
            continue
        kept = state.edited | state.softened
        state.write(kept, finished_values.of(state) if kept.any() else state.keyed)
    if allowed.contacts and motion.contacts is not None:
        _rewrite_contacts(take, _contact_states(take, motion), motion.contacts)


def drop_edits(take: Performed, motion: Motion, finished: Motion, released: Masks) -> None:
    """Key the take's own motion where hand edits are dropped; no other channel is written.

    Args:
        take: on its character.
        motion: at the take's keys, as it is directed.
        finished: the motion without levels, at the take's keys; keys around edits that stay lead over to it.
        released: frames (T,) by channel whose edits are dropped.
    """
    allowed = locks.allowed(take.action, EVERYTHING)
    finished_values = _FinishedValues(finished, take, allowed)
    for found in channel_states(take, motion, allowed):
        if found.name not in released:
            continue
        state = found.without_edits(released[found.name])
        if state.keyed is None:
            state.write_missing()
            continue
        kept = state.edited | state.softened
        take.record.soften(state.name, state.softened)
        state.write(kept, finished_values.of(state) if kept.any() else state.keyed)
        state.cut_ends(released[state.name] & ~kept)
    if allowed.contacts and motion.contacts is not None:
        states = [
            (column, state.without_edits(released[state.name]))
            for column, state in _contact_states(take, motion)
            if state.name in released
        ]
        _rewrite_contacts(take, states, motion.contacts)


class _FinishedValues:
    """Values of the motion without levels by channel, computed when the first edit asks for them."""

    def __init__(self, finished: Motion, take: Performed, allowed: Changed):
        self._arguments = finished, take.armature, allowed
        self._values: dict[tuple[str, str], np.ndarray] = {}

    def of(self, state: ChannelState) -> np.ndarray:
        """Return the values (T, C) of a channel."""
        if not self._values:
            for id_block, found in take_channels.of(*self._arguments):
                self._values |= {(id_block.name, channel.path): channel.values for channel in found}
        return self._values[state.id_block.name, state.wanted.path]


def channel_states(take: Performed, motion: Motion, allowed: Changed) -> Iterator[ChannelState]:
    """Yield the state of each channel that a motion keys and that no lock of a bone holds."""
    locked = locks.bones(take.action)
    # All channels are computed first: an armature that cannot be keyed raises before anything is written.
    for id_block, found in list(take_channels.of(motion, take.armature, allowed)):
        if found:
            _require_action(take, id_block)
        for channel in found:
            if id_block != take.armature or channel.group not in locked:
                yield ChannelState.of(take, id_block, channel)


def _require_action(take: Performed, id_block: bpy.types.ID) -> None:
    """Make sure that a take has an action of its own for a data-block, and that it plays where nothing else does."""
    before, playing = versions.action_for(take.action, id_block), versions.action_of(id_block)
    own = versions.require_action_for(take.action, id_block)
    if playing is None or (playing == before and playing != own):
        versions.assign_action(id_block, own)


def _contact_states(take: Performed, motion: Motion) -> list[tuple[int, ChannelState]]:
    """Return the column of each foot contact with its state."""
    wanted = contacts.channels_of(motion.contacts)
    return [(column, ChannelState.of(take, take.armature, channel)) for column, channel in enumerate(wanted)]


def _rewrite_contacts(
    take: Performed, states: list[tuple[int, ChannelState]], wanted: np.ndarray, rows: np.ndarray | None = None
) -> None:
    """Key foot contacts (T, 4) around hand edits; feet land and leave at once, so nothing leads over to an edit."""
    written = np.zeros(wanted.shape, bool)
    for column, state in states:
        keyed = take.values(take.armature, state.wanted.path, 1)
        if keyed is None and state.edited.any():
            continue
        everywhere = rows is None or keyed is None
        written[:, column] = ~state.edited if everywhere else rows & ~state.edited
        values = np.where(written[:, column, None], state.wanted.values, 0 if keyed is None else keyed)
        take.record.note(state.name, values, state.edited)
    contacts.write(take.action, take.armature, take.frames, wanted, written)
