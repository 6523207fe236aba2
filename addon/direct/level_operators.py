"""Operators on levels and mood of a take: set levels, reset them, choose the rest pose, presets, key the mood.

Presets are Blender's own: small programs that set properties, listed by a menu. Those of the extension are in its
folder `presets`, those of the user in the user's folder of Blender. A preset cannot know whose take it will be for, so
it sets the levels of the window manager, and the operator gives them to the take.
"""

import json
from pathlib import Path

import bpy
import numpy as np
from bl_operators.presets import AddPresetBase
from bpy.props import BoolProperty, EnumProperty, PointerProperty, StringProperty

from ...core.direct.levels import SWITCHES
from ...core.errors import GestureError
from ...core.finish.settings import ROOT_MODES
from ..blender.versions import RELATIVE
from ..character import mood as character_mood
from ..job import report
from ..job.folder import ROOT
from ..rig import performer
from ..take import info as take_info
from ..take.properties import level_properties
from . import directed_keys, sliders
from .take_mixins import DirectionOperator, TakeOperator

# What belongs to one take alone is in no preset: its own rest pose, and left and right.
_IN_PRESETS = tuple(name for name in sliders.NAMES if name not in (*SWITCHES, "pose_amount"))
_SUBDIR = "mambatalk/levels"


class MambaTalkLevels(bpy.types.PropertyGroup):
    """The levels that a preset sets."""

    __annotations__ = {
        **{name: entry for name, entry in level_properties().items() if name in _IN_PRESETS},
        "walking": EnumProperty(
            name="Walking",
            description="How the character may move over the floor, when the take is finished again",
            items=[
                ("KEEP", "As It Is", "The setting of the panel Finish stays"),
                *((name, mode.label, mode.description) for name, mode in ROOT_MODES.items()),
            ],
        ),
    }


class MAMBATALK_MT_level_presets(bpy.types.Menu):
    """Presets of the levels: those of the extension and your own"""

    bl_idname = "MAMBATALK_MT_level_presets"
    bl_label = "Level Presets"
    preset_subdir = _SUBDIR
    preset_operator = "mambatalk.use_level_preset"
    draw = bpy.types.Menu.draw_preset


class _LevelOperator(DirectionOperator):
    """Mixin of an operator that changes sliders."""

    read, put = staticmethod(sliders.read), staticmethod(sliders.put)


class MAMBATALK_OT_set_levels(_LevelOperator, bpy.types.Operator):
    """Make the take calmer or broader, stiller or smoother. Levels that are set back bring back the same keys"""

    bl_idname = "mambatalk.set_levels"
    bl_label = "Set Levels"
    __annotations__ = level_properties()

    def invoke(self, context, event):
        """Begin with the present values of the sliders."""
        for name, value in sliders.read(take_info.active(performer.target(context))).items():
            if name in sliders.NAMES and not self.properties.is_property_set(name):
                setattr(self, name, value)
        return self.execute(context)

    def wanted(self, context, take, before):
        """Return the levels that are given; the others stay."""
        return {name: getattr(self, name) for name in sliders.NAMES if self.properties.is_property_set(name)}

    def draw(self, context):
        """Draw all levels in the redo panel."""
        self.layout.use_property_split = True
        for name in sliders.NAMES:
            self.layout.prop(self, name)


class MAMBATALK_OT_reset_levels(_LevelOperator, bpy.types.Operator):
    """Set all levels back. Accents, the mood and Hands Out of Body stay"""

    bl_idname = "mambatalk.reset_levels"
    bl_label = "Reset Levels"

    def wanted(self, context, take, before):
        """Return the defaults of all levels, and no rest pose."""
        properties = take.action.mambatalk_take.bl_rna.properties
        names = [name for name in sliders.NAMES if name != "hands_out"]
        return {name: properties[name].default for name in names} | {"pose": ""}


class MAMBATALK_OT_rest_pose(_LevelOperator, bpy.types.Operator):
    """Use the present pose of the character as the rest pose that Pose blends into"""

    bl_idname = "mambatalk.rest_pose"
    bl_label = "Current Pose as Rest"

    def wanted(self, context, take, before):
        """Return the present pose; it is blended in fully where Pose was 0."""
        amount = take.action.mambatalk_take.pose_amount
        pose = np.round(performer.of(take.armature).pose(), 6).tolist()
        return {"pose": json.dumps(pose), "pose_amount": amount or 1.0}


