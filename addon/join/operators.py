"""Operators that join takes: start and end poses, idle, and listening in a dialogue."""

import json

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ...core.direct.idle import idle
from ...core.errors import GestureError
from ..blender import sequencer
from ..character import armature as character_armature
from ..direct import directed_keys
from ..direct.take_mixins import TakeOperator
from ..job import report, state
from ..rig import performer
from ..take import info as take_info
from ..take import keying
from ..take import store as take_store
from ..take.properties import changes
from . import dialogue, idle_take, moving_poses

WHERE = [
    ("START", "Start", "The first frame of the take"),
    ("END", "End", "The last frame of the take"),
]
SOURCES = [
    ("POSE", "Current Pose", "The pose in which the character stands now"),
    (
        "ACTION",
        "Action",
        "The last pose of another action for the start, or its first one for the end, with its speed",
    ),
    ("REST", "Rest Pose", "The rest pose of the armature"),
]


class MAMBATALK_OT_join_pose(TakeOperator, bpy.types.Operator):
    """Let the take begin or end with a pose, so that it continues other animation without a jump"""

    bl_idname = "mambatalk.join_pose"
    bl_label = "Set Start or End Pose"

    where: EnumProperty(name="Where", description="Which end of the take gets the pose", items=WHERE)
    source: EnumProperty(name="Pose", description="Where the pose comes from", items=SOURCES)
    action: StringProperty(name="Action", description="Name of the other action", options={"SKIP_SAVE"})

    def invoke(self, context, event):
        """Ask which end and which pose, with the settings of the last time."""
        return context.window_manager.invoke_props_dialog(self)

    def draw(self, context):
        """Draw the choices."""
        layout = self.layout
        layout.prop(self, "where", expand=True)
        layout.prop(self, "source")
        if self.source == "ACTION":
            layout.prop_search(self, "action", bpy.data, "actions")

    def change(self, context, take):
        """Keep the pose, and write the keys that lead to it."""
        take_info.require_own(take.action)
        is_start, armature = self.where == "START", take.armature
        if self.source == "REST":
            pose = moving_poses.at_rest()
        elif self.source == "POSE":
            pose = moving_poses.present(armature)
        else:
            other = bpy.data.actions.get(self.action)
            if other is None or other == take.action:
                raise GestureError(f"There is no other action “{self.action}”.", remedy="Choose an action to join.")
            pose = moving_poses.of_action(context.scene, armature, other, is_last=is_start)
        pose = moving_poses.for_take(pose, armature, take_store.load(take.action).finished)
        _put(take, {"start_state" if is_start else "end_state": json.dumps(pose.as_dict())})
        return [f"{take.action.name} {'begins' if is_start else 'ends'} with this pose"]


class MAMBATALK_OT_clear_joins(TakeOperator, bpy.types.Operator):
    """Let the take begin and end as it was generated, without a loop"""

    bl_idname = "mambatalk.clear_joins"
    bl_label = "Remove Start and End Pose"

    def change(self, context, take):
        """Remove both poses and the loop."""
        take_info.require_own(take.action)
        _put(take, {"start_state": "", "end_state": "", "loop": False})
        return [f"{take.action.name} begins and ends as it was generated"]


class MAMBATALK_OT_idle(bpy.types.Operator):
    """Let the character stand, breathe, blink and look around, as a new take without a recording"""

    bl_idname = "mambatalk.idle"
    bl_label = "Make Idle"
    bl_options = {"REGISTER", "UNDO"}

    seconds: FloatProperty(name="Length", description="Seconds of the idle take", default=10.0, min=1.0, max=3600.0)
    seed: IntProperty(name="Seed", description="Another seed moves otherwise", min=0)
    loop: BoolProperty(name="Loop", description="Let it end as it begins, so that it can be repeated", default=True)

    @classmethod
    def poll(cls, context):
        """Return whether there is a character, and no job is running."""
        return report.explain(cls, performer.why_no_character(context) or state.why_busy())

    def execute(self, context):
        """Key the idle take."""
        try:
            armature = performer.require_target(context)
            character_armature.require_editable(armature)
            action = _idle(context.scene, armature, context.scene.mambatalk.start_frame, self.seconds, self.seed)
            with changes.paused():
                action.mambatalk_take.loop = self.loop
            directed_keys.catch_up(armature)
        except GestureError as error:
            return report.fail(self, error)
        return report.finish(self, [f"{armature.name} stands idle in {action.name}"])


