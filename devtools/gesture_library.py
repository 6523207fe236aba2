"""The gestures of the library as a Blender asset library: one action each, with its picture and catalog.

    .venv-bpy-4.2/bin/python -m devtools.gesture_library

The oldest Blender writes the file, so that all of them can read it. It is part of the project, so `build.py gestures`
runs this only after the library or the character changed.
"""

import sys
import uuid
from pathlib import Path

import bpy
import numpy as np

from devtools.extension import ROOT, registered_extension

FOLDER = ROOT / "addon" / "assets" / "gesture_library"
PICTURES = ROOT / "addon" / "assets" / "gestures"
# Every so many frames of a gesture have keys.
EVERY = 3
START = 1
# As devtools/docs/licences.py and the manifest say.
LICENCE = "GPL-3.0-or-later"
# Catalogs are found by these numbers, which must never change.
CATALOGS = uuid.UUID("6b1f6e0e-7f0c-4f5e-9d3c-2a1f0c9e7a51")


def main() -> int:
    """Write the library."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with registered_extension():
        from mambatalk_demo.addon.character.building import add_character
        from mambatalk_demo.addon.gestures.settings import GROUPS
        from mambatalk_demo.core.gestures.library import gestures

        armature = add_character(bpy.context)
        made = {_action(armature, gesture) for gesture in gestures().values()}
        lines = ["VERSION 1", ""]
        lines += [
            f"{_catalog(group)}:Gestures/{label}:{label}"
            for group, label in GROUPS.items()
            if group not in ("all", "own")
        ]
        (FOLDER / "blender_assets.cats.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        bpy.data.libraries.write(str(FOLDER / "gestures.blend"), made, fake_user=True, compress=True)
    print(f"{len(made)} actions in {FOLDER / 'gestures.blend'}")
    return 0


def _action(armature: bpy.types.Object, gesture) -> bpy.types.Action:
    """Return the action of a gesture, which begins and ends in a standing pose."""
    from mambatalk_demo.addon.blender import fcurves
    from mambatalk_demo.addon.character.bone_space import RestSpace
    from mambatalk_demo.core.body.skeleton import JOINT_NAMES

    motion, first, stroke = standing_gesture(gesture.name)
    rows = np.arange(first, motion.frame_count, EVERY)
    quaternions = RestSpace.of(armature).quaternions(motion.rotations)[rows]
    moved = np.flatnonzero(np.ptp(motion.rotations[rows], axis=0).max(1) > 1e-4)
    action = bpy.data.actions.new(gesture.label)
    channels = [
        fcurves.Channel(
            f'pose.bones["{JOINT_NAMES[joint]}"].rotation_quaternion', quaternions[:, joint], JOINT_NAMES[joint]
        )
        for joint in moved
    ]
    fcurves.write(action, armature, START + rows - rows[0], channels)
    marker = action.pose_markers.new("Stroke")
    marker.frame = START + stroke - int(rows[0])
    action.asset_mark()
    data = action.asset_data
    data.catalog_id = _catalog(gesture.group)
    data.description = gesture.offends or f"Gesture {gesture.label}; the marker Stroke is the moment that means it"
    data.license = LICENCE
    data.tags.new("gesture")
    data.tags.new(gesture.group)
    _put_picture(action, PICTURES / f"{gesture.name}.png")
    return action


def standing_gesture(name: str):
    """Return a motion of a standing figure that makes a gesture, the first frame that it changes, and its moment."""
    from mambatalk_demo.core.body.motion import Motion
    from mambatalk_demo.core.body.skeleton import JOINT
    from mambatalk_demo.core.direct.applied_gestures import apply_gestures
    from mambatalk_demo.core.direct.markers import Kind, Marker
    from mambatalk_demo.core.gestures.placed import Setting

    rotations = np.zeros((210, 55, 3))
    for side, sign in (("left", 1), ("right", -1)):
        rotations[:, JOINT[f"{side}_shoulder"], 2] = -1.2 * sign
        rotations[:, JOINT[f"{side}_elbow"], 1] = -0.35 * sign
    still = Motion(rotations, np.zeros((210, 3)), np.zeros((210, 52)))
    made = apply_gestures(still, [Marker(Kind.GESTURE, 3.0, 3.0, Setting(name))])
    changed = np.flatnonzero((made.rotations != still.rotations).any((1, 2)))
    last = min(int(changed[-1]) + 2, made.frame_count)
    cut = made.replace(
        rotations=made.rotations[:last], translation=made.translation[:last], expression=made.expression[:last]
    )
    return cut, max(int(changed[0]) - 1, 0), 90


def _catalog(group: str) -> str:
    return str(uuid.uuid5(CATALOGS, group))


def _put_picture(action: bpy.types.Action, path: Path) -> None:
    image = bpy.data.images.load(str(path))
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    preview = action.preview_ensure()
    preview.image_size = image.size[:]
    preview.image_pixels_float.foreach_set(pixels)
    bpy.data.images.remove(image)


if __name__ == "__main__":
    sys.exit(main())
