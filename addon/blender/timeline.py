"""The range and the current frame of a scene: what is keyed makes the range longer, and never moves the playhead."""

import bpy


def include(scene: bpy.types.Scene, first: float, last: float) -> None:
    """Make a scene's range longer where frames lie outside of it; a scene cannot begin before frame 0."""
    scene.frame_start = min(scene.frame_start, max(0, round(first)))
    scene.frame_end = max(scene.frame_end, round(last))


def refresh(scene: bpy.types.Scene) -> None:
    """Evaluate a scene again at its current frame, so that it shows new keys."""
    scene.frame_set(scene.frame_current, subframe=scene.frame_subframe)
