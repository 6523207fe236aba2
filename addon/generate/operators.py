"""Making a take, and putting one that was made before onto the character."""

import dataclasses
import shutil
from pathlib import Path

import bpy
import numpy as np
from bpy.props import IntProperty, StringProperty

from ...core import requests
from ...core.errors import GestureError
from ..blender import sequencer, versions
from ..direct import directed_keys
from ..face import channels as face_channels
from ..job import report, results, state
from ..job.folder import absolute_path, temporary_folder
from ..job.operator import JobOperator
from ..rig import performer
from ..rig.performer import NO_CHARACTER, require_target, target
from ..take import info as take_info
from ..take import store as take_store
from ..take import switching
from . import settings as generate_settings
from .load import apply_take

# Bones closer than this to the bundled character's are its own.
_SAME_BODY_M = 1e-4


def why_no_character(context) -> str | None:
    """Why there is nothing to key."""
    return None if target(context) else NO_CHARACTER


class MAMBATALK_OT_generate(JobOperator, bpy.types.Operator):
    """Turn the recording and its transcript into keyframes for body, hands and face"""

    bl_idname = "mambatalk.generate"
    bl_label = "Generate"
    bl_options = {"UNDO"}
    job_label = "Generating"

    folder: StringProperty(
        name="Folder",
        description="Where the take's files are written; empty: a new folder of the extension's own",
        subtype="DIR_PATH",
        options={"SKIP_SAVE", "HIDDEN"},
    )
    variations: IntProperty(
        name="Takes",
        description="How many takes to make, each with a seed of its own; by default what the panel says",
        default=1,
        min=1,
        max=16,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        """Whether all that a take needs is chosen."""
        reason = state.why_not_start(context) or generate_settings.why_not_generate(context)
        return report.explain(cls, reason or why_no_character(context))

    def task(self, context):
        """Check what can be checked here, and remember by name what the keys go to.

        Names, because the user may undo or delete while the worker works, and references would dangle.
        """
        settings = context.scene.mambatalk
        self._clip = settings.clip(context.scene)
        self._scene_name = context.scene.name
        armature = require_target(context)
        self._armature_name = armature.name
        asked = self.properties.is_property_set("variations")
        self.task_count = self.variations if asked else context.scene.mambatalk_direct.variations
        self._results = []
        folders = self._folders()
        task = settings.to_request(context, self._clip, folders[0])
        body = performer.of(armature)
        body.require_free()
        if body.is_default_body():
            self._tasks = _varied(task, folders)
            return self._tasks.pop(0)
        # Feet that stand on one body's legs slide on another's: it is finished on the rig's own.
        self._folder = temporary_folder()
        skeleton = Path(self._folder.name) / "skeleton.npz"
        np.savez(skeleton, rest_joints=body.rest_joints())
        self._tasks = _varied(dataclasses.replace(task, skeleton=skeleton), folders)
        return self._tasks.pop(0)

    def _folders(self) -> list[Path]:
        """Where the takes go."""
        if self.folder and self.task_count == 1:
            return [absolute_path(self.folder)]
        folders = []
        for number in range(self.task_count):
            if self.folder:
                folders.append(absolute_path(self.folder) / f"take_{number + 1:02d}")
            else:
                folders.append(take_info.new_folder(self._clip.path.stem, frozenset(folders)))
        return folders

    def following(self, result):
        """The next take."""
        self._results.append(result)
        return self._tasks.pop(0) if self._tasks else None

    def abandon(self):
        """Delete the takes that were made before a later one failed."""
        for result in self._results:
            shutil.rmtree(result["folder"], ignore_errors=True)

    def apply(self, context, result):
        """Write the keys of all takes; the character performs the first."""
        scene = bpy.data.scenes.get(self._scene_name)
        armature = bpy.data.objects.get(self._armature_name)
        if scene is None or armature is None:
            raise GestureError(
                "The character or its scene was removed meanwhile.",
                remedy=f"The take is in {result['folder']}; put it on another character with Load Take.",
            )
        made, before = [], versions.action_of(armature)
        try:
            for each in self._results:
                made.append(apply_take(scene, armature, Path(each["folder"]), self._clip))
        except GestureError:
            switching.discard(armature, made)
            if before is not None:
                versions.switch_action(armature, before)
            raise
        action, result = made[0], self._results[0]
        if len(made) > 1:
            switching.switch(armature, action)
        directed = directed_keys.catch_up_notes(armature)
        motion = take_store.load(action).finished
        on_rig = [*face_channels.notes(armature, motion), *performer.of(armature).held_note(scene, action)]
        return [*results.take_lines(result), *directed, *on_rig]


def _varied(task: requests.Generate, folders: list[Path]) -> list[requests.Generate]:
    """The same request for each folder, with one seed after the other."""
    return [dataclasses.replace(task, out=folder, seed=task.seed + number) for number, folder in enumerate(folders)]


class MAMBATALK_OT_load_take(bpy.types.Operator):
    """Put a take that was made before onto the character"""

    bl_idname = "mambatalk.load_take"
    bl_label = "Load Take"
    bl_options = {"REGISTER", "UNDO"}

    folder: StringProperty(name="Take Folder", description="A folder with take.json", subtype="DIR_PATH")

    @classmethod
    def poll(cls, context):
        """Whether there is a character."""
        return report.explain(cls, why_no_character(context))

    def invoke(self, context, event):
        """Let the user choose the folder."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        """Read the take and write its keys at the panel's start frame."""
        try:
            folder = absolute_path(self.folder)
            take = take_store.read_folder(folder)
            audio = take.description["audio"]
            start = context.scene.mambatalk.start_frame
            clip = sequencer.Clip(Path(audio["path"]), start, audio["offset_s"], audio["duration_s"])
            armature = require_target(context)
            action = apply_take(context.scene, armature, folder, clip)
        except GestureError as error:
            return report.fail(self, error)
        notes = [*directed_keys.catch_up_notes(armature), *face_channels.notes(armature, take.finished)]
        notes += performer.of(armature).held_note(context.scene, action)
        return report.finish(self, notes)


CLASSES = (MAMBATALK_OT_generate, MAMBATALK_OT_load_take)