class MAMBATALK_OT_use_level_preset(_LevelOperator, bpy.types.Operator):
    """Set the levels of the take as this preset says, all others to what leaves the take as it is"""

    bl_idname = "mambatalk.use_level_preset"
    bl_label = "Use Level Preset"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    filepath: StringProperty(
        name="Preset", description="The file of the preset", subtype="FILE_PATH", options={"SKIP_SAVE", *RELATIVE}
    )

    def wanted(self, context, take, before):
        """Return the levels of the preset."""
        chosen, path = context.window_manager.mambatalk_levels, Path(self.filepath)
        for name in (*_IN_PRESETS, "walking"):
            chosen.property_unset(name)
        try:
            bpy.utils.execfile(str(path))
        except Exception as error:  # a preset is a program, in which anything may be wrong
            raise GestureError(
                f"The preset {path.name} cannot be used.", remedy="Delete it, and save it again.", detail=repr(error)
            ) from error
        return {name: getattr(chosen, name) for name in _IN_PRESETS}

    def execute(self, context):
        """Set the levels, and how the character may walk; what needs Finish Again is said."""
        done = super().execute(context)
        if done == {"FINISHED"}:
            MAMBATALK_MT_level_presets.bl_label = bpy.path.display_name(Path(self.filepath).name, title_case=False)
            settings, walking = context.scene.mambatalk, context.window_manager.mambatalk_levels.walking
            if walking not in ("KEEP", settings.finish_root):
                settings.finish_root = walking
                return report.finish(self, [f"Walking is {ROOT_MODES[walking].label} now: press Finish Again"])
        return done


class MAMBATALK_OT_level_preset_add(AddPresetBase, bpy.types.Operator):
    """Save the levels of the take as a preset, or delete the preset that was used last"""

    bl_idname = "mambatalk.level_preset_add"
    bl_label = "Save Level Preset"
    preset_menu = "MAMBATALK_MT_level_presets"
    preset_subdir = _SUBDIR
    preset_defines = ("levels = bpy.context.window_manager.mambatalk_levels",)
    preset_values = tuple(f"levels.{name}" for name in _IN_PRESETS)

    remove_name: BoolProperty(
        name="Delete by Name", description="Delete the preset with this name", options={"HIDDEN", "SKIP_SAVE"}
    )
    remove_active: BoolProperty(
        name="Delete", description="Delete the preset that was used last", options={"HIDDEN", "SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context):
        """Return whether the character performs a take."""
        return report.explain(cls, take_info.why_no_take(context))

    def pre_cb(self, context):
        """Put the levels of the take where a preset has them."""
        values = sliders.read(take_info.active(performer.target(context)))
        for name in _IN_PRESETS:
            setattr(context.window_manager.mambatalk_levels, name, values[name])

    def remove(self, context, filepath):
        """Delete a preset of the user.

        Raises:
            PermissionError: the preset belongs to the extension.
        """
        if Path(filepath).is_relative_to(ROOT):
            raise PermissionError("The presets of the extension stay")
        Path(filepath).unlink()


class _MoodOperator(TakeOperator):
    """Mixin of an operator that changes the keys of a take's mood; a subclass has `change_mood(context, take)`."""

    def change(self, context, take):
        """Change the keys of the mood, and write the keys that follow from it."""
        self.change_mood(context, take)
        directed_keys.catch_up(take.armature)
        return []


class MAMBATALK_OT_key_mood(_MoodOperator, bpy.types.Operator):
    """Key the mood and its strength at the current frame. With keys, the mood changes over time"""

    bl_idname = "mambatalk.key_mood"
    bl_label = "Key Mood"

    def change_mood(self, context, take):
        """Key the mood that the panel shows."""
        shown = take.armature.mambatalk_mood
        if not character_mood.is_keyed(take.action):
            shown.kind, shown.strength = sliders.static_mood(take.action)
        mood = shown.kind, shown.strength
        character_mood.key(take.action, take.armature, context.scene.frame_current, mood)


class MAMBATALK_OT_clear_mood_keys(_MoodOperator, bpy.types.Operator):
    """Remove all keys of the mood. The whole take then has the mood of the current frame"""

    bl_idname = "mambatalk.clear_mood_keys"
    bl_label = "Clear Mood Keys"

    def change_mood(self, context, take):
        """Remove the keys."""
        now = np.array([context.scene.frame_current])
        name, strength = character_mood.read(take.action, now, sliders.static_mood(take.action))[0]
        character_mood.clear(take.action, take.armature)
        sliders.put(take.action, {"mood": name, "mood_strength": strength})


def register():
    """Let Blender find the presets of the extension."""
    bpy.utils.register_preset_path(str(ROOT))


def unregister():
    """Let Blender find them no more."""
    bpy.utils.unregister_preset_path(str(ROOT))


CLASSES = (
    MambaTalkLevels,
    MAMBATALK_MT_level_presets,
    MAMBATALK_OT_set_levels,
    MAMBATALK_OT_reset_levels,
    MAMBATALK_OT_rest_pose,
    MAMBATALK_OT_use_level_preset,
    MAMBATALK_OT_level_preset_add,
    MAMBATALK_OT_key_mood,
    MAMBATALK_OT_clear_mood_keys,
)
PROPERTIES = ((bpy.types.WindowManager, "mambatalk_levels", PointerProperty(type=MambaTalkLevels)),)
