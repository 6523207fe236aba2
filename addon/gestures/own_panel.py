"""The panel Own Gestures of the sidebar: save a part of an action as a gesture, and remove gestures."""

import bpy

from ..blender.layout import DIRECT, ClosedPanel, draw_lines, put_labels_beside
from ..job import state
from ..rig.performer import CharacterPanel, target
from ..take import info as take_info
from . import own, own_source


class MAMBATALK_PT_own_gestures(CharacterPanel, ClosedPanel, bpy.types.Panel):
    """Save a part of any action of the character as a gesture."""

    bl_label = "Own Gestures"
    bl_idname = "MAMBATALK_PT_own_gestures"
    bl_parent_id = DIRECT

    def draw(self, context):
        """Draw the action, its stroke and frames, and what the gesture is called."""
        layout, menu = self.layout, context.window_manager.mambatalk_gestures
        put_labels_beside(layout)
        layout.enabled = state.current.job is None
        layout.prop(menu, "own_action")
        action = menu.own_action or take_info.performed(target(context))
        if action is None:
            draw_lines(layout, context, "Choose an action of this character that shows the gesture", "INFO")
        else:
            self._draw_frames(layout, context, action)
            for name in ("own_label", "own_hands", "own_head", "own_where", "own_replace"):
                layout.prop(menu, name)
            layout.operator("mambatalk.save_gesture", icon="ADD")
        if own.every(context):
            layout.operator("mambatalk.forget_gesture", icon="REMOVE")
        for name in own.unreadable(context):
            draw_lines(layout, context, f"{name} in the gesture library cannot be read", "ERROR")

    def _draw_frames(self, layout, context, action) -> None:
        """Draw the button that marks the stroke, and which frames the gesture has."""
        layout.operator("mambatalk.mark_stroke", icon="PMARKER_ACT")
        stroke, scene = own_source.stroke_of(action), context.scene
        first, last = own_source.frames_of(action, scene)
        draw_lines(layout, context, f"{action.name}, frames {first}-{last}", "ACTION")
        if stroke is None:
            draw_lines(layout, context, "No stroke is marked: go to the frame that means something", "INFO")
        else:
            draw_lines(layout, context, f"The stroke is in frame {stroke}", "PMARKER_SEL")
        if not scene.use_preview_range:
            draw_lines(layout, context, "The preview range (P in the timeline) can choose a part of the action", "INFO")


CLASSES = (MAMBATALK_PT_own_gestures,)
