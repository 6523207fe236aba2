"""Writing takes for other programs: which files, how each is made, whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from ...core.body.motion import save_motion
from ...core.body.parts import EYES
from ...core.body.rotation import matrix_to_euler, rotvec_to_matrix
from ...core.body.skeleton import JOINT
from ...core.errors import GestureError
from ...core.formats.bvh import BvhSkeleton, write_bvh
from ...core.formats.livelink import write_livelink
from ...core.formats.smpl import save_archive
from ..blender import sequencer, versions
from ..character import armature as character_armature
from ..character.bone_space import TO_BLENDER
from ..face import channels as face_channels
from ..finish import source as finish_source
from ..take import contacts
from ..take import info as take_info
from . import isolate, wav
from .formats import FBX_PRESETS, FORMATS, exporter, supported


@dataclass(frozen=True)
class Piece:
    """One take of one character.

    Attributes:
        armature: of the character.
        action: the take.
        stem: the file's name without its extension.
    """

    armature: bpy.types.Object
    action: bpy.types.Action
    stem: str


def plan(armatures: list[bpy.types.Object], every_take: bool) -> list[Piece]:
    """The files to write, with names that differ.

    Raises:
        GestureError: there is nothing to write.
    """
    pieces, stems = [], set()
    for armature in armatures:
        current = versions.action_of(armature)
        for action in isolate.actions_of(armature) if every_take else [current] if current else []:
            stem = wanted = bpy.path.clean_name(f"{armature.name}_{action.name}")
            number = 1
            while stem.lower() in stems:
                number += 1
                stem = f"{wanted}_{number}"
            stems.add(stem.lower())
            pieces.append(Piece(armature, action, stem))
    if not pieces:
        raise GestureError("There is no take to export.", remedy="Generate or import one, or assign an action.")
    return pieces


def write(context: bpy.types.Context, piece: Piece, settings, folder: Path) -> list[Path]:
    """Write one take's files; on a failure none of them is left, and the scene is as it was either way.

    Args:
        context: its scene and view layer hold the character.
        piece: what to write.
        settings: `MambaTalkExport`.
        folder: an existing folder.

    Raises:
        GestureError: the format cannot hold the character, an exporter is missing or fails, or the disk is full.
    """
    kind = FORMATS[settings.kind]
    if kind.smplx_only and not character_armature.is_smplx_armature(piece.armature):
        raise GestureError(
            f"{piece.armature.name} is no SMPL-X skeleton, which {kind.label} files hold.", remedy="Export FBX or glTF."
        )
    with _whole(folder) as staging_folder:
        path = staging_folder / f"{piece.stem}{kind.extension}"
        if kind.operator is None:
            _WRITERS[settings.kind](context.scene, piece, path)
        else:
            _export(context, piece, settings, path)
        if settings.sound:
            _write_sound(context.scene, piece, staging_folder)
        names = [each.relative_to(staging_folder) for each in staging_folder.rglob("*") if each.is_file()]
    return [folder / name for name in sorted(names)]


def _export(context: bpy.types.Context, piece: Piece, settings, path: Path) -> None:
    """Call Blender's exporter."""
    kind = FORMATS[settings.kind]
    operator, options, renamed = exporter(kind), dict(kind.options), None
    if settings.kind == "FBX":
        preset = FBX_PRESETS[settings.preset]
        options |= preset.options
        renamed = preset.armature_name
    if settings.kind == "GLB":
        options["export_nla_strips_merged_animation_name"] = piece.action.name
    if (first := round(piece.action.frame_range[0])) < 0:
        # A scene begins at 0 at the earliest, and exporters write the scene's range.
        raise GestureError(
            f"{piece.action.name} begins at frame {first}; {kind.label} files are written from frame 0 on.",
            remedy="Move all its keys, and its sound, to frame 0 or later.",
        )
    meshes = character_armature.meshes_of(piece.armature) if settings.mesh else []
    with (
        isolate.staged(context, piece.armature, meshes, piece.action, piece.action.name),
        _called(piece.armature, renamed),
    ):
        try:
            done = operator(filepath=str(path), **supported(operator, options))
        except RuntimeError as error:
            raise GestureError(
                f"Blender's exporter could not write {path.name}.",
                remedy="See the system console; another format may work.",
                detail=str(error),
            ) from error
        if "FINISHED" not in done or not path.exists():
            raise GestureError(f"Blender's exporter wrote no {path.name}.", remedy="See the system console.")


def _write_npz(scene: bpy.types.Scene, piece: Piece, path: Path) -> None:
    found = finish_source.read_action(scene, piece.armature, piece.action)
    motion, frames = found.motion, found.frames
    if contacts.exist(piece.action, piece.armature):
        motion = motion.replace(contacts=contacts.read(piece.action, piece.armature, frames))
    save_motion(face_channels.read(motion, piece.armature, piece.action, frames), path)


