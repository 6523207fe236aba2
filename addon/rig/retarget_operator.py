"""Putting a character's animation on another rig, its feet cleaned on that rig's own legs."""

from pathlib import Path

import bpy
import numpy as np
from bpy.props import BoolProperty

from ...core import requests
from ...core.body.motion import Motion, load_motion, save_motion
from ...core.errors import GestureError
from ..blender import versions
from ..face import channels as face_channels
from ..finish import source as finish_source
from ..job import report, results, state
from ..job.folder import temporary_folder
from ..job.operator import JobOperator
from ..take import contacts, keying
from ..take import store as take_store
from . import performer

# Nothing but the feet: what is retargeted was finished before.
_FEET_ONLY = {"upper": 0.0, "hands": 0.0, "lower": 0.0, "face": 0.0, "root": "free", "feet": "correct"}


class MAMBATALK_OT_retarget(JobOperator, bpy.types.Operator):
    """Put the animation of the chosen, or the other selected, character on the active armature, as a new action"""

    bl_idname = "mambatalk.retarget"
    bl_label = "Retarget"
    bl_options = {"UNDO"}
    job_label = "Retargeting"

    clean_feet: BoolProperty(
        name="Clean Feet", description="Let the feet stand still on this rig's own legs", default=True
    )

    @classmethod
    def poll(cls, context):
        """Whether there are two characters."""
        return report.explain(cls, state.why_not_start(context) or why_not_retarget(context))

    def execute(self, context):
        """With the worker where feet are cleaned, else at once."""
        if self.clean_feet:
            return super().execute(context)
        try:
            source, armature = _pair(context)
            motion = _motion(context.scene, source)
            for note in self._key(context.scene, armature, motion, source):
                self.report({"INFO"}, note)
        except GestureError as error:
            return report.fail(self, error)
        return {"FINISHED"}

    def invoke(self, context, event):
        """The same, without waiting."""
        return super().invoke(context, event) if self.clean_feet else self.execute(context)

    def task(self, context):
        """Write the motion and the rig's skeleton where the worker finds them."""
        source, armature = _pair(context)
        self._names = context.scene.name, source.name, armature.name
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
        """Write the keys."""
        scene, source, armature = (
            blocks.get(name)
            for blocks, name in zip((bpy.data.scenes, bpy.data.objects, bpy.data.objects), self._names, strict=True)
        )
        if scene is None or source is None or armature is None:
            raise GestureError("A character or its scene was removed meanwhile.", remedy="Retarget again.")
        notes = self._key(scene, armature, load_motion(result["motion"]), source)
        return [results.improvement_line(result), *notes]

    def _key(self, scene, armature, motion: Motion, source) -> list[str]:
        action = versions.action_of(source)
        kept = scene.frame_start, scene.frame_end, scene.frame_current
        start = round(action.frame_range[0])
        name, has_face = f"{action.name} {armature.name}", bool(np.any(motion.expression))
        made = keying.apply_motion(scene, armature, motion, name, start, with_face=has_face)
        # The scene's range belongs to the performance that was there.
        scene.frame_start, scene.frame_end = kept[:2]
        scene.frame_set(kept[2])
        return performer.of(armature).held_note(scene, made)


def _pair(context) -> tuple[bpy.types.Object, bpy.types.Object]:
    """Source and target.

    Raises:
        GestureError: there are no two.
    """
    if reason := why_not_retarget(context):
        raise GestureError(f"{reason}.", remedy="Then retarget.")
    return _source(context), context.object


def _source(context) -> bpy.types.Object | None:
    candidates = [context.scene.mambatalk.character, *context.selected_objects]
    return next(
        (
            each
            for each in candidates
            if each not in (None, context.object) and performer.is_performer(each) and _can_be_read(each)
        ),
        None,
    )


def _can_be_read(armature: bpy.types.Object) -> bool:
    action = versions.action_of(armature)
    return action is not None and (performer.of(armature).can_read_keys or take_store.has(action))


def why_not_retarget(context) -> str | None:
    """Why there is nothing to retarget, or nothing to retarget to."""
    if context.object is None or context.object.type != "ARMATURE":
        return "Make the armature that shall get the animation the active object"
    if not performer.is_performer(context.object):
        return f"{context.object.name} is not mapped: see Rig"
    if _source(context) is None:
        return "Choose the animated character in the panel, or select it, too"
    return None


def _motion(scene: bpy.types.Scene, source: bpy.types.Object) -> Motion:
    """What a character performs: its keys as they are; a mapped rig's take as it was finished."""
    action = versions.action_of(source)
    if not performer.of(source).can_read_keys:
        return take_store.load(action).finished
    read = finish_source.read_action(scene, source, action)
    frames = read.frames
    motion = face_channels.read(read.motion, source, action, frames)
    if not contacts.exist(action, source):
        return motion
    return motion.replace(contacts=contacts.read(action, source, frames))


CLASSES = (MAMBATALK_OT_retarget,)
