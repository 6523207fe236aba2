"""Takes in the asset browser: an action with a description, tags, and a picture of the character in a pose of the take.

Author, licence and catalog stay as they are: only the user knows them.

A take of a library may be of a character with other bones. So a character that performs it is keyed anew, from the
motion that the take holds, with its levels and accents.
"""

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

from ...core.body.parts import AREAS
from ...core.errors import GestureError
from ..blender import picture, sequencer, versions
from ..character import armature as character_armature
from ..direct import markers, sliders
from ..generate import load
from ..gestures import places
from ..take import info as take_info
from ..take import store as take_store
from ..take.performed import Performed
from . import isolate

_PIXELS = 256
# The eye is beside the character's front and a little above, radians.
_ASIDE, _ABOVE = 0.4, 0.12


def mark(context: bpy.types.Context, take: Performed, frame: int) -> list[str]:
    """Make a take an asset, or bring its picture up to date; return notes.

    A description that the take has already stays.

    Args:
        context: where the character is.
        take: on its character.
        frame: the scene frame whose pose the picture shows.
    """
    action, info = take.action, take.info
    action.asset_mark()
    data = action.asset_data
    if not data.description:
        seconds, style = info.frame_count / info.fps, f", style {info.speaker}" if info.speaker else ""
        data.description = (
            f"Speech animation of body, hands and face, {seconds:.0f} s at {info.fps:g} frames a second{style}"
        )
    for tag in ("speech", "gesture", *([info.speaker] if info.speaker else [])):
        data.tags.new(tag, skip_if_exists=True)
    pixels = _picture(context, take, frame)
    if pixels is None:
        return [f"{action.name} is an asset now, without a picture: no mesh of {take.armature.name} is visible"]
    preview = action.preview_ensure()
    preview.image_size = pixels.shape[:2]
    preview.image_pixels_float.foreach_set(pixels.ravel())
    return [f"{action.name} is an asset now: save the file in a folder of your asset libraries"]


def telling_frame(take: Performed) -> int:
    """Return the scene frame in which the arms of a take are furthest from where they are most of the time.

    Raises:
        GestureError: the take is damaged.
    """
    motion = take_store.load(take.action).finished
    arms = motion.rotations[:, [*AREAS["left_arm"].joints, *AREAS["right_arm"].joints]]
    far = np.linalg.norm(arms - np.median(arms, axis=0), axis=(1, 2))
    row = round(int(far.argmax()) / motion.fps * take.info.fps)
    return int(take.frames[min(row, len(take.frames) - 1)])


def perform(
    scene: bpy.types.Scene, armature: bpy.types.Object, library: Path | None, name: str
) -> tuple[bpy.types.Action, tuple[str, ...]]:
    """Key the take of an asset onto a character, at the start frame of the panel; hand edits stay in the library.

    Sliders, markers and mood are set, and `directed_keys.catch_up` must follow.

    Args:
        scene: gets the take's frame range and, where the recording is there, its sound strip.
        armature: the character.
        library: file of the asset; None for an asset of this file.
        name: of the asset.

    Returns:
        The action, and notes for the user.

    Raises:
        GestureError: there is no such asset, it is no take, or the character cannot be keyed.
    """
    source = bpy.data.actions.get(name) if library is None else _append(library, name)
    if source is None:
        raise GestureError(f"There is no action {name}.", remedy="Choose a take in the asset browser.")
    try:
        if not take_store.has(source):
            raise GestureError(f"{name} is no take.", remedy="Choose an asset that Mark Take as Asset made.")
        start = scene.mambatalk.first_frame()
        own = take_info.stored(source)
        origin = replace(own, start_frame=start), take_store.load(source)
        directions = sliders.read(source), markers.read_entries(source), sliders.mood_of(source, own).as_list()
    finally:
        if library is not None:
            _remove(source)
    audio = origin[1].description["audio"]
    clip = sequencer.Clip(Path(audio["path"]), start, audio["offset_s"], audio["duration_s"])
    if clip.path.is_file():
        placed = sequencer.place(scene, clip)
    else:
        placed = sequencer.Placed(None, notes=(f"Its recording {clip.path} is not here: use Find Recording",))
    return load.put_on(scene, armature, origin, name, placed, directions)


def _append(library: Path, name: str) -> bpy.types.Action | None:
    """Append an action of another file, with all that it refers to; None where the file has no such action.

    Raises:
        GestureError: the file cannot be read.
    """
    try:
        with bpy.data.libraries.load(str(library)) as (found, wanted):
            wanted.actions = [name] if name in found.actions else []
    except OSError as error:
        raise GestureError(f"{library} cannot be read.", remedy="Choose another file.", detail=repr(error)) from error
    return wanted.actions[0] if wanted.actions else None


def _remove(action: bpy.types.Action) -> None:
    """Remove an appended action, and the action of its face."""
    face = versions.face_action(action)
    bpy.data.actions.remove(action)
    if face is not None and not versions.takes_with(face):
        bpy.data.actions.remove(face)


def _picture(context: bpy.types.Context, take: Performed, frame: int) -> np.ndarray | None:
    """Draw a character in the pose that a take has at a frame; None where no mesh of it is visible."""
    armature = take.armature
    meshes = [each for each in character_armature.meshes_of(armature) if each.visible_get()]
    with isolate.performing(context.scene, armature, meshes, take.action, frame):
        seen = picture.surface(meshes, context.evaluated_depsgraph_get())
        view = picture.front_view(places.shoulders_of(armature), _ASIDE, _ABOVE)
    return picture.draw(seen, view, _PIXELS) if len(seen.corners) else None
