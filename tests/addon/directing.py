"""What tests of directing share: a spoken take on a character, all its keys, and which of them differ."""

import json
import shutil

import bpy
import numpy as np

from .conftest import FPS, ROOT, curves_of, keys_of

START = 11
FRAMES = 240
ELBOW = 'pose.bones["left_elbow"].rotation_quaternion'


def load(folder, fps="30", hands_out=False):
    """Load a take; hands may be inside the body, so that its keys are those of its motion, unless a test asks."""
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = FPS[fps]
    scene.mambatalk.start_frame = START
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    own = scene.mambatalk.character.animation_data.action.mambatalk_take
    if own.hands_out != hands_out:
        own.hands_out = hands_out


def copy_with_recording(folder, parent):
    """A copy of a take's folder in another one, made from a copy of its recording that lies beside it: both paths."""
    sound, copied = parent / "speech.flac", parent / "take"
    shutil.copy(ROOT / "addon" / "assets" / "demo" / "speech.flac", sound)
    shutil.copytree(folder, copied)
    info = json.loads((copied / "take.json").read_text())
    info["audio"]["path"] = str(sound)
    (copied / "take.json").write_text(json.dumps(info | {"checksum": None}))
    return copied, sound


def face_of(armature):
    from mambatalk_ext.addon.face.channels import find_face_mesh

    mesh = find_face_mesh(armature)
    return None if mesh is None else mesh.data.shape_keys


def all_keys(armature):
    """Keys (K, 2) by (path, index), body and face; of a curve that stands still, as if it had one at every frame."""
    found = {}
    for id_block in (armature, face_of(armature)):
        found |= {name: keys_of(curve) for name, curve in curves_of(id_block).items()}
    return {name: keys if "Contact" in name[0] else every_frame(keys) for name, keys in found.items()}


def every_frame(keys):
    """Keys (K, 2) of a curve, at all frames between its two keys where these are equal."""
    if len(keys) != 2 or keys[0, 1] != keys[1, 1]:
        return keys
    frames = np.arange(keys[0, 0], keys[1, 0] + 1)
    return np.stack([frames, np.full(len(frames), keys[0, 1])], axis=1).astype(np.float32)


def owner_of(path):
    """The areas that a curve belongs to."""
    from mambatalk_ext.core.body.parts import AREAS
    from mambatalk_ext.core.body.skeleton import JOINT_NAMES

    if path.startswith("key_blocks"):
        return {"face"}
    if "Contact" in path:
        return {"lower"}
    joint = JOINT_NAMES.index(path.split('"')[1])
    return {name for name, area in AREAS.items() if joint in area.joints}


def differing(before, after):
    """Curves that differ, each with its scene frames that do."""
    assert before.keys() == after.keys()
    found = {}
    for name, keys in before.items():
        other = after[name]
        if "Contact" in name[0]:
            keys, other = stepped(keys), stepped(other)
        assert np.array_equal(keys[:, 0], other[:, 0]), name
        rows = keys[:, 1] != other[:, 1]
        if rows.any():
            found[name] = keys[rows, 0]
    return found


def stepped(keys):
    frames = np.arange(START, START + FRAMES)
    return np.stack([frames, keys[np.searchsorted(keys[:, 0], frames, "right") - 1, 1]], axis=1)


def own(armature):
    """The properties of the take that a character performs."""
    return armature.animation_data.action.mambatalk_take


def areas_of(changed):
    """The areas that changed curves belong to."""
    return {area for path, _ in changed for area in owner_of(path)}


def bend(armature, first, last, path=ELBOW):
    """Turn a bone further in some frames, as hands do."""
    from mathutils import Quaternion

    curves = [curves_of(armature)[path, index] for index in range(4)]
    for frame in range(first, last + 1):
        turned = Quaternion([curve.evaluate(frame) for curve in curves]) @ Quaternion((1, 0, 0), 0.4)
        for curve, value in zip(curves, turned, strict=True):
            curve.keyframe_points[frame - START].co.y = value
    for curve in curves:
        curve.update()


def values(armature, path=ELBOW):
    """The keyed quaternions (T, 4) of a bone."""
    return np.stack([keys_of(curves_of(armature)[path, index])[:, 1] for index in range(4)], axis=1)


def resample(**options):
    """Make parts of the performed take anew."""
    assert bpy.ops.mambatalk.resample(**options) == {"FINISHED"}
