"""Operators on the takes of a character: switch, keep, copy, discard, put into the NLA and take back."""

import bpy
from bpy.props import BoolProperty, StringProperty

from ...core.errors import GestureError
from ..blender import timeline
from ..character import armature as character_armature
from ..job import report, state
from ..rig import performer
from ..take import info as take_info
from ..take import switching
from . import directed_keys


def why_no_takes(context) -> str | None:
    """Return the reason why there is no take to choose; None when there is one."""
    armature = performer.target(context)
    if armature is None:
        return performer.NO_CHARACTER
    if reason := state.why_busy():
        return reason
    return None if take_info.of_character(armature) else f"{armature.name} has no takes"


class _TakeOperator:
    """Mixin of an operator on a take, chosen by its name; by default the take that the character performs."""

    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Take", description="Name of the take's action", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Return whether the character has takes."""
        return report.explain(cls, why_no_takes(context))

    def execute(self, context):
        """Find the take and call `change`; an error is reported, and then nothing is changed."""
        try:
            armature = performer.require_target(context)
            character_armature.require_editable(armature)
            note = self.change(context, armature, _named(armature, self.name))
        except GestureError as error:
            return report.fail(self, error)
        state.current.error = None
        if note:
            report.inform(self, note)
        return {"FINISHED"}


class MAMBATALK_OT_switch_take(_TakeOperator, bpy.types.Operator):
    """Let the character perform this take"""

    bl_idname = "mambatalk.switch_take"
    bl_label = "Switch Take"

    def change(self, context, armature, action):
        """Assign the take."""
        notes = _perform(armature, action)
        timeline.refresh(context.scene)
        return " ".join(notes)


class MAMBATALK_OT_keep_take(_TakeOperator, bpy.types.Operator):
    """Keep this take when others are discarded, or stop keeping it"""

    bl_idname = "mambatalk.keep_take"
    bl_label = "Keep Take"

    keep: BoolProperty(name="Keep", description="Off to stop keeping the take", default=True, options={"SKIP_SAVE"})

    def change(self, context, armature, action):
        """Mark the take as kept, or remove the mark."""
        take_info.require_own(action)
        action.mambatalk_take.kept = self.keep


class MAMBATALK_OT_copy_take(_TakeOperator, bpy.types.Operator):
    """Copy this take, hand edits and levels included, and perform the copy"""

    bl_idname = "mambatalk.copy_take"
    bl_label = "Copy Take"

    def change(self, context, armature, action):
        """Copy the take and let the character perform the copy."""
        copy = switching.copy(action)
        return " ".join([f"Now performing {copy.name}", *_perform(armature, copy)])


class MAMBATALK_OT_discard_take(_TakeOperator, bpy.types.Operator):
    """Delete this take. The character then performs another one"""

    bl_idname = "mambatalk.discard_take"
    bl_label = "Discard Take"

    def change(self, context, armature, action):
        """Delete the take."""
        name = action.name
        _discard(armature, [action])
        return f"Discarded {name}"


class MAMBATALK_OT_discard_others(_TakeOperator, bpy.types.Operator):
    """Delete all takes of the character that are not kept and that nobody performs"""

    bl_idname = "mambatalk.discard_others"
    bl_label = "Discard Others"

    def change(self, context, armature, action):
        """Delete the other takes."""
        others = [
            each
            for each in take_info.of_character(armature)
            if each.library is None
            and not each.mambatalk_take.kept
            and not any(who.users_scene for who in take_info.users(each))
        ]
        if not others:
            raise GestureError(
                "All other takes are kept, or a character performs them.",
                remedy="Remove the mark from those that can go.",
            )
        _discard(armature, others)
        return f"Discarded {len(others)} takes"


class _NlaOperator:
    """Mixin of an operator on the performed take and the NLA; a subclass has `why_not` and `move`."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Return whether the take can be moved."""
        reason = why_no_takes(context)
        return report.explain(cls, reason or cls.why_not(performer.target(context)))

    def execute(self, context):
        """Move the take; an error is reported, and then nothing is changed."""
        try:
            armature = performer.require_target(context)
            character_armature.require_editable(armature)
            notes = self.move(armature)
        except GestureError as error:
            return report.fail(self, error)
        timeline.refresh(context.scene)
        return report.finish(self, notes)


class MAMBATALK_OT_push_take_to_nla(_NlaOperator, bpy.types.Operator):
    """Put the take into strips of the NLA, on tracks with its name, body and face. It can still be directed"""

    bl_idname = "mambatalk.push_take_to_nla"
    bl_label = "Push Take to NLA"
    why_not = staticmethod(switching.why_not_pushed)

    def move(self, armature):
        """Push the take down, and return a note on where it is."""
        action = switching.push_to_nla(armature)
        return [f"{action.name} is in the NLA now, on a track of its own"]


class MAMBATALK_OT_take_from_nla(_NlaOperator, bpy.types.Operator):
    """Let the character perform the take of its topmost NLA strip without the NLA. The strips of the take go"""

    bl_idname = "mambatalk.take_from_nla"
    bl_label = "Take from NLA"
    why_not = staticmethod(switching.why_not_taken_back)

    def move(self, armature):
        """Assign the take again, and return a note where its strip was moved."""
        action = take_info.active(armature)
        notes = switching.take_from_nla(armature)
        return notes if action.library is not None else [*notes, *directed_keys.catch_up_notes(armature)]


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
    """Return a take of a character by its name; without a name, the one that it performs, else the first one."""
    every = take_info.of_character(armature)
    action = bpy.data.actions.get(name) if name else take_info.active(armature) or every[0]
    if action not in every:
        raise GestureError(f"{armature.name} has no take “{name}”.", remedy="Choose a take of the list.")
    return action


CLASSES = (
    MAMBATALK_OT_switch_take,
    MAMBATALK_OT_keep_take,
    MAMBATALK_OT_copy_take,
    MAMBATALK_OT_discard_take,
    MAMBATALK_OT_discard_others,
    MAMBATALK_OT_push_take_to_nla,
    MAMBATALK_OT_take_from_nla,
)
