"""Blender itself: its versions, F-curves, sequencer and panel layout."""
