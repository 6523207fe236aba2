"""Write the files for which Blender has no exporter that fits: npz, smpl, csv of Live Link Face, bvh, sound."""

from pathlib import Path

import bpy
import numpy as np

from ...core.body.motion import save_motion
from ...core.body.parts import EYES
from ...core.body.rotation import matrix_to_euler, rotvec_to_matrix
from ...core.body.skeleton import JOINT
from ...core.errors import GestureError
from ...core.formats import bvh
from ...core.formats.livelink import write_livelink
from ...core.formats.smpl import save_archive
from ..blender import sequencer
from ..character import armature as character_armature
from ..character import contacts
from ..character.bone_space import TO_BLENDER
from ..face import channels as face_channels
from ..finish import source as finish_source
from ..take import info as take_info
from . import wav
from .export_items import ExportItem
from .isolate import isolated


def write_npz(scene: bpy.types.Scene, item: ExportItem, path: Path) -> None:
    """Write body, path, face and foot contacts as SMPL-X parameters."""
    found = finish_source.read_action(scene, item.armature, item.action)
    motion, frames = found.motion, found.frames
    if contacts.exist(item.action, item.armature):
        motion = motion.replace(contacts=contacts.read(item.action, item.armature, frames))
    save_motion(face_channels.read(motion, item.armature, item.action, frames), path)


def write_smpl(scene: bpy.types.Scene, item: ExportItem, path: Path) -> None:
    """Write body and path as an archive of Meshcapade's."""
    save_archive(finish_source.read_action(scene, item.armature, item.action).motion, path)


def write_csv(scene: bpy.types.Scene, item: ExportItem, path: Path) -> None:
    """Write the face as the app Live Link Face records it, with head and eyes where the armature is SMPL-X.

    Raises:
        GestureError: the action keys no ARKit shape.
    """
    first, last = (round(frame) for frame in item.action.frame_range)
    frames = np.arange(first, last + 1)
    weights = face_channels.read_arkit(item.armature, item.action, frames)
    if weights is None:
        raise GestureError(
            f"{item.armature.name} has no keyed ARKit shapes.",
            remedy="Choose a character with a face, or another format.",
        )
    turns = np.zeros((len(frames), 3, 3))
    if character_armature.is_smplx_armature(item.armature):
        rotations = finish_source.read_action(scene, item.armature, item.action).motion.rotations
        matrices = rotvec_to_matrix(rotations[:, [JOINT["neck"], JOINT["head"], *EYES]])
        # The app's head turns as neck and head together.
        turns = np.stack([matrices[:, 0] @ matrices[:, 1], matrices[:, 2], matrices[:, 3]], axis=1)
        turns = matrix_to_euler(turns, "YXZ")  # yaw, pitch and roll
    write_livelink(path, weights, turns, sequencer.scene_fps(scene), first)


def write_bvh(scene: bpy.types.Scene, item: ExportItem, path: Path) -> None:
    """Write the skeleton as it stands in the world at every frame, with all constraints and drivers applied."""
    armature = item.armature
    bones = [bone for bone in armature.pose.bones if bone.bone.use_deform or bone.children_recursive]
    index = {bone.name: number for number, bone in enumerate(bones)}
    with isolated(bpy.context, armature, [], item.action) as (first, last):
        posed = []
        for frame in range(first, last + 1):
            scene.frame_set(frame)
            world = armature.matrix_world
            posed.append([world @ bone.matrix for bone in bones])
        rest = np.array([armature.matrix_world @ bone.bone.matrix_local for bone in bones])  # (B, 4, 4)
        tails = np.array([armature.matrix_world @ bone.bone.tail_local for bone in bones])
    posed = np.array(posed)  # (T, B, 4, 4)
    turns = _rotation(posed[..., :3, :3]) @ np.swapaxes(_rotation(rest[:, :3, :3]), -1, -2)
    skeleton = bvh.BvhSkeleton(
        names=tuple(bone.name for bone in bones),
        parents=tuple(index.get(bone.parent.name, -1) if bone.parent else -1 for bone in bones),
        heads=rest[:, :3, 3] @ TO_BLENDER,
        tails=tails @ TO_BLENDER,
    )
    heads = posed[..., :3, 3] @ TO_BLENDER
    bvh.write_bvh(path, skeleton, TO_BLENDER.T @ turns @ TO_BLENDER, heads, sequencer.scene_fps(scene))


def write_sound(scene: bpy.types.Scene, item: ExportItem, path: Path) -> str | None:
    """Write the recording of a take from its first frame to its last; an action that is no take has none.

    Returns:
        the reason why a take's sound could not be written; None where there is none.
    """
    info = take_info.stored(item.action)
    if info is None:
        return None
    first, last = (round(frame) for frame in item.action.frame_range)
    fps = sequencer.scene_fps(scene)
    begin_s = info.offset_s + (first - info.start_frame) / fps
    return wav.cut(Path(info.audio), begin_s, (last + 1 - first) / fps, path)


def _rotation(matrices: np.ndarray) -> np.ndarray:
    """Return the rotations in matrices (..., 3, 3) that may scale, too."""
    return matrices / np.linalg.norm(matrices, axis=-2, keepdims=True)


# Key of a row of `FORMATS` without an exporter of Blender's → its writer.
WRITERS = {"NPZ": write_npz, "SMPL": write_smpl, "CSV": write_csv, "BVH": write_bvh}
