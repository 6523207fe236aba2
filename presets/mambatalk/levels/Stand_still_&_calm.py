"""Levels for somebody who stands still and speaks calmly."""

import bpy

levels = bpy.context.window_manager.mambatalk_levels

levels.upper = 0.5
levels.hands = 0.7
levels.lower = 0.2
levels.head = 0.6
levels.stillness = 0.8
levels.smoothing = 0.2
levels.walking = "stand_still"
