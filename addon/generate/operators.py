"""Generate takes from a recording, and load a take that was made before."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import bpy
import numpy as np
from bpy.props import IntProperty, StringProperty

from ...core import requests
from ...core.errors import GestureError
from ..blender import sequencer, session_ids, versions
from ..blender.versions import RELATIVE
from ..direct import directed_keys
from ..face import channels as face_channels
from ..job import report, result_notes, state
from ..job.folder import absolute_path, data_folder, new_take_folder, temporary_folder
from ..job.job_mixin import JobOperator
from ..rig import performer
from ..rig.performer import require_target, why_no_character
from ..take import recording, switching
from ..take import store as take_store
from . import leftovers
from . import settings as generate_settings
from .growing import Growing
from .load import apply_take


@dataclass(frozen=True)
class Generating:
    """Values that the operator needs when the worker has answered.

    Attributes:
        scene, armature: numbers for this session, because the user may rename or delete, or undo, meanwhile.
        clip: the recording, and where it is in the scene.
        tasks: the request of each take.
        folder: holds the skeleton for the worker, and pieces of a long take, until this object goes.
        growing: the keys of these pieces.
    """

    scene: int
    armature: int
    clip: sequencer.Clip
    tasks: tuple[requests.Generate, ...]
    folder: TemporaryDirectory
    growing: Growing


class MAMBATALK_OT_generate(JobOperator, bpy.types.Operator):
    """Turn the recording and its transcript into keyframes for body, hands and face"""

    bl_idname = "mambatalk.generate"
    bl_label = "Generate Gestures from Speech"
    bl_options = {"UNDO"}
    job_label = "Generating"
    _generating: Generating

    folder: StringProperty(
        name="Folder",
        description="The folder of the take's files. If it is empty, the add-on makes a new one",
        subtype="DIR_PATH",
        options={"SKIP_SAVE", "HIDDEN", *RELATIVE},
    )
    variations: IntProperty(
        name="How Many",
        description="How many takes to make, each with its own seed. By default it is the number in the panel",
        default=1,
        min=1,
        max=16,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        """Grey the button, with the reason, until everything that a take needs is chosen."""
        reason = state.why_not_start(context) or generate_settings.why_not_generate(context)
        return report.explain(cls, reason or why_no_character(context))

    def task(self, context):
        """Check the inputs, and return the request for all takes."""
        settings = context.scene.mambatalk
        clip = settings.clip(context.scene)
        armature = require_target(context)
        asked = self.properties.is_property_set("variations")
        count = self.variations if asked else context.scene.mambatalk_direct.variations
        leftovers.remove_old()
        task, folder = settings.to_request(context, clip, Path()), temporary_folder()
        body = performer.of(armature)
        body.require_free()
        # Feet that stand still on one body slide on a body with other legs: finishing needs the armature's own.
        skeleton = Path(folder.name) / "skeleton.npz"
        np.savez(skeleton, rest_joints=body.rest_joints())
        task, folders = replace(task, skeleton=skeleton), self._folders(clip.path.stem, count)
        tasks = [replace(task, out=out, seed=task.seed + number) for number, out in enumerate(folders)]
        scene, character = session_ids.of(context.scene), session_ids.of(armature)
        growing = Growing(scene, character, clip.start_frame)
        self._generating = Generating(scene, character, clip, tuple(tasks), folder, growing)
        if count == 1:
            return replace(tasks[0], pieces=Path(folder.name))
        return requests.GenerateMany(tuple(tasks))

    def show_piece(self, context, piece):
        """Key the first frames of a long take while the later ones are computed."""
        self._generating.growing.add(Path(piece.motion), piece.first)

    def drop_pieces(self):
        """Remove these keys, since those of the whole take follow, or none; and folders in which there is no take."""
        self._generating.growing.remove()
        leftovers.remove_empty(task.out for task in self._generating.tasks)

    def _folders(self, name: str, count: int) -> list[Path]:
        """Return a folder for each take; the extension's own ones are called after the recording."""
        if self.folder and count == 1:
            return [absolute_path(self.folder)]
        folders = []
        for number in range(count):
            if self.folder:
                folders.append(absolute_path(self.folder) / f"take_{number + 1:02d}")
            else:
                folders.append(new_take_folder(name))
        return folders

    def apply(self, context, result):
        """Write the keys of all takes; the character performs the first one."""
        generating, results = self._generating, result.get("takes", [result])
        first = results[0]
        scene = session_ids.find(bpy.data.scenes, generating.scene)
        armature = session_ids.find_in_scenes(generating.armature)
        if scene is None or armature is None:
            raise GestureError(
                "The character or its scene was removed meanwhile.",
                remedy=f"The take is in {first['folder']}; put it on another character with Load Take.",
            )
        made, before, restore = [], versions.assigned_action(armature), _scene_before(scene)
        try:
            for each in results:
                action, sound = apply_take(scene, armature, Path(each["folder"]), generating.clip)
                made.append(action)
        except GestureError:
            switching.discard(armature, made)
            if before is not None:
                versions.switch_action(armature, before)
            restore()
            raise
        action = made[0]
        if len(made) > 1:
            switching.switch(armature, action)
        directed = directed_keys.catch_up_notes(armature)
        motion = take_store.load(action).finished
        on_rig = [*face_channels.notes(armature, motion), *performer.of(armature).held_note(scene, action)]
        return [*result_notes.take_lines(first), *directed, *on_rig, *sound]


