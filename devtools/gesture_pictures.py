"""Pictures of the gestures of the library for the add-on's menu: the bundled character in the pose of each.

    .venv-bpy-5.0/bin/python -m devtools.gesture_pictures [NAME ...]

They are part of the project (`addon/assets/gestures`), so this runs only after the library or the character changed.
"""

import sys
from pathlib import Path

import bpy
import numpy as np

from devtools.extension import ROOT, registered_extension

FOLDER = ROOT / "addon" / "assets" / "gestures"
PIXELS = 96
# The view from the character's left front, radians, and the height above which the body is drawn, metres.
ASIDE, ABOVE = -0.35, 0.08
LOWEST_M = 0.86


def main(names: list[str] | None = None) -> int:
    """Draw every gesture, or those that are named."""
    names = sys.argv[1:] if names is None else names
    FOLDER.mkdir(parents=True, exist_ok=True)
    with registered_extension():
        from mambatalk_demo.addon.character.building import add_character
        from mambatalk_demo.core.gestures.library import gestures

        armature = add_character(bpy.context)
        for name in names or gestures():
            _save(_draw(armature, name), FOLDER / f"{name}.png")
    print(f"{len(names or gestures())} pictures in {FOLDER}")
    return 0


def _draw(armature: bpy.types.Object, name: str) -> np.ndarray:
    """Return the picture (size, size, 4) of a gesture."""
    from mambatalk_demo.addon.blender import picture
    from mambatalk_demo.addon.character.bone_space import RestSpace
    from mambatalk_demo.core.body.skeleton import JOINT_NAMES

    quaternions = RestSpace.of(armature).quaternions(pose_of(name)[None])
    for joint, bone in enumerate(JOINT_NAMES):
        armature.pose.bones[bone].rotation_quaternion = quaternions[0, joint]
    bpy.context.view_layer.update()
    meshes = [each for each in armature.children if each.type == "MESH"]
    seen = picture.surface(meshes, bpy.context.evaluated_depsgraph_get())
    upper = seen.corners[..., 2].mean(1) > LOWEST_M
    return picture.draw(picture.Surface(seen.corners[upper], seen.colours[upper]), _view(), PIXELS)


def pose_of(name: str) -> np.ndarray:
    """Return rotation vectors (55, 3) of a standing figure that makes a gesture."""
    from mambatalk_demo.core.body.motion import Motion
    from mambatalk_demo.core.body.skeleton import JOINT
    from mambatalk_demo.core.direct.applied_gestures import apply_gestures
    from mambatalk_demo.core.direct.markers import Kind, Marker
    from mambatalk_demo.core.gestures.placed import Setting

    frames = 120
    rotations = np.zeros((frames, 55, 3))
    for side, sign in (("left", 1), ("right", -1)):
        rotations[:, JOINT[f"{side}_shoulder"], 2] = -1.2 * sign
        rotations[:, JOINT[f"{side}_elbow"], 1] = -0.35 * sign
    still = Motion(rotations, np.zeros((frames, 3)), np.zeros((frames, 52)))
    return apply_gestures(still, [Marker(Kind.GESTURE, 2.0, 2.0, Setting(name))]).rotations[61]


def _view() -> np.ndarray:
    """Return the axes (3, 3) of the view: right, up, towards the eye; the character looks along -Y."""
    towards = np.array([np.sin(ASIDE) * np.cos(ABOVE), -np.cos(ASIDE) * np.cos(ABOVE), np.sin(ABOVE)])
    right = np.cross([0.0, 0.0, 1.0], towards)
    right /= np.linalg.norm(right)
    return np.array([right, np.cross(towards, right), towards])


def _save(pixels: np.ndarray, path: Path) -> None:
    image = bpy.data.images.new(path.stem, PIXELS, PIXELS, alpha=True)
    image.pixels.foreach_set(pixels.ravel())
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)


if __name__ == "__main__":
    sys.exit(main())
