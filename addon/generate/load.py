"""Put a take's folder into the scene: keys on the character, the directions of the take, its sound strip."""

from pathlib import Path

import bpy

from ...core.take.files import TakeFiles
from ..blender import sequencer, timeline
from ..direct import markers, sliders
from ..skin import body as skin_body
from ..take import info as take_info
from ..take import keying
from ..take import store as take_store


def apply_take(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    folder: Path,
    clip: sequencer.Clip,
    take: TakeFiles | None = None,
) -> tuple[bpy.types.Action, tuple[str, ...]]:
    """Key a take onto an armature and make the scene play it; after an error the scene is as it was.

    The keys are the finished motion without its directions (levels, markers, mood). Sliders, markers and mood are set,
    and `directed_keys.catch_up` must follow: it may fail, and then the character still has the take.

    Args:
        scene: gets the take's frame range and sound strip.
        armature: an SMPL-X armature, or one whose bones are mapped.
        folder: folder of the take.
        clip: the recording, and the scene frame at which it begins.
        take: the files of the folder, if they were read before.

    Returns:
        The action, and notes for the user: why no sound is played, and why it will not fit, where that is so.

    Raises:
        GestureError: the take cannot be read, or its recording is missing.
    """
    take = take_store.read_folder(folder) if take is None else take
    directions = sliders.from_directions(take.directions) if take.directions else None
    info = take_info.info_of(folder, take, clip.start_frame)
    return put_on(scene, armature, (info, take), folder.name, sequencer.place(scene, clip), directions)


def put_on(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    origin: tuple[take_info.TakeInfo, TakeFiles],
    name: str,
    placed: sequencer.Placed,
    directions: tuple[dict, list[tuple[str, float, float]], list[dict]] | None,
) -> tuple[bpy.types.Action, tuple[str, ...]]:
    """Do what `apply_take` does with a take that was read already.

    Args:
        scene: as there.
        armature: as there.
        origin: the take, and where it came from and begins.
        name: of the new action.
        placed: the strip that plays its sound; after an error, a new one is removed.
        directions: values of sliders, entries of the list of markers, and the keys of the mood; None where the take has
            none.

    Returns:
        The action, and notes for the user.

    Raises:
        GestureError: the armature cannot be keyed.
    """
    try:
        sound, motion = sequencer.mark_of(placed.strip), origin[1].finished
        if directions is None or directions[0]["hands_out"]:
            motion = skin_body.out_of(armature, motion)
        action = keying.apply_motion(scene, armature, motion, name, origin[0].start_frame, origin, sound=sound)
        if directions is not None:
            sliders.put(action, directions[0])
            markers.put_entries(action, directions[1])
            sliders.put_mood(action, armature, directions[2], origin[0].start_frame, sequencer.scene_fps(scene))
    # After any error at all, no new strip stays without its take.
    except Exception:
        if placed.is_new:
            sequencer.remove(scene, placed.strip)
        raise
    if placed.strip is not None and scene.sync_mode == "NONE":
        # Otherwise a slow viewport plays the gestures late.
        scene.sync_mode = "AUDIO_SYNC"
    return action, (*placed.notes, *([timeline.STRETCHED] if timeline.is_stretched(scene) else []))
