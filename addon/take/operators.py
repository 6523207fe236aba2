"""The takes of a character: which one it performs, which are kept, copied, discarded."""

import bpy
from bpy.props import BoolProperty, StringProperty

from ...core.errors import GestureError
from ..character import armature as character_armature
from ..direct import directed_keys
from ..job import report, state
from ..rig import performer
from . import info as take_info
from . import switching


def why_no_takes(context) -> str | None:
    """Why there is nothing to choose from."""
    armature = performer.target(context)
    if armature is None:
        return performer.NO_CHARACTER
    if reason := state.why_busy():
        return reason
    return None if take_info.of_character(armature) else f"{armature.name} has no takes"


class _TakeOperator:
    """Mixin: a take by its name, by default the one performed."""

    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Take", description="Name of the take's action", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Whether the character has takes."""
        return report.explain(cls, why_no_takes(context))

    def execute(self, context):
        """Do it; a failure changes nothing."""
        try:
            armature = performer.require_target(context)
            character_armature.require_editable(armature)
            note = self.change(context, armature, _named(armature, self.name))
        except GestureError as error:
            return report.fail(self, error)
        state.current.error = None
        if note:
            self.report({"INFO"}, note)
        return {"FINISHED"}


class MAMBATALK_OT_switch_take(_TakeOperator, bpy.types.Operator):
    """Let the character perform this take"""

    bl_idname = "mambatalk.switch_take"
    bl_label = "Switch Take"

    def change(self, context, armature, action):
        """Assign it."""
        notes = _perform(armature, action)
        context.scene.frame_set(context.scene.frame_current)
        return " ".join(notes)


class MAMBATALK_OT_keep_take(_TakeOperator, bpy.types.Operator):
    """Keep this take when others are discarded, or no longer"""

    bl_idname = "mambatalk.keep_take"
    bl_label = "Keep Take"

    keep: BoolProperty(name="Keep", default=True, options={"SKIP_SAVE"})

    def change(self, context, armature, action):
        """Mark it."""
        take_info.require_own(action)
        action.mambatalk_take.kept = self.keep


class MAMBATALK_OT_copy_take(_TakeOperator, bpy.types.Operator):
    """Copy this take, hand edits and levels included, and perform the copy"""

    bl_idname = "mambatalk.copy_take"
    bl_label = "Copy Take"

    def change(self, context, armature, action):
        """Copy and switch."""
        copy = switching.copy(action)
        return " ".join([f"Now performing {copy.name}", *_perform(armature, copy)])


class MAMBATALK_OT_discard_take(_TakeOperator, bpy.types.Operator):
    """Delete this take; the character goes on with another one"""

    bl_idname = "mambatalk.discard_take"
    bl_label = "Discard Take"

    def change(self, context, armature, action):
        """Delete it."""
        name = action.name
        _discard(armature, [action])
        return f"Discarded {name}"


class MAMBATALK_OT_discard_others(_TakeOperator, bpy.types.Operator):
    """Delete all takes of the character that are not kept and that nobody performs"""

    bl_idname = "mambatalk.discard_others"
    bl_label = "Discard Others"

    def change(self, context, armature, action):
        """Delete them."""
        others = [
            each
            for each in take_info.of_character(armature)
            if each.library is None
            and not each.mambatalk_take.kept
            and not any(who.users_scene for who in take_info.performers(each))
        ]
        if not others:
            raise GestureError(
                "All other takes are kept, or performed by someone.", remedy="Take the mark off those that can go."
            )
        _discard(armature, others)
        return f"Discarded {len(others)} takes"


def _perform(armature: bpy.types.Object, action: bpy.types.Action) -> list[str]:
    """Let the character perform a take, with the keys that its sliders ask for; return notes on what is impossible."""
    switching.switch(armature, action)
    return directed_keys.catch_up_notes(armature) if action.library is None else []


def _discard(armature: bpy.types.Object, actions: list[bpy.types.Action]) -> None:
    """Delete takes; the take that the character goes on with gets the keys that its sliders ask for."""
    performed = take_info.active(armature) in actions
    switching.discard(armature, actions)
    now = take_info.active(armature)
    if performed and now is not None and now.library is None:
        directed_keys.catch_up_notes(armature)


def _named(armature: bpy.types.Object, name: str) -> bpy.types.Action:
    every = take_info.of_character(armature)
    action = bpy.data.actions.get(name) if name else take_info.active(armature) or every[0]
    if action not in every:
        raise GestureError(f"{armature.name} has no take “{name}”.", remedy="Choose one of the list.")
    return action


CLASSES = (
    MAMBATALK_OT_switch_take,
    MAMBATALK_OT_keep_take,
    MAMBATALK_OT_copy_take,
    MAMBATALK_OT_discard_take,
    MAMBATALK_OT_discard_others,
)
