"""Levels for somebody who speaks with large gestures."""

import bpy

levels = bpy.context.window_manager.mambatalk_levels

levels.upper = 1.25
levels.hands = 1.2
levels.face = 1.15
levels.lower = 1.2
levels.head = 1.1
