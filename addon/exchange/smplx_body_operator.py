"""The operator that adds the exact body of the user's own SMPL-X file, and keys a motion on it."""

from pathlib import Path

import bpy
import numpy as np
from bpy.props import StringProperty

from ...core import requests
from ...core.errors import GestureError
from ...core.formats.foreign import read_foreign
from ...core.formats.user_choices import UserChoices
from ...core.smplx.body import load_body
from ..blender import session_ids
from ..blender.versions import RELATIVE
from ..character import building, smplx_body
from ..face import channels as face_channels
from ..job import preferences, report, state
from ..job.folder import absolute_path, temporary_folder
from ..job.job_mixin import JobOperator
from ..take.keying import apply_motion


class MAMBATALK_OT_add_smplx_body(JobOperator, bpy.types.Operator):
    """Add the exact body of your own SMPL-X file, with all its shapes, and choose it for the next take"""

    bl_idname = "mambatalk.add_smplx_body"
    bl_label = "Add SMPL-X Body"
    bl_options = {"UNDO"}
    job_label = "Building the SMPL-X body"

    betas: StringProperty(
        name="Shape",
        description="The person's shape coefficients, separated by commas, instead of the panel's",
        options={"SKIP_SAVE"},
    )
    motion: StringProperty(
        name="Motion",
        description="An SMPL-X motion (npz) to perform, instead of the panel's",
        subtype="FILE_PATH",
        options={"SKIP_SAVE", *RELATIVE},
    )
    model: StringProperty(
        name="Model",
        description="SMPLX_NEUTRAL.npz or another SMPL-X model. If empty, the file in the preferences is used",
        subtype="FILE_PATH",
        options={"SKIP_SAVE", *RELATIVE},
    )

    @classmethod
    def poll(cls, context):
        """Return whether objects can be added now, and a worker can be asked."""
        reason = None if context.mode == "OBJECT" else "Switch to Object Mode"
        return report.explain(cls, reason or state.why_not_start(context))

    def task(self, context):
        """Read the motion first, so that an unusable file is reported before the body is built; return the request."""
        model = absolute_path(self.model) if self.model else preferences.smplx_model(context)
        if model is None:
            raise GestureError("No SMPL-X model is chosen.", remedy=f"{preferences.NO_SMPLX_MODEL}.")
        self._scene, self._foreign = session_ids.of(context.scene), None
        asked = any(map(self.properties.is_property_set, ("betas", "motion")))
        person = self if asked else context.scene.mambatalk_smplx
        if person.motion:
            self._motion_path = absolute_path(person.motion)
            self._foreign = read_foreign(self._motion_path, UserChoices(model=model))
        betas = _numbers(person.betas)
        if self._foreign is not None and not len(betas):
            betas = self._foreign.motion.betas
        self._folder = temporary_folder()
        out = Path(self._folder.name) / "body.npz"
        return requests.Body(model, out, tuple(float(beta) for beta in betas))

    def apply(self, context, result):
        """Build the body and key the motion on it; return notes for the panel."""
        scene = session_ids.find(bpy.data.scenes, self._scene)
        if scene is None:
            raise GestureError("The scene was removed meanwhile.", remedy="Add the body again.")
        body = load_body(Path(result["body"]))
        self._folder.cleanup()
        armature = smplx_body.add_smplx_body(context, body, f"SMPL-X {body.gender.capitalize()}")
        notes = [f"{armature.name}: {len(body.betas)} shapes of the person, {len(body.expressions)} of the face"]
        if self._foreign is not None:
            try:
                start = scene.mambatalk.first_frame()
                action = apply_motion(scene, armature, self._foreign.motion, self._motion_path.stem, start)
            except GestureError:
                smplx_body.remove(armature)
                raise
            notes += [f"{action.name}: {self._foreign.summary}", *self._foreign.notes]
            notes += face_channels.notes(armature, self._foreign.motion)
        building.choose(context, armature)
        return notes


def _numbers(text: str) -> np.ndarray:
    """Read a list of numbers that are separated by commas or spaces.

    Raises:
        GestureError: the text holds something else.
    """
    try:
        numbers = np.array([float(word) for word in text.replace(",", " ").split()])
    except ValueError as error:
        raise GestureError(f"“{text}” is no list of numbers.", remedy="Write it like 0.5, -1.2, 0.") from error
    if not np.isfinite(numbers).all():
        raise GestureError(f"“{text}” holds values that are not numbers.", remedy="Write it like 0.5, -1.2, 0.")
    return numbers


CLASSES = (MAMBATALK_OT_add_smplx_body,)
