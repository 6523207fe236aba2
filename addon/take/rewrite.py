"""Keys of a take written anew where they may be: what changed, in the frames that may, around what hands made."""

from collections.abc import Mapping

import numpy as np

from ...core.body.blend import DEFAULT_MARGIN, keep_quats, keep_values, mask_weights
from ...core.body.motion import Motion
from ...core.direct.chain import Changed
from ..blender import fcurves, versions
from ..blender.fcurves import Channel
from . import channels as take_channels
from . import contacts, locks
from .channels import EVERYTHING
from .playback import Performed
from .seams import joined

Masks = Mapping[str, np.ndarray]


def rewrite(
    take: Performed,
    motion: Motion,
    changed: Changed = EVERYTHING,
    rows: np.ndarray | None = None,
    calm: Motion | None = None,
    released: Masks | None = None,
) -> None:
    """Key a motion where a take's keys may change, and remember that in its record, which is not saved yet.

    What is locked, and what was edited by hand, stays to the bit; keys next to edits lead over to them.

    Args:
        take: on its character.
        motion: at the take's keys.
        changed: channels to write.
        rows: frames (T,) to write; None: all.
        calm: for a change of levels, the motion without levels: next to edits it comes through, so that levels set back
            give what was there before. Without it (the motion itself is another one) the keys that are there do.
        released: frames (T,) by channel whose edits are given up; no other channel is written.
    """
    allowed = locks.allowed(take.action, changed)
    names = locks.bones(take.action)
    rows = np.ones(take.info.frame_count, bool) if rows is None else rows
    calm_values = None
    # All of them first: who cannot be keyed says so before anything was written.
    for id_block, found in list(take_channels.of(motion, take.armature, allowed)):
        if found and (id_block.animation_data is None or id_block.animation_data.action is None):
            versions.assign_action(id_block, take.own_action(id_block))
        for channel in found:
            name = take.name_of(id_block, channel.path)
            if (id_block == take.armature and channel.group in names) or (
                released is not None and name not in released
            ):
                continue
            edited, softened, now = _hands(take, id_block, channel, calm is not None, released or {})
            if now is None:
                if not edited.any():
                    fcurves.write(take.own_action(id_block), id_block, take.frames, [channel])
                    take.record.note(name, channel.values)
                continue
            kept = edited | softened
            if kept.any():
                if calm is not None and calm_values is None:
                    calm_values = _by_path(calm, take.armature, allowed)
                lead = now if calm is None else calm_values[id_block.name, channel.path]
                channel = _around(channel, now, lead, kept)
            if released is not None:
                take.record.soften(name, softened)
            elif calm is None and (edited.any() or name in take.record.softened):
                _remember_softened(take, name, edited, rows)
            _write(take, id_block, joined(channel, now, rows & ~kept), now, rows & ~kept, edited)
            if released is not None:
                _cut_ends(take, id_block, channel, released[name] & rows & ~kept)
    if allowed.contacts and motion.contacts is not None:
        _rewrite_contacts(take, motion.contacts, rows, released)


def _rewrite_contacts(take: Performed, wanted: np.ndarray, rows: np.ndarray, released: Masks | None) -> None:
    """The same for contacts (T, 4); feet land and leave at once, nothing leads over to edits."""
    written = np.zeros(wanted.shape, bool)
    for column, channel in enumerate(contacts.channels_of(wanted)):
        name = take.name_of(take.armature, channel.path)
        if released is not None and name not in released:
            continue
        edited, _, _ = _hands(take, take.armature, channel, False, released or {})
        now = take.values(take.armature, channel.path, 1)
        if now is None and edited.any():
            continue
        written[:, column] = (rows | (now is None)) & ~edited
        values = np.where(written[:, column, None], channel.values, 0 if now is None else now)
        take.record.note(name, values, edited)
    contacts.write(take.action, take.armature, take.frames, wanted, written)


def _hands(take: Performed, id_block, channel: Channel, with_softened: bool, released: Masks):
    """Frames that were edited, frames that lead over to edits, and what is keyed now (None: curves are missing)."""
    name, record = take.name_of(id_block, channel.path), take.record
    none = np.zeros(record.frame_count, bool)
    if name not in record.marks:
        return none, none, None
    now = take.values(id_block, channel.path, channel.values.shape[1])
    if now is None:
        return ~none & ~released.get(name, none), none, None
    edited = record.edited(name, now)
    softened = record.softened.get(name, none) & ~edited if with_softened else none
    if name in released:
        # What led over to a released edit goes with it.
        near = mask_weights(released[name] & edited) > 0
        edited, softened = edited & ~released[name], softened & ~near
    return edited, softened, now


def _by_path(motion: Motion, armature, changed: Changed) -> dict[tuple[str, str], np.ndarray]:
    return {
        (id_block.name, channel.path): channel.values
        for id_block, found in take_channels.of(motion, armature, changed)
        for channel in found
    }


def _around(channel: Channel, now: np.ndarray, lead: np.ndarray, kept: np.ndarray) -> Channel:
    """The channel leading over to what is kept."""
    old = np.where(kept[:, None], now, lead)
    blend = keep_quats if channel.path.endswith("rotation_quaternion") else keep_values
    return Channel(channel.path, blend(old.astype(np.float64), channel.values, kept), channel.group)


def _remember_softened(take: Performed, name: str, edited: np.ndarray, rows: np.ndarray) -> None:
    before = take.record.softened.get(name, np.zeros(len(rows), bool))
    fresh = (mask_weights(edited, DEFAULT_MARGIN) > 0) & ~edited
    take.record.soften(name, np.where(rows, fresh, before))


def _cut_ends(take: Performed, id_block, channel: Channel, given_up: np.ndarray) -> None:
    """Remove keys before the take where its first frame was given up, and after it where its last one was.

    Keys that were stretched or moved in time reach beyond it.
    """
    first = take.frames[0] if given_up[0] else -np.inf
    last = take.frames[-1] if given_up[-1] else np.inf
    for curve in fcurves.curves_of(take.own_action(id_block), id_block, channel.path, channel.values.shape[1]):
        fcurves.cut(curve, first, last)


def _write(take: Performed, id_block, channel: Channel, now: np.ndarray, rows: np.ndarray, edited: np.ndarray) -> None:
    # As keys, in single precision: most of a take stays when one level of it changes.
    if (channel.values.astype(np.float32) != now)[rows].any():
        fcurves.write_rows(take.own_action(id_block), id_block, take.frames, channel, rows)
    values = np.where(rows[:, None], channel.values, now)
    take.record.note(take.name_of(id_block, channel.path), values, edited)
