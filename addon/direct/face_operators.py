"""Operator that keys the face of a take again, with its table and with phone lips."""

import bpy
from bpy.props import FloatProperty

from ...core.body.motion import Motion
from ...core.errors import GestureError
from ..face import channels as face_channels
from ..job import report
from ..rig.performer import NO_CHARACTER, require_target, target
from ..take import channels as take_channels
from ..take import info as take_info
from . import directed_keys, lips


class MAMBATALK_OT_key_face(bpy.types.Operator):
    """Key the face of the take again, with the face table and with phone lips"""

    bl_idname = "mambatalk.key_face"
    bl_label = "Key Face Again: Lip Sync"
    bl_options = {"REGISTER", "UNDO"}

    amount: FloatProperty(
        name="Phone Lips",
        description="How much of the mouth comes from the times of the spoken sounds instead of the network",
        default=0.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )

    @classmethod
    def poll(cls, context):
        """Return whether the character performs a take with a face that can be keyed."""
        armature = target(context)
        return report.explain(cls, NO_CHARACTER if armature is None else lips.why_not_key(armature))

    def invoke(self, context, event):
        """Begin with the panel's amount; the redo panel changes it."""
        self.amount = context.scene.mambatalk_face.lips
        return self.execute(context)

    def execute(self, context):
        """Key the face and report what of it the character cannot show."""
        try:
            armature = require_target(context)
            for keys in face_channels.face_keys(armature):
                face_channels.require_editable(keys)
            motion = _key_face(armature, self.amount)
        except GestureError as error:
            return report.fail(self, error)
        return report.finish(self, face_channels.notes(armature, motion))


def _key_face(armature: bpy.types.Object, amount: float) -> Motion:
    """Key the face of the take that a character performs; `amount`, 0-1, of its mouth comes from phones.

    Raises:
        GestureError: the words have no phones, or the face cannot be read; nothing was changed.
    """
    own = take_info.active(armature).mambatalk_take
    before, own.lips = own.lips, amount
    try:
        return directed_keys.write_keys(armature, at_least=take_channels.FACE)
    except GestureError:
        own.lips = before
        raise


CLASSES = (MAMBATALK_OT_key_face,)
