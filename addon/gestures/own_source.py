"""A gesture cut out of an action: the poses of the character in its frames, the hands that take part, and a picture.

The character performs the action for a moment, and its poses are read frame by frame. So every rig that can perform a
take can give a gesture, whether its bones or its controls have the keys.
"""

import tempfile
from pathlib import Path

import bpy
import numpy as np

from ...core.body.joints import ARM_CHAINS, SIDES, WRISTS
from ...core.body.kinematics import chosen_joints
from ...core.body.motion import Motion
from ...core.body.parts import AREAS, EXPRESSION_WIDTHS
from ...core.body.skeleton import JOINT
from ...core.errors import GestureError
from ...core.gestures.clip import MOST_S, Clip, cut
from ..blender import nla, picture, sequencer, versions
from ..join.moving_poses import performing
from ..rig import performer
from . import places

STROKE = "Stroke"
AUTO, BOTH = "AUTO", "BOTH"
HANDS = [
    (AUTO, "Those That Move", "The hand that moves most, and the other one if it moves, too"),
    ("RIGHT", "Right Hand", "Only the right arm and hand"),
    ("LEFT", "Left Hand", "Only the left arm and hand"),
    (BOTH, "Both Hands", "Both arms and hands"),
]
# Metres that a wrist goes at least in an arm that takes part, and its share of the way of the other wrist.
_MOVES_M, _SHARE = 0.03, 0.4
# Radians that finger joints move in keyed hands.
_STILL = 1e-4
_PIXELS = 96
# The view from the character's left front, radians; the part of the body above the hips is drawn.
_ASIDE, _ABOVE, _LOWEST = -0.35, 0.08, 0.5


def stroke_of(action: bpy.types.Action) -> int | None:
    """Return the frame of an action's pose marker Stroke; None where there is none."""
    found = _strokes(action)
    return found[0].frame if found else None


def mark_stroke(action: bpy.types.Action, frame: int) -> None:
    """Put the pose marker Stroke of an action at a frame."""
    for marker in _strokes(action):
        action.pose_markers.remove(marker)
    action.pose_markers.new(STROKE).frame = frame


def _strokes(action: bpy.types.Action) -> list[bpy.types.TimelineMarker]:
    return [marker for marker in action.pose_markers if marker.name.strip().lower() == STROKE.lower()]


def frames_of(action: bpy.types.Action, scene: bpy.types.Scene, within_preview: bool = True) -> tuple[int, int]:
    """Return the first frame and the last one of an action; of the preview range, only those within it."""
    first, last = (round(frame) for frame in action.frame_range)
    if within_preview and scene.use_preview_range:
        first, last = max(first, scene.frame_preview_start), min(last, scene.frame_preview_end)
    return first, last


def clip_of(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    action: bpy.types.Action,
    frames: tuple[int, int],
    stroke: int,
    label: str,
    hands: str = AUTO,
    head: bool = False,
) -> Clip:
    """Cut a gesture out of an action.

    Args:
        scene: its frame is set back afterwards.
        armature: the character.
        action: of this character.
        frames: the first scene frame and the last one.
        stroke: the scene frame that means something.
        label: the name of the gesture.
        hands: the hands that take part: `AUTO`, `BOTH`, "LEFT" or "RIGHT".
        head: whether the head takes part.

    Raises:
        GestureError: the action is of another character, moves no arm, or has no such frames.
    """
    first, last = frames
    if not first <= stroke <= last:
        raise GestureError(
            f"The stroke is in frame {stroke}, and the gesture has frames {first} to {last}.",
            remedy="Mark the stroke inside of the gesture, or choose other frames.",
        )
    if last - first < 2:
        raise GestureError("A gesture has 3 frames at least.", remedy="Choose an earlier start or a later end.")
    if last - first > MOST_S * sequencer.scene_fps(scene):
        raise GestureError(
            f"A gesture lasts {MOST_S:g} seconds at most, and this one has {last - first + 1} frames.",
            remedy="Set the preview range around the gesture (P in the timeline).",
        )
    nla.require_assignable(armature)
    with performing(scene, armature, action):
        motion = _poses(scene, armature, first, last)
        sides = _sides(motion, armature, action, stroke - first, hands)
        scene.frame_set(stroke)
        drawn = _picture(armature)
    leads = max(sides, key=lambda side: (_way(motion, side), side))
    fingers = any(
        np.ptp(motion.rotations[:, list(AREAS[f"{SIDES[side]}_hand"].joints)], axis=0).max() > _STILL
        or _is_keyed(armature, action, AREAS[f"{SIDES[side]}_hand"].joints)
        for side in sides
    )
    return Clip(label, cut(motion, 0, last - first), stroke - first, sides, leads, fingers, head, drawn)


