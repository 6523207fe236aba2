"""From the panel to the lines of a batch: their requests, their characters, and which takes are there already."""

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import bpy
import numpy as np

from ...core.batch.batch import Batch, batch_of
from ...core.batch.lines import Line, read_lines
from ...core.errors import GestureError
from ...core.take.files import check_folder
from ...core.weights_folder import check_files, folder_hash
from ..blender import session_ids
from ..generate import settings as generate_settings
from ..job import model_card, preferences
from ..job.folder import absolute_path, temporary_folder
from ..rig import performer


@dataclass(frozen=True)
class Prepared:
    """A batch that can begin.

    Attributes:
        batch: the lines, and what is known of each.
        armatures: number for this session of each line's character, by the line's number; the user may rename it.
        folder: holds the characters' skeletons for the worker, until this object goes.
    """

    batch: Batch
    armatures: dict[int, int]
    folder: TemporaryDirectory


def why_not(context: bpy.types.Context) -> str | None:
    """Return what a batch still lacks; None when it lacks nothing."""
    settings = context.scene.mambatalk_batch
    if not settings.chosen():
        return "Choose a table" if settings.source == "TABLE" else "Choose a folder with recordings"
    return model_card.why_none(context)


def prepare(context: bpy.types.Context) -> Prepared:
    """Read and check all lines; nothing is written but the skeletons.

    Raises:
        GestureError: the table, the folder, the weights or the settings cannot be used at all.
    """
    settings, scene = context.scene.mambatalk_batch, context.scene
    out = _folder(settings.folder)
    check_folder(out)
    weights = preferences.runtime(context).weights
    # Damaged files are found here, once, and not by every line.
    check_files(weights)
    template = scene.mambatalk.template(context, out)
    styles = [name for name, *_ in generate_settings.speaker_items(scene.mambatalk, context)]
    folder = temporary_folder()
    characters = _Characters(context, Path(folder.name))
    lines = [characters.given(line) for line in read_lines(absolute_path(settings.chosen()), template, styles)]
    return Prepared(batch_of(out, lines, folder_hash(weights)), characters.found, folder)


def _folder(text: str) -> Path:
    if not text:
        raise GestureError("No folder for the takes is chosen.", remedy="Choose one in the panel Batch.")
    if text.startswith("//") and not bpy.data.filepath:
        raise GestureError(
            "The folder for the takes is beside the .blend file, which was never saved.",
            remedy="Save the file, or choose another folder.",
        )
    return absolute_path(text)


class _Characters:
    """Finds the character of each line, and writes its skeleton once.

    Args:
        context: its scene has the characters.
        folder: for the skeletons.

    Attributes:
        found: number for this session of each line's armature, by the line's number.
    """

    def __init__(self, context: bpy.types.Context, folder: Path):
        self.found: dict[int, int] = {}
        self._context = context
        self._folder = folder
        self._skeletons: dict[str, Path | GestureError] = {}

    def given(self, line: Line) -> Line:
        """Return a line with the skeleton of its character; with a problem where there is no such character."""
        if line.problem is not None:
            return line
        try:
            armature = self._armature(line.character)
            skeleton = self._skeleton(armature)
        except GestureError as error:
            return replace(line, problem=error)
        self.found[line.number] = session_ids.of(armature)
        return replace(line, request=replace(line.request, skeleton=skeleton))

    def _armature(self, name: str) -> bpy.types.Object:
        if not name:
            return performer.require_target(self._context)
        armature = self._context.scene.objects.get(name)
        if not performer.is_performer(armature):
            raise GestureError(
                f"There is no character {name} in this scene.",
                remedy="Write the name of an armature in the column character, or leave it empty.",
            )
        return armature

    def _skeleton(self, armature: bpy.types.Object) -> Path:
        """Return the file with the proportions of an armature; raise what keeps it from being keyed."""
        known = self._skeletons.get(armature.name)
        if known is None:
            known = self._folder / f"skeleton_{len(self._skeletons)}.npz"
            try:
                body = performer.of(armature)
                body.require_free()
                np.savez(known, rest_joints=body.rest_joints())
            except GestureError as error:
                known = error
            self._skeletons[armature.name] = known
        if isinstance(known, GestureError):
            raise known
        return known
