"""Write one take for another program: all of its files, or none of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from ...core.errors import GestureError
from ...core.work_folders import work_folder
from ..character import armature as character_armature
from .export_items import ExportItem
from .formats import FBX_PRESETS, FORMATS, exporter, supported
from .isolate import isolated, renamed
from .settings import MambaTalkExport
from .writers import WRITERS, write_sound


def write(
    context: bpy.types.Context, item: ExportItem, settings: MambaTalkExport, folder: Path
) -> tuple[list[Path], list[str]]:
    """Write the files of one take.

    After an error none of the files is left. The scene is as it was in either case. A sound that cannot be written is
    left out.

    Args:
        context: its scene and view layer hold the character.
        item: what to write.
        settings: the choices of the export panel.
        folder: where the files go; it is made when missing.

    Returns:
        the paths, and a note for the user where the sound was left out.

    Raises:
        GestureError: the format cannot hold the character, an exporter is missing or fails, or the disk is full.
    """
    kind = FORMATS[settings.kind]
    if kind.smplx_only and not character_armature.is_smplx_armature(item.armature):
        raise GestureError(
            f"{item.armature.name} is no SMPL-X skeleton, which {kind.label} files hold.", remedy="Export FBX or glTF."
        )
    with _all_or_nothing(folder) as temporary:
        path = temporary / f"{item.stem}{kind.extension}"
        if kind.operator is None:
            WRITERS[settings.kind](context.scene, item, path)
        else:
            _call_exporter(context, item, settings, path)
        reason = write_sound(context.scene, item, temporary / f"{item.stem}.wav") if settings.sound else None
        names = [each.relative_to(temporary) for each in temporary.rglob("*") if each.is_file()]
    notes = [] if reason is None else [f"{item.stem} was written without its sound. {reason}."]
    return [folder / name for name in sorted(names)], notes


def _call_exporter(context: bpy.types.Context, item: ExportItem, settings: MambaTalkExport, path: Path) -> None:
    """Let one of Blender's exporters write the character as it performs this action alone."""
    kind = FORMATS[settings.kind]
    operator, options, armature_name = exporter(kind), dict(kind.options), item.armature.name
    if settings.kind == "FBX":
        preset = FBX_PRESETS[settings.preset]
        options |= preset.options
        armature_name = preset.armature_name or armature_name
    if settings.kind == "GLB":
        options["export_nla_strips_merged_animation_name"] = item.action.name
    if (first := round(item.action.frame_range[0])) < 0:
        # Exporters write the scene's range, and a scene cannot begin before frame 0.
        raise GestureError(
            f"{item.action.name} begins at frame {first}; {kind.label} files are written from frame 0 on.",
            remedy="Move all its keys, and its sound, to frame 0 or later.",
        )
    meshes = character_armature.meshes_of(item.armature) if settings.mesh else []
    with isolated(context, item.armature, meshes, item.action), renamed(item.armature, armature_name):
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


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[Path]:
    """Give a temporary folder, and move its files to `folder` at the end; after an error none is moved.

    Exporters choose the names of side files and insist on extensions: one temporary name per file would not do.

    Raises:
        GestureError: `folder` cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with work_folder(folder, "export") as work:
            temporary = work / "new"
            temporary.mkdir()
            yield temporary
            for path in sorted(temporary.rglob("*")):
                if path.is_file():
                    final = folder / path.relative_to(temporary)
                    final.parent.mkdir(exist_ok=True, parents=True)
                    os.replace(path, final)
    except OSError as error:
        raise GestureError(
            f"{folder} could not be written: {error.strerror or error}.",
            remedy="Choose a folder that you may write to, with space left.",
        ) from error