class MAMBATALK_OT_listen(bpy.types.Operator):
    """Let every character of the scene listen while others speak: it looks at the speaker, breathes and nods"""

    bl_idname = "mambatalk.listen"
    bl_label = "Let Characters Listen"
    bl_options = {"REGISTER", "UNDO"}

    seed: IntProperty(name="Seed", description="Another seed nods after other phrases", min=0)
    idle: BoolProperty(
        name="Also Without a Take",
        description="Give characters that have no take an idle one, in which they only listen",
        default=True,
    )

    @classmethod
    def poll(cls, context):
        """Return whether a character of the scene performs a take, and no job is running."""
        performs = any(each.type == "ARMATURE" and take_info.active(each) for each in context.scene.objects)
        reason = None if performs else "No character of this scene performs a take"
        return report.explain(cls, reason or state.why_busy())

    def execute(self, context):
        """Make the idle takes, find who speaks when, and write the keys of every listener."""
        try:
            if self.idle:
                _make_idle_takes(context.scene, self.seed)
            everybody = dialogue.talkers(context.scene)
            if len(everybody) < 2 or not any(len(each.words_s) for each in everybody):
                raise GestureError(
                    "Nobody else speaks in this scene.",
                    remedy="Give two characters a take each, with transcripts, and try again.",
                )
            counts = []
            for number, each in enumerate(everybody):
                take_info.require_own(each.take.action)
                found = dialogue.stretches(each, everybody, self.seed + 101 * number)
                _put(each.take, {"listening": json.dumps([one.as_dict() for one in found]) if found else ""})
                counts.append((each.take.armature.name, len(found), sum(len(one.nods) for one in found)))
        except GestureError as error:
            return report.fail(self, error)
        return report.finish(
            self, [f"{name} listens {times} times and nods {nods} times" for name, times, nods in counts]
        )


class MAMBATALK_OT_stop_listening(TakeOperator, bpy.types.Operator):
    """Let the character do in its silences what was generated"""

    bl_idname = "mambatalk.stop_listening"
    bl_label = "Stop Listening"

    def change(self, context, take):
        """Remove the stretches of listening."""
        take_info.require_own(take.action)
        _put(take, {"listening": ""})
        return [f"{take.armature.name} listens no more"]


def _put(take, values: dict[str, str | bool]) -> None:
    """Set properties of a take and write the keys that they ask for; after an error they are as before.

    Raises:
        GestureError: the keys cannot be written.
    """
    own = take.action.mambatalk_take
    before = {name: getattr(own, name) for name in values}
    try:
        _set(own, values)
        directed_keys.write_keys(take.armature)
    except GestureError:
        _set(own, before)
        raise


def _set(own, values: dict[str, str | bool]) -> None:
    """Set properties without writing keys."""
    with changes.paused():
        for name, value in values.items():
            setattr(own, name, value)


def _idle(scene, armature: bpy.types.Object, start_frame: int, seconds: float, seed: int) -> bpy.types.Action:
    """Key an idle take onto a character, and return its action."""
    take = idle_take.take_of(idle(idle_take.standing(), seconds, seed), seed)
    info = take_info.info_of(idle_take.NOWHERE, take, start_frame)
    return keying.apply_motion(scene, armature, take.finished, f"{armature.name} idle", start_frame, (info, take))


def _make_idle_takes(scene: bpy.types.Scene, seed: int) -> None:
    """Give every character that performs nothing an idle take as long as those of the others."""
    others = dialogue.talkers(scene)
    if not others:
        return
    first = min(each.take.info.start_frame for each in others)
    end_s = max(each.start_s + each.length_s for each in others)
    fps = sequencer.scene_fps(scene)
    for number, armature in enumerate(sorted(scene.objects, key=lambda each: each.name)):
        if performer.is_performer(armature) and take_info.performed(armature) is None:
            character_armature.require_editable(armature)
            _idle(scene, armature, first, end_s - first / fps, seed + number)


CLASSES = (
    MAMBATALK_OT_join_pose,
    MAMBATALK_OT_clear_joins,
    MAMBATALK_OT_idle,
    MAMBATALK_OT_listen,
    MAMBATALK_OT_stop_listening,
)
