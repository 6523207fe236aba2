"""Levels for somebody who speaks calmly."""

import bpy

levels = bpy.context.window_manager.mambatalk_levels

levels.upper = 0.7
levels.hands = 0.8
levels.lower = 0.7
levels.head = 0.8
levels.stillness = 0.4