def _scene_before(scene: bpy.types.Scene) -> Callable[[], None]:
    """Return a function that gives a scene the range and the sounds back that it has now."""
    frames, strips = (
        (scene.frame_start, scene.frame_end),
        {sequencer.mark_of(each) for each in sequencer.sound_strips(scene)},
    )

    def restore() -> None:
        scene.frame_start, scene.frame_end = frames
        for strip in sequencer.sound_strips(scene):
            if sequencer.mark_of(strip) not in {"", *strips}:
                sequencer.remove(scene, strip)
        recording.play_performed(scene)

    return restore


class MAMBATALK_OT_load_take(bpy.types.Operator):
    """Put a take that was made before onto the character"""

    bl_idname = "mambatalk.load_take"
    bl_label = "Load Take"
    bl_options = {"REGISTER", "UNDO"}

    folder: StringProperty(
        name="Take Folder",
        description="A folder with take.json",
        subtype="DIR_PATH",
        options={"SKIP_SAVE", "HIDDEN", *RELATIVE},
    )
    # The file browser knows only this name for a folder.
    directory: StringProperty(
        name="Take Folder", description="A folder with take.json", subtype="DIR_PATH", options={"SKIP_SAVE", *RELATIVE}
    )

    @classmethod
    def poll(cls, context):
        """Grey the button while there is no character."""
        return report.explain(cls, why_no_character(context))

    def invoke(self, context, event):
        """Open the file browser where the extension keeps takes."""
        if not self.directory:
            self.directory = f"{data_folder('takes')}{os.sep}"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        """Read the take and write its keys at the panel's start frame."""
        try:
            folder = absolute_path(self.folder or self.directory)
            take = take_store.read_folder(folder)
            audio = take.description["audio"]
            start = context.scene.mambatalk.first_frame()
            clip = sequencer.Clip(Path(audio["path"]), start, audio["offset_s"], audio["duration_s"])
            armature = require_target(context)
            action, sound = apply_take(context.scene, armature, folder, clip, take)
        except GestureError as error:
            return report.fail(self, error)
        notes = [*directed_keys.catch_up_notes(armature), *face_channels.notes(armature, take.finished)]
        notes += [*performer.of(armature).held_note(context.scene, action), *sound]
        return report.finish(self, notes)


def _draw_menu(self, context):
    self.layout.operator("mambatalk.load_take", text="MambaTalk Take (folder)")


CLASSES = (MAMBATALK_OT_generate, MAMBATALK_OT_load_take)
MENUS = ((bpy.types.TOPBAR_MT_file_import, _draw_menu),)
