"""Finishing the animation on the character again, with other settings, always from the unfinished motion."""

from pathlib import Path

import bpy
import numpy as np

from ...core.body.motion import load_motion, save_motion
from ...core.errors import GestureError
from ...core.worker import protocol
from ..blender import sequencer, versions
from ..direct import transfer
from ..job import report, results, state
from ..job.folder import temporary_folder
from ..job.operator import JobOperator
from ..rig import blocked as rig_blocked
from ..rig import channels as rig_channels
from ..rig import performer
from ..take import contacts, hand_edits, keying, playback
from ..take import info as take_info
from ..take import store as take_store
from . import source as finish_source


class MAMBATALK_OT_finish(JobOperator, bpy.types.Operator):
    """Take shake, sliding feet and drift out of the character's animation, starting from its unfinished motion"""

    bl_idname = "mambatalk.finish"
    bl_label = "Finish Again"
    bl_options = {"UNDO"}
    job_label = "Finishing"

    @classmethod
    def poll(cls, context):
        """Whether there is an animation to finish."""
        return report.explain(cls, state.why_not_start(context) or why_not_finish(context))

    def task(self, context):
        """Write the unfinished motion, and the skeleton of the armature, where the worker finds them."""
        scene, armature = context.scene, performer.require_target(context)
        self._scene_name, self._armature_name = scene.name, armature.name
        self._source = finish_source.find(scene, armature)
        motion, action = self._source.motion, versions.action_of(armature)
        take_info.require_own(action)
        settings = scene.mambatalk.finish_settings()
        self._held, self._notes = None, []
        if self._source.take:
            transfer.refuse_other_rate(playback.of(armature), sequencer.scene_fps(scene))
        # What is made anew later is not made for the contacts that are edited now.
        self._settings = {name: value for name, value in settings.items() if name != "use_contacts"}
        if scene.mambatalk.finish_contacts:
            if not contacts.exist(action, armature):
                raise GestureError(
                    f"{action.name} has no contacts to hold.", remedy="Finish once with Edited Contacts off."
                )
            motion = motion.replace(contacts=self._contacts(action, armature)[0])
        elif settings["root"] != "stand_still" and settings["feet"] != "off" and contacts.exist(action, armature):
            values, changed = self._contacts(action, armature)
            if changed.any():
                self._held, self.task_count = (values, changed, settings), 2
                self._notes = ["Held the contacts that were changed by hand; Drop Edits gives them up"]
        self._folder = temporary_folder()
        np.savez(Path(self._folder.name) / "skeleton.npz", rest_joints=rig_channels.skeleton_of(armature))
        return self._request(motion, settings)

    def following(self, result):
        """The same with the contacts that were changed by hand, where there are some: the others are found by now."""
        found = load_motion(result["motion"]).contacts
        if self._held is None or found is None:
            return None
        (values, changed, settings), self._held = self._held, None
        held = self._source.motion.replace(contacts=np.where(changed, values, found))
        return self._request(held, {**settings, "use_contacts": True})

    def apply(self, context, result):
        """Replace the keys."""
        scene = bpy.data.scenes.get(self._scene_name)
        armature = bpy.data.objects.get(self._armature_name)
        if scene is None or armature is None or versions.action_of(armature) is None:
            raise GestureError("The character or its animation was removed meanwhile.", remedy="Finish it again.")
        motion = load_motion(result["motion"])
        if self._source.take:
            action = versions.action_of(armature)
            new = take_store.load(action).with_finished(motion, self._settings)
            transfer.take_in(playback.of(armature), new, fps=sequencer.scene_fps(scene))
            keying.use_quaternions(armature)
        else:
            finish_source.keep_source(armature)
            keying.replace_keys(scene, armature, motion, self._source.start_frame)
        held = rig_blocked.held_note(scene, armature, versions.action_of(armature))
        return [results.improvement_line(result), *self._notes, *held]

    def _contacts(self, action, armature) -> tuple[np.ndarray, np.ndarray]:
        """Contacts (T, 4) at the motion's frames, and which of them were changed by hand since they were found."""
        if self._source.take:
            return hand_edits.edited_contacts(playback.of(armature), self._source.frames)
        found = contacts.read(action, armature, self._source.frames)
        return found, np.zeros(found.shape, bool)

    def _request(self, motion, settings: dict) -> protocol.Finish:
        folder = Path(self._folder.name)
        save_motion(motion, folder / "motion.npz")
        return protocol.Finish(
            motion=str(folder / "motion.npz"),
            out=str(folder / "finished.npz"),
            settings=settings,
            skeleton=str(folder / "skeleton.npz"),
        )


def why_not_finish(context) -> str | None:
    """Why there is nothing to finish."""
    armature = performer.target(context)
    if armature is None:
        return performer.NO_CHARACTER
    return None if versions.action_of(armature) else f"{armature.name} has no animation"


CLASSES = (MAMBATALK_OT_finish,)
