"""Finish the animation on the character again, with other settings, always from the unfinished motion.

The foot contacts that an animator changed are held. Edited Contacts decides where the other contacts come from:

    on:   from the contact channels of the armature, as they are               one request
    off:  from the worker; where the animator changed a channel, the channel   two requests, when
          counts instead, so the worker finishes a second time                 a channel was changed
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import bpy
import numpy as np

from ...core import requests
from ...core.body.motion import Motion, load_motion, save_motion
from ...core.errors import GestureError
from ..blender import sequencer, session_ids
from ..character import contacts
from ..direct import transfer
from ..job import report, result_notes, state
from ..job.folder import temporary_folder
from ..job.job_mixin import JobOperator
from ..rig import performer
from ..skin import body as skin_body
from ..take import hand_edits, keying, performed
from ..take import info as take_info
from ..take import store as take_store
from . import source as finish_source


@dataclass(frozen=True)
class EditedContacts:
    """Foot contacts as the armature's channels show them.

    Attributes:
        values: (T, 4), 0-1, at the frames of the unfinished motion.
        changed: (T, 4), those that an animator changed since the worker found them.
    """

    values: np.ndarray
    changed: np.ndarray


@dataclass(frozen=True)
class Finishing:
    """Values that the operator needs when the worker has answered.

    Attributes:
        scene, armature, action: numbers for this session, because the user may rename, delete or undo meanwhile.
        source: the unfinished motion.
        settings: settings of the first request.
        edited: the contacts of a second request; None when there is no second request.
        folder: holds the files for the worker, until this object is deleted.
    """

    scene: int
    armature: int
    action: int
    source: finish_source.Unfinished
    settings: dict
    edited: EditedContacts | None
    folder: TemporaryDirectory

    def found(self) -> tuple[bpy.types.Scene, bpy.types.Object, bpy.types.Action]:
        """Find the scene, the armature and its action again.

        Raises:
            GestureError: one of them was removed meanwhile, or the armature has another action now.
        """
        scene, armature = session_ids.find(bpy.data.scenes, self.scene), session_ids.find_in_scenes(self.armature)
        action = None if armature is None else take_info.performed(armature)
        if scene is None or action is None:
            raise GestureError("The character or its animation was removed meanwhile.", remedy="Finish it again.")
        if session_ids.of(action) != self.action:
            raise GestureError(f"{armature.name} performs another action now.", remedy="Finish it again.")
        return scene, armature, action

    def request(self, motion: Motion, settings: dict) -> requests.Finish:
        """Write a motion for the worker, and return the request that finishes it."""
        folder = Path(self.folder.name)
        save_motion(motion, folder / "motion.npz")
        return requests.Finish(
            motion=folder / "motion.npz",
            out=folder / "finished.npz",
            settings=settings,
            skeleton=folder / "skeleton.npz",
        )


class MAMBATALK_OT_finish(JobOperator, bpy.types.Operator):
    """Remove shake, sliding feet and drift again, starting from the motion as it was generated"""

    bl_idname = "mambatalk.finish"
    bl_label = "Finish Again: Clean Feet and Foot Slide, Remove Shake"
    bl_options = {"UNDO"}
    job_label = "Finishing"
    _finishing: Finishing

    @classmethod
    def poll(cls, context):
        """Grey the button while there is no animation to finish, or no worker."""
        return report.explain(cls, state.why_not_start(context) or why_not_finish(context))

    def task(self, context):
        """Write the unfinished motion and the armature's skeleton for the worker, and return the first request."""
        scene, armature = context.scene, performer.require_target(context)
        source = finish_source.find(scene, armature)
        action = take_info.performed(armature)
        take_info.require_own(action)
        if source.take:
            transfer.require_rate(performed.of(armature), sequencer.scene_fps(scene))
        settings, motion, edited = scene.mambatalk.finish_settings(), source.motion, None
        if settings["use_contacts"]:
            if not contacts.exist(action, armature):
                raise GestureError(
                    f"{action.name} has no contacts to hold.", remedy="Finish once with Edited Contacts off."
                )
            motion = motion.replace(contacts=_edited_contacts(source, action, armature).values)
        elif _holds_contacts(settings) and contacts.exist(action, armature):
            found = _edited_contacts(source, action, armature)
            edited = found if found.changed.any() else None
        self.task_count = 1 if edited is None else 2
        numbers = (session_ids.of(each) for each in (scene, armature, action))
        self._finishing = Finishing(*numbers, source, settings, edited, temporary_folder())
        skeleton = Path(self._finishing.folder.name) / "skeleton.npz"
        np.savez(skeleton, rest_joints=performer.of(armature).rest_joints())
        return self._finishing.request(motion, settings)

    def following(self, result):
        """Return the second request: the contacts that the worker found, with the edited ones in their place."""
        finishing, found = self._finishing, load_motion(result["motion"]).contacts
        if self._job.part > 0 or finishing.edited is None or found is None:
            return None
        held = np.where(finishing.edited.changed, finishing.edited.values, found)
        motion = finishing.source.motion.replace(contacts=held)
        return finishing.request(motion, {**finishing.settings, "use_contacts": True})

    def apply(self, context, result):
        """Replace the keys by those of the finished motion."""
        finishing = self._finishing
        scene, armature, action = finishing.found()
        motion = load_motion(result["motion"])
        if finishing.source.take:
            # Resample finishes the take with these settings, too; contacts that are edited now do not fit the motion
            # made then.
            settings = {name: value for name, value in finishing.settings.items() if name != "use_contacts"}
            new = take_store.load(action).with_finished(motion, settings)
            transfer.key_new_version(performed.of(armature), new, fps=sequencer.scene_fps(scene))
            performer.of(armature).prepare()
        else:
            finish_source.keep_source(armature)
            if scene.mambatalk.hands_out:
                motion = skin_body.out_of(armature, motion)
            keying.replace_keys(scene, armature, motion, finishing.source.start_frame)
        notes = [result_notes.improvement_line(result)]
        if finishing.edited is not None:
            notes.append("Held the contacts that were changed by hand; Drop Edits gives them up")
        return [*notes, *skin_body.take_notes(armature), *performer.of(armature).held_note(scene, action)]


def why_not_finish(context) -> str | None:
    """Return the reason why there is nothing to finish; None when there is an animation."""
    armature = performer.target(context)
    if armature is None:
        return performer.NO_CHARACTER
    if take_info.performed(armature) is None:
        return f"{armature.name} has no animation"
    return take_info.displacement(armature)


def _holds_contacts(settings: dict) -> bool:
    """Return whether finishing with these settings holds feet where they have contact."""
    return settings["root"] != "stand_still" and settings["feet"] != "off"


def _edited_contacts(source: finish_source.Unfinished, action, armature) -> EditedContacts:
    """Read the contact channels; for an action that is no take it is unknown which ones were changed."""
    if source.take:
        return EditedContacts(*hand_edits.edited_contacts(performed.of(armature), source.frames))
    found = contacts.read(action, armature, source.frames)
    return EditedContacts(found, np.zeros(found.shape, bool))


CLASSES = (MAMBATALK_OT_finish,)
