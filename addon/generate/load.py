"""Put a take's folder into the scene: keys on the character, the directions of the take, its sound strip."""

from pathlib import Path

import bpy

from ..blender import sequencer
from ..direct import markers, sliders
from ..take import info as take_info
from ..take import keying
from ..take import store as take_store


def apply_take(
    scene: bpy.types.Scene, armature: bpy.types.Object, folder: Path, clip: sequencer.Clip
) -> tuple[bpy.types.Action, tuple[str, ...]]:
    """Key a take onto an armature and make the scene play it; after an error the scene is as it was.

    The keys are the finished motion without its directions (levels, markers). The sliders and markers are set, and
    `directed_keys.catch_up` must follow: it may fail, and then the character still has the take.

    Args:
        scene: gets the take's frame range and sound strip.
        armature: an SMPL-X armature, or one whose bones are mapped.
        folder: folder of the take.
        clip: the recording, and the scene frame at which it begins.

    Returns:
        The action, and notes for the user: one says why no sound is played, where that is so.

    Raises:
        GestureError: the take cannot be read, or its recording is missing.
    """
    take = take_store.read_folder(folder)
    values, entries = sliders.from_directions(take.directions)
    placed = sequencer.place(scene, clip)
    try:
        info = take_info.info_of(folder, take, clip.start_frame)
        sound, start = sequencer.mark_of(placed.strip), clip.start_frame
        action = keying.apply_motion(scene, armature, take.finished, folder.name, start, (info, take), sound=sound)
        if take.directions:
            sliders.put(action, values)
            markers.put_entries(action, entries)
    # After any error at all, no new strip stays without its take.
    except Exception:
        if placed.is_new:
            sequencer.remove(scene, placed.strip)
        raise
    if scene.sync_mode == "NONE":
        # Otherwise a slow viewport plays the gestures late.
        scene.sync_mode = "AUDIO_SYNC"
    return action, placed.notes
