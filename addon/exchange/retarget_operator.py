"""Operator Retarget: puts a character's animation on another rig; the worker can clean the feet on that rig's legs."""

from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from bpy.props import BoolProperty

from ...core import requests
from ...core.body.motion import Motion, load_motion, save_motion
from ...core.errors import GestureError
from ..blender import session_ids
from ..character import contacts
from ..face import channels as face_channels
from ..finish import source as finish_source
from ..job import report, result_notes, state
from ..job.folder import temporary_folder
from ..job.job_mixin import JobOperator
from ..rig import performer
from ..skin import body as skin_body
from ..take import info as take_info
from ..take import keying, recording
from ..take import store as take_store

# Only feet are finished: everything else of a retargeted motion was finished before.
_FEET_ONLY = {"upper": 0.0, "hands": 0.0, "lower": 0.0, "face": 0.0, "root": "free", "feet": "correct"}


class MAMBATALK_OT_retarget(JobOperator, bpy.types.Operator):
    """Put the animation of the panel's character, else of a selected one, on the active armature, as a new action"""

    bl_idname = "mambatalk.retarget"
    bl_label = "Retarget Animation"
    bl_options = {"UNDO"}
    job_label = "Retargeting"

    clean_feet: BoolProperty(
        name="Clean Feet", description="Stop the feet from sliding: finish them on this rig's own legs", default=True
    )
    hands_out: BoolProperty(
        name="Hands Out of Body",
        description="Push hands and forearms out of this rig's meshes and of each other, smoothly",
        default=True,
    )

    @classmethod
    def poll(cls, context):
        """Return whether there are an animated character and an active armature."""
        return report.explain(cls, state.why_not_start(context) or why_not_retarget(context))

    def execute(self, context):
        """Retarget: through the worker if feet are cleaned, otherwise at once."""
        if self.clean_feet:
            return super().execute(context)
        try:
            source, armature = _pair(context)
            motion = _motion(context.scene, source)
            for note in _key(context.scene, armature, motion, _Origin.of(source), self.hands_out):
                report.inform(self, note)
        except GestureError as error:
            return report.fail(self, error)
        return {"FINISHED"}

    def invoke(self, context, event):
        """Start to retarget, as `execute` does, without waiting for the worker."""
        return super().invoke(context, event) if self.clean_feet else self.execute(context)

    def task(self, context):
        """Write the motion and the rig's skeleton to files, and return the request that finishes the feet."""
        source, armature = _pair(context)
        self._numbers = session_ids.of(context.scene), session_ids.of(armature)
        self._origin = _Origin.of(source)
        performer.of(armature).require_free()
        motion = _motion(context.scene, source)
        self._folder = temporary_folder()
        folder = Path(self._folder.name)
        save_motion(motion, folder / "motion.npz")
        np.savez(folder / "skeleton.npz", rest_joints=performer.of(armature).rest_joints())
        return requests.Finish(
            motion=folder / "motion.npz",
            out=folder / "finished.npz",
            settings=_FEET_ONLY | {"use_contacts": motion.contacts is not None},
            skeleton=folder / "skeleton.npz",
        )

    def apply(self, context, result):
        """Key the finished motion on the rig; return notes for the panel."""
        scene = session_ids.find(bpy.data.scenes, self._numbers[0])
        armature = session_ids.find_in_scenes(self._numbers[1])
        if scene is None or armature is None:
            raise GestureError("The armature or its scene was removed meanwhile.", remedy="Retarget again.")
        notes = _key(scene, armature, load_motion(result["motion"]), self._origin, self.hands_out)
        return [result_notes.improvement_line(result), *notes]


@dataclass(frozen=True)
class _Origin:
    """What the new action gets from the one that it is retargeted from.

    Attributes:
        name: of the action.
        start: its first frame.
        sound: mark of the strip that plays with it.
    """

    name: str
    start: int
    sound: str

    @classmethod
    def of(cls, source: bpy.types.Object) -> "_Origin":
        """Read it from what a character performs."""
        action = take_info.performed(source)
        return cls(action.name, round(action.frame_range[0]), recording.mark_of(action))


def _key(scene, armature, motion: Motion, origin: _Origin, hands_out: bool) -> list[str]:
    """Key a motion as a new action, named after the one that it comes from; return notes on what is held."""
    has_face, name = bool(np.any(motion.expression)), f"{origin.name} {armature.name}"
    if hands_out:
        motion = skin_body.out_of(armature, motion)
    made = keying.apply_motion(scene, armature, motion, name, origin.start, with_face=has_face, sound=origin.sound)
    return skin_body.take_notes(armature) + performer.of(armature).held_note(scene, made)


def _pair(context) -> tuple[bpy.types.Object, bpy.types.Object]:
    """Return the animated character and the armature that gets its animation.

    Raises:
        GestureError: one of them is missing.
    """
    if reason := why_not_retarget(context):
        raise GestureError(f"{reason}.", remedy="Then retarget.")
    return _source(context), context.object


def _source(context) -> bpy.types.Object | None:
    """Return the animated character: the one in the panel, a selected one, or the only one; None where none is."""

    def can_be(each) -> bool:
        return each not in (None, context.object) and performer.is_performer(each) and _can_be_read(each)

    for each in (context.scene.mambatalk.character, *context.selected_objects):
        if can_be(each):
            return each
    others = [each for each in context.scene.objects if each.type == "ARMATURE" and can_be(each)]
    return others[0] if len(others) == 1 else None


def _can_be_read(armature: bpy.types.Object) -> bool:
    """Return whether the animation of a character can be turned into a motion: any keys on SMPL-X, or a take."""
    action = take_info.performed(armature)
    return action is not None and (performer.of(armature).can_read_keys or take_store.has(action))


def why_not_retarget(context) -> str | None:
    """Return the reason why nothing can be retargeted; None where it can."""
    if context.object is None or context.object.type != "ARMATURE":
        return "Make the armature that shall get the animation the active object"
    if not performer.is_performer(context.object):
        return f"{context.object.name} is not mapped: see Rig"
    if _source(context) is None:
        return "Choose the animated character in the panel, or select it, too"
    return None


def _motion(scene: bpy.types.Scene, source: bpy.types.Object) -> Motion:
    """Return what a character performs: its present keys; on a mapped rig, the finished motion of its take."""
    action = take_info.performed(source)
    if not performer.of(source).can_read_keys:
        return take_store.load(action).finished
    read = finish_source.read_action(scene, source, action)
    frames = read.frames
    motion = face_channels.read(read.motion, source, action, frames)
    if not contacts.exist(action, source):
        return motion
    return motion.replace(contacts=contacts.read(action, source, frames))


CLASSES = (MAMBATALK_OT_retarget,)
