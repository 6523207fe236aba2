"""Spread of hand edits over the keys around them, so that the character moves into an edit instead of popping.

The keys that change count as hand edits, too: a resample or a level keeps them with the edit that they lead over to.
"""

import bpy
import numpy as np

from ...core.body.curves import runs
from ...core.body.motion import Motion
from ...core.body.spread import Side, sides_of, spread_quats, spread_values
from ..blender import fcurves
from ..blender.fcurves import Channel
from ..blender.key_seams import apart
from ..blender.paths import is_euler, is_quaternion
from . import locks
from .channels import EVERYTHING
from .performed import Performed
from .rewrite import ChannelState, Masks, channel_states

# Smaller differences from the take's own motion, in radians, metres or shares of a shape, are no edit.
_SAME = 1e-4
# A frame continues the one before it if it moves on by less than this part of the step to the next one.
_CONTINUES = 0.25


def spread(
    take: Performed, motion: Motion, around: Masks, frame_count: int, is_eased: bool = True, is_exact: bool = False
) -> int:
    """Let the keys around hand edits lead over to them; the edits stay to the bit.

    Args:
        take: on its character.
        motion: at the take's keys, as it is directed, without edits.
        around: frames (T,) by channel, whose edits are spread. Contacts and locked bones are left alone.
        frame_count: how many keys on either side change.
        is_eased: whether the keys lead over with minimum jerk; if not, evenly.
        is_exact: whether just these frames stay; otherwise the record says, in blocks, which frames were edited, all
            other edits stay, too, and of a block only the frames that differ from the motion count as edited.

    Returns:
        the number of channels that were changed.
    """
    count = 0
    for state in channel_states(take, motion, locks.allowed(take.action, EVERYTHING)):
        if state.name not in around or state.keyed is None:
            continue
        chosen, kept = around[state.name], around[state.name]
        if not is_exact:
            kept = _by_hand(state)
            chosen = chosen & kept
        sides = sides_of(chosen, kept, frame_count, is_eased)
        if sides:
            rows = np.isin(np.arange(len(kept)), np.concatenate([side.near for side in sides]))
            channel = _spread(state, sides)
            fcurves.write_rows(take.own_action(state.id_block), state.id_block, take.frames, channel, rows)
            count += 1
    return count


def selected(take: Performed, motion: Motion) -> Masks:
    """Return the frames (T,) of selected keys by channel; a channel of which all keys are selected leads nowhere."""
    found = {}
    for state in channel_states(take, motion, locks.allowed(take.action, EVERYTHING)):
        if state.keyed is None:
            continue
        action, width = take.own_action(state.id_block), state.wanted.values.shape[1]
        mask, is_all = np.zeros(take.info.frame_count, bool), True
        for curve in fcurves.curves_of(action, state.id_block, state.wanted.path, width):
            frames = fcurves.selected_frames(curve)
            mask |= np.isin(take.frames, frames)
            is_all = is_all and len(frames) == len(curve.keyframe_points)
        if mask.any() and not (is_all or mask.all()):
            found[state.name] = mask
    return found


def _spread(state: ChannelState, sides: list[Side]) -> Channel:
    """Return a channel whose keys lead over to edits."""
    path, keyed, base = state.wanted.path, state.keyed.astype(np.float64), state.wanted.values
    if is_quaternion(path):
        values = spread_quats(keyed, base, sides)
    else:
        values = spread_values(keyed, base, sides, are_angles=is_euler(path))
    if isinstance(state.id_block, bpy.types.Key):
        values = np.clip(values, min(0.0, keyed.min()), max(1.0, keyed.max()))
    return Channel(path, values, state.wanted.group)


def _by_hand(state: ChannelState) -> np.ndarray:
    """Return which frames (T,) of the edited blocks were edited.

    A frame that is as in the take's motion was not. Where a resample kept a block, its other frames hold the motion of
    before the resample, and differ, too; the frames around the block lead over from it. Such a frame, at the end of a
    block, continues those outside of the block, and it is the edit beside it that pops:

        frame             96   97   98   99 | 100   101 | 102
        off the motion     1    2    3    4 |   5    36 |   5        100 is no edit, 101 is
    """
    off = apart(state.wanted.path, state.keyed.astype(np.float64), state.wanted.values)
    differs = np.abs(off).max(1) > _SAME
    found, block = state.edited & differs, state.take.record.block
    for start, end in runs(state.edited):
        for edge, step in ((start, 1), (end - 1, -1)):
            for frame in range(edge, edge + step * (block - 1), step):
                outside, inside = frame - step, frame + step
                if not (0 <= outside < len(off) and start <= inside < end and differs[outside]):
                    break
                if _size(off[frame] - off[outside]) >= _CONTINUES * _size(off[inside] - off[frame]):
                    break
                found[frame] = False
    return found


def _size(difference: np.ndarray) -> float:
    return float(np.abs(difference).max())
