"""Adding characters: the bundled one, and the exact body of a user's own SMPL-X file."""

import tempfile
from pathlib import Path

import bpy
import numpy as np
from bpy.props import StringProperty

from ...core.body.foreign import Reading, read_foreign
from ...core.body.smplx_body import load_body
from ...core.errors import GestureError
from ...core.worker import protocol
from .. import character, face, jobs, preferences, properties, smplx_character
from ..apply import apply_motion

_WHY_NO_MODEL = "Choose your SMPLX_*.npz in the extension's preferences"


class MAMBATALK_OT_add_character(bpy.types.Operator):
    """Add the bundled character and choose it for the next take"""

    bl_idname = "mambatalk.add_character"
    bl_label = "Add Character"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Whether objects can be added now."""
        return jobs.explain(cls, None if context.mode == "OBJECT" else "Switch to Object Mode")

    def execute(self, context):
        """Add it."""
        try:
            armature = character.add_character(context)
        except GestureError as error:
            return jobs.fail(self, error)
        _choose(context, armature)
        return {"FINISHED"}


class MAMBATALK_OT_add_smplx_body(jobs.JobOperator, bpy.types.Operator):
    """Add the exact body of your own SMPL-X file, with all its shapes, and choose it for the next take"""

    bl_idname = "mambatalk.add_smplx_body"
    bl_label = "Add SMPL-X Body"
    bl_options = {"UNDO"}
    job_label = "Building the SMPL-X body"

    betas: StringProperty(
        name="Shape",
        description="The person's shape coefficients, separated by commas; empty: those of Motion, else none",
        options={"SKIP_SAVE"},
    )
    motion: StringProperty(
        name="Motion",
        description="An SMPL-X motion (npz) whose person the body becomes and which it performs; empty: none",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )
    model: StringProperty(
        name="Model",
        description="SMPLX_NEUTRAL.npz or another of its kind; empty: the one in the preferences",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        """Whether objects can be added now, and by a worker."""
        reason = None if context.mode == "OBJECT" else "Switch to Object Mode"
        return jobs.explain(cls, reason or jobs.why_not_start(context))

    def task(self, context):
        """Read the motion, so that a wrong one is told before the body is built."""
        model = properties.absolute(self.model) if self.model else preferences.smplx_model(context)
        if model is None:
            raise GestureError("No SMPL-X model is chosen.", remedy=f"{_WHY_NO_MODEL}.")
        self._scene_name, self._foreign = context.scene.name, None
        if self.motion:
            self._foreign = read_foreign(properties.absolute(self.motion), Reading(model=model))
        betas = self._foreign.motion.betas if self._foreign and not self.betas.strip() else _numbers(self.betas)
        self._folder = tempfile.TemporaryDirectory(prefix="mambatalk-", dir=bpy.app.tempdir or None)
        out = Path(self._folder.name) / "body.npz"
        return protocol.Body(str(model), str(out), [float(beta) for beta in betas])

    def apply(self, context, result):
        """Build it, and key the motion on it."""
        scene = bpy.data.scenes.get(self._scene_name)
        if scene is None:
            raise GestureError("The scene was removed meanwhile.", remedy="Add the body again.")
        body = load_body(Path(result["body"]))
        self._folder.cleanup()
        armature = smplx_character.add_smplx_body(context, body, f"SMPL-X {body.gender.capitalize()}")
        notes = [f"{armature.name}: {len(body.betas)} shapes of the person, {len(body.expressions)} of the face"]
        if self._foreign is not None:
            try:
                name = properties.absolute(self.motion).stem
                action = apply_motion(scene, armature, self._foreign.motion, name, scene.mambatalk.start_frame)
            except GestureError:
                smplx_character.remove(armature)
                raise
            notes += [f"{action.name}: {self._foreign.summary}", *self._foreign.notes]
            notes += face.notes(armature, self._foreign.motion)
        _choose(context, armature)
        return notes


def _numbers(text: str) -> np.ndarray:
    """The numbers in a list separated by commas or spaces.

    Raises:
        GestureError: something else is in it.
    """
    try:
        numbers = np.array([float(word) for word in text.replace(",", " ").split()])
    except ValueError as error:
        raise GestureError(f"“{text}” is no list of numbers.", remedy="Write it like 0.5, -1.2, 0.") from error
    if not np.isfinite(numbers).all():
        raise GestureError(f"“{text}” holds values that are not numbers.", remedy="Write it like 0.5, -1.2, 0.")
    return numbers


def _choose(context: bpy.types.Context, armature: bpy.types.Object) -> None:
    """Make a new character the one that takes go to, selected and active."""
    context.scene.mambatalk.character = armature
    for selected in context.selected_objects:
        selected.select_set(False)
    # A hidden collection may keep the new object out of the view layer.
    if armature.name in context.view_layer.objects:
        armature.select_set(True)
        context.view_layer.objects.active = armature


def _draw_menu(self, context):
    self.layout.operator("mambatalk.add_character", text="Speaking Character", icon="ARMATURE_DATA")
    self.layout.operator("mambatalk.add_smplx_body", text="SMPL-X Body", icon="ARMATURE_DATA")


CLASSES = (MAMBATALK_OT_add_character, MAMBATALK_OT_add_smplx_body)
MENUS = ((bpy.types.VIEW3D_MT_armature_add, _draw_menu),)