def _poses(scene: bpy.types.Scene, armature: bpy.types.Object, first: int, last: int) -> Motion:
    """Return the poses that a character shows in scene frames."""
    own = performer.of(armature)
    poses = []
    for frame in range(first, last + 1):
        scene.frame_set(frame)
        poses.append(own.pose())
    count = len(poses)
    face = np.zeros((count, EXPRESSION_WIDTHS["arkit52"]))
    return Motion(
        np.stack(poses),
        np.zeros((count, 3)),
        face,
        rest_joints=own.rest_joints(),
        fps=float(sequencer.scene_fps(scene)),
    )


def _way(motion: Motion, side: int) -> float:
    """Return how far a wrist goes in the frame of the chest, metres."""
    rotations = np.zeros_like(motion.rotations)
    rotations[:, ARM_CHAINS[side]] = motion.rotations[:, ARM_CHAINS[side]]
    wrists, _ = chosen_joints(rotations, motion.translation, motion.skeleton, [WRISTS[side]])
    return float(np.linalg.norm(np.ptp(wrists[:, 0], axis=0)))


def _sides(
    motion: Motion, armature: bpy.types.Object, action: bpy.types.Action, stroke: int, hands: str
) -> tuple[int, ...]:
    """Return the sides whose arms take part.

    Raises:
        GestureError: no arm has keys, or moves.
    """
    if hands != AUTO:
        return (0, 1) if hands == BOTH else (SIDES.index(hands.lower()),)
    ways = [_way(motion, side) for side in (0, 1)]
    keyed = [_is_keyed(armature, action, ARM_CHAINS[side]) for side in (0, 1)]
    if max(ways) < _MOVES_M and not any(keyed):
        raise GestureError(
            f"{action.name} moves no arm of {armature.name}.",
            remedy="Choose an action of this character with keys for an arm.",
        )
    if max(ways) >= _MOVES_M:
        return tuple(side for side in (0, 1) if ways[side] >= max(_SHARE * max(ways), _MOVES_M))
    # A pose that is held: the arms that are raised take part, or all that have keys.
    wrists, _ = chosen_joints(motion.rotations[[stroke]], motion.translation[[stroke]], motion.skeleton, WRISTS)
    waist = motion.skeleton[JOINT["spine1"], 1]
    raised = tuple(side for side in (0, 1) if keyed[side] and wrists[0, side, 1] > waist)
    return raised or tuple(side for side in (0, 1) if keyed[side])


def _is_keyed(armature: bpy.types.Object, action: bpy.types.Action, joints) -> bool:
    """Return whether an action has keys for a bone of these joints."""
    names = performer.of(armature).bones_of(list(joints))
    paths = tuple(f'pose.bones["{bpy.utils.escape_identifier(name)}"]' for name in names)
    return any(curve.data_path.startswith(paths) for curve in versions.curves_for(action, armature))


def _picture(armature: bpy.types.Object) -> bytes:
    """Return a PNG of the character's upper body as it is now; empty where no mesh of it is visible."""
    meshes = [each for each in armature.children_recursive if each.type == "MESH" and each.visible_get()]
    seen = picture.surface(meshes, bpy.context.evaluated_depsgraph_get())
    if not len(seen.corners):
        return b""
    heights = seen.corners[..., 2].mean(1)
    upper = heights > heights.min() + _LOWEST * float(np.ptp(heights))
    shown = picture.Surface(seen.corners[upper], seen.colours[upper])
    return _png(picture.draw(shown, picture.front_view(places.shoulders_of(armature), _ASIDE, _ABOVE), _PIXELS))


def _png(pixels: np.ndarray) -> bytes:
    """Return a picture (size, size, 4) as a PNG file."""
    image = bpy.data.images.new("gesture", pixels.shape[1], pixels.shape[0], alpha=True)
    try:
        image.pixels.foreach_set(np.ascontiguousarray(pixels, np.float32).ravel())
        with tempfile.TemporaryDirectory(dir=bpy.app.tempdir or None) as folder:
            path = Path(folder) / "gesture.png"
            image.filepath_raw, image.file_format = str(path), "PNG"
            image.save()
            return path.read_bytes()
    finally:
        bpy.data.images.remove(image)
