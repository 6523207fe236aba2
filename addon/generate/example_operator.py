"""The operator that makes a first take, from the recording and transcript that come with the add-on."""

import bpy

from ..blender import viewport
from ..character import placement
from ..character.armature import meshes_of
from ..job import model_card, report, state
from ..job.folder import ROOT
from ..rig.performer import target

EXAMPLE = ROOT / "addon" / "assets" / "demo"


class MAMBATALK_OT_try_example(bpy.types.Operator):
    """Generate a take from a recording that comes with the add-on, on a character that comes with it"""

    bl_idname = "mambatalk.try_example"
    bl_label = "Try the Example"
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context):
        """Grey the button while a take cannot be made, or a character cannot be added."""
        reason = state.why_not_start(context) or model_card.why_none(context)
        if reason is None and target(context) is None and context.mode != "OBJECT":
            reason = "Switch to Object Mode"
        return report.explain(cls, reason)

    def execute(self, context):
        """Choose the recording and its transcript, add the character where there is none, and press Generate."""
        settings = context.scene.mambatalk
        settings.audio_source = settings.transcript_source = "FILE"
        settings.audio_file = str(EXAMPLE / "speech.flac")
        settings.transcript_file = str(EXAMPLE / "transcript.txt")
        if target(context) is None:
            if bpy.ops.mambatalk.add_character() != {"FINISHED"}:
                return {"CANCELLED"}
            armature = target(context)
            viewport.frame(context, placement.box_of(context, [armature, *meshes_of(armature)]), viewport.FRONT)
        # Generate goes on by itself: it is modal in a window.
        outcome = bpy.ops.mambatalk.generate("INVOKE_DEFAULT")
        return {"CANCELLED"} if outcome == {"CANCELLED"} else {"FINISHED"}


CLASSES = (MAMBATALK_OT_try_example,)