def _write_smpl(scene: bpy.types.Scene, piece: Piece, path: Path) -> None:
    save_archive(finish_source.read_action(scene, piece.armature, piece.action).motion, path)


def _write_csv(scene: bpy.types.Scene, piece: Piece, path: Path) -> None:
    first, last = (round(frame) for frame in piece.action.frame_range)
    frames = np.arange(first, last + 1)
    weights = face_channels.read_arkit(piece.armature, piece.action, frames)
    if weights is None:
        raise GestureError(
            f"{piece.armature.name} has no keyed ARKit shapes.",
            remedy="Choose a character with a face, or another format.",
        )
    turns = np.zeros((len(frames), 3, 3))
    if character_armature.is_smplx_armature(piece.armature):
        rotations = finish_source.read_action(scene, piece.armature, piece.action).motion.rotations
        matrices = rotvec_to_matrix(rotations[:, [JOINT["neck"], JOINT["head"], *EYES]])
        turns = np.stack([matrices[:, 0] @ matrices[:, 1], matrices[:, 2], matrices[:, 3]], axis=1)
        turns = matrix_to_euler(turns, "YXZ")  # yaw, pitch and roll
    write_livelink(path, weights, turns, sequencer.scene_fps(scene), first)


def _write_bvh(scene: bpy.types.Scene, piece: Piece, path: Path) -> None:
    armature = piece.armature
    bones = [bone for bone in armature.pose.bones if bone.bone.use_deform or bone.children_recursive]
    bones = [bone for bone in armature.pose.bones if bone in bones]
    index = {bone.name: number for number, bone in enumerate(bones)}
    with isolate.staged(bpy.context, armature, [], piece.action, piece.action.name) as (first, last):
        posed = []
        for frame in range(first, last + 1):
            scene.frame_set(frame)
            world = armature.matrix_world
            posed.append([world @ bone.matrix for bone in bones])
        rest = np.array([armature.matrix_world @ bone.bone.matrix_local for bone in bones])
        tails = np.array([armature.matrix_world @ bone.bone.tail_local for bone in bones])
    posed = np.array(posed)
    turns = _rotation(posed[..., :3, :3]) @ np.swapaxes(_rotation(rest[:, :3, :3]), -1, -2)
    skeleton = BvhSkeleton(
        names=tuple(bone.name for bone in bones),
        parents=tuple(index.get(bone.parent.name, -1) if bone.parent else -1 for bone in bones),
        heads=rest[:, :3, 3] @ TO_BLENDER,
        tails=tails @ TO_BLENDER,
    )
    heads = posed[..., :3, 3] @ TO_BLENDER
    write_bvh(path, skeleton, TO_BLENDER.T @ turns @ TO_BLENDER, heads, sequencer.scene_fps(scene))


_WRITERS = {"NPZ": _write_npz, "SMPL": _write_smpl, "CSV": _write_csv, "BVH": _write_bvh}


def _rotation(matrices: np.ndarray) -> np.ndarray:
    """The rotation in matrices (..., 3, 3) that may scale."""
    return matrices / np.linalg.norm(matrices, axis=-2, keepdims=True)


def _write_sound(scene: bpy.types.Scene, piece: Piece, folder: Path) -> None:
    info = take_info.stored(piece.action)
    if info is None:
        return
    first, last = (round(frame) for frame in piece.action.frame_range)
    fps = sequencer.scene_fps(scene)
    begin_s = info.offset_s + (first - info.start_frame) / fps
    wav.cut(Path(info.audio), begin_s, (last + 1 - first) / fps, folder / f"{piece.stem}.wav")


@contextmanager
def _called(armature: bpy.types.Object, name: str | None) -> Iterator[None]:
    """The armature under another name; whoever bears it meanwhile bears none."""
    if name is None or armature.name == name:
        yield
        return
    own, other = armature.name, bpy.data.objects.get(name)
    if other is not None:
        other.name = f"{name} meanwhile"
    armature.name = name
    try:
        yield
    finally:
        armature.name = own
        if other is not None:
            other.name = name


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A temporary folder whose files move to `folder` at the end; on a failure none do.

    Exporters choose the names of side files and insist on extensions, so single temporary names do not do.

    Raises:
        GestureError: `folder` cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as temporary:
            yield Path(temporary)
            for path in sorted(Path(temporary).rglob("*")):
                if path.is_file():
                    final = folder / path.relative_to(temporary)
                    final.parent.mkdir(exist_ok=True, parents=True)
                    os.replace(path, final)
    except OSError as error:
        raise GestureError(
            f"{folder} could not be written: {error.strerror or error}.",
            remedy="Choose a folder that you may write to, with space left.",
        ) from error
