"""Keys of a long take that is still being made: they grow at the end as pieces of the motion arrive.

The keys lie in actions of their own, which go when the take is complete, or when the job is cancelled. Then everything
is as it was before the first piece, so that there is no step to undo. A file that is saved meanwhile, by Blender or by
the user, has these actions: when it is opened, they go, too.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ...core.body.motion import load_motion
from ...core.errors import GestureError
from ..blender import fcurves, nla, sequencer, session_ids, timeline, versions
from ..rig import performer
from ..take import channels as take_channels

NAME = "In Progress"
# Custom properties of such an action: what it is, and the action in whose place it is.
KEY, BEFORE_KEY = "mambatalk_growing", "mambatalk_before"
# A frame that begins this close before a piece is its first one.
_TOLERANCE = 1e-6


@dataclass
class _Block:
    """What was done to one animated data-block: numbers of actions, and what its keyed properties were.

    Attributes:
        action: the action with the growing keys.
        before: the action that the data-block had; None where it had none.
        values: each keyed property by its path.
    """

    action: int
    before: int | None
    values: dict[str, Any]


@dataclass
class Growing:
    """The keys of one take.

    Attributes:
        scene, armature: numbers for this session (`addon.blender.session_ids`).
        start_frame: the scene frame of the take's first frame.
    """

    scene: int
    armature: int
    start_frame: int
    _blocks: dict[int, _Block] = field(default_factory=dict)
    _turns: dict[str, dict[str, Any]] = field(default_factory=dict)  # rotation of each bone, in every mode
    _range: tuple[int, int] | None = None

    def add(self, path: Path, first: int) -> None:
        """Key a piece of the motion, whose first frame has this number in the take.

        Where the character is gone, or a strip of it is being tweaked, nothing is keyed.
        """
        scene = session_ids.find(bpy.data.scenes, self.scene)
        armature = session_ids.find_in_scenes(self.armature)
        if scene is None or armature is None:
            return
        try:
            nla.require_assignable(armature)
            piece, fps = load_motion(path), sequencer.scene_fps(scene)
            motion = take_channels.at_frames(piece, fps)
            keyed = [(block, found) for block, found in take_channels.of(motion, armature) if found]
        except GestureError:
            return  # the whole take, or its error, follows
        begin = np.ceil(first / piece.fps * fps - _TOLERANCE)
        frames = self.start_frame + begin + np.arange(motion.frame_count)
        self._range = self._range or (scene.frame_start, scene.frame_end)
        for block, found in keyed:
            self._key(block, frames, found)
        timeline.include(scene, frames[0], frames[-1])
        timeline.refresh(scene)

    def remove(self) -> None:
        """Give the character back what it performed before the first piece."""
        blocks = {session_ids.of(each): each for each in (*bpy.data.objects, *bpy.data.shape_keys)}
        for number, kept in self._blocks.items():
            if number in blocks:
                _put_back(blocks[number], kept)
            if action := session_ids.find(bpy.data.actions, kept.action):
                bpy.data.actions.remove(action)
        armature = blocks.get(self.armature)
        for name, turn in self._turns.items():
            bone = None if armature is None else armature.pose.bones.get(name)
            for attribute, value in turn.items() if bone is not None else ():
                setattr(bone, attribute, value)  # the mode comes first: Blender converts the values when it changes
        scene = session_ids.find(bpy.data.scenes, self.scene)
        if scene is not None and self._range is not None:
            scene.frame_start, scene.frame_end = self._range
            timeline.refresh(scene)
        self._blocks, self._turns, self._range = {}, {}, None

    def _key(self, block: bpy.types.ID, frames: np.ndarray, found: list[fcurves.Channel]) -> None:
        kept = self._blocks.get(session_ids.of(block))
        action = None if kept is None else session_ids.find(bpy.data.actions, kept.action)
        if action is not None:
            fcurves.extend(action, block, frames, found)
            return
        # The first piece, or the keys of earlier ones were undone.
        action = bpy.data.actions.new(NAME)
        action[KEY] = True
        fcurves.extend(action, block, frames, found)
        if block.id_type == "OBJECT":
            performer.of(block).key_switches(action, frames[0])
        if kept is None:
            paths = {curve.data_path for curve in versions.curves_for(action, block)}
            before = versions.assigned_action(block)
            if before is not None:
                action[BEFORE_KEY] = before
            number = None if before is None else session_ids.of(before)
            kept = _Block(0, number, {path: _value(block, path) for path in paths})
            self._blocks[session_ids.of(block)] = kept
            if block.id_type == "OBJECT":
                self._turns = {bone.name: _turn(bone) for bone in block.pose.bones}
        kept.action = session_ids.of(action)
        if block.id_type == "OBJECT":
            performer.of(block).prepare()
        versions.assign_action(block, action)


@bpy.app.handlers.persistent
def _after_load(*_arguments) -> None:
    """Remove growing keys from a file that was saved during a job: no job goes on with them."""
    growing = {action for action in bpy.data.actions if KEY in action and action.library is None}
    if not growing:
        return
    for block in (*bpy.data.objects, *bpy.data.shape_keys):
        action = versions.assigned_action(block)
        if action in growing:
            versions.animate(block, action.get(BEFORE_KEY))
    for action in growing:
        bpy.data.actions.remove(action)


def register():
    """Look at each file that is opened."""
    bpy.app.handlers.load_post.append(_after_load)


def unregister():
    """Stop looking."""
    bpy.app.handlers.load_post.remove(_after_load)


def _put_back(block: bpy.types.ID, kept: _Block) -> None:
    """Give a data-block the action that it had, and the values that its properties had without one."""
    before = None if kept.before is None else session_ids.find(bpy.data.actions, kept.before)
    if block.animation_data is not None:
        versions.animate(block, before)
    for path, value in kept.values.items():
        owner, name = _split(path)
        target = block.path_resolve(owner) if owner else block
        if name.startswith("["):
            target[name[2:-2]] = value
        else:
            setattr(target, name, value)


def _turn(bone: bpy.types.PoseBone) -> dict[str, Any]:
    """Return a copy of a bone's rotation mode and of its rotation in each mode."""
    return {
        "rotation_mode": bone.rotation_mode,
        "rotation_quaternion": bone.rotation_quaternion.copy(),
        "rotation_euler": bone.rotation_euler.copy(),
        "rotation_axis_angle": tuple(bone.rotation_axis_angle),
    }


def _value(block: bpy.types.ID, path: str) -> Any:
    """Return a copy of the present value of a property."""
    value = block.path_resolve(path)
    return value.copy() if hasattr(value, "copy") else value


def _split(path: str) -> tuple[str, str]:
    """Split a data path into its owner and the property: a name, or `["a name"]` of the user's own."""
    if path.endswith('"]'):
        at = path.rindex('["')
        return path[:at], path[at:]
    owner, _, name = path.rpartition(".")
    return owner, name
