"""The takes of a batch in the scene: an action for each line and, where it is wanted, a file."""

from dataclasses import dataclass, field

import bpy

from ...core.batch.lines import Line
from ...core.batch.outcomes import KEPT, MADE
from ...core.errors import GestureError
from ..blender import sequencer, session_ids
from ..direct import directed_keys
from ..exchange import export
from ..exchange.export_items import ExportItem
from ..exchange.formats import FORMATS
from ..generate.load import apply_take
from ..job.folder import absolute_path
from ..take import info as take_info
from ..take import switching
from .preparation import Prepared

# Custom property of an action: a hash of everything that its take was made from.
INPUTS_KEY = "mambatalk_batch"


@dataclass
class Performing:
    """Keys the takes of a batch.

    Attributes:
        scene: number for this session of the scene that gets the takes.
        prepared: the batch.
        written: lines whose files were written.
        notes: what the user should know of exports.
    """

    scene: int
    prepared: Prepared
    written: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def perform(self, context: bpy.types.Context, line: Line) -> None:
        """Key the take of a line onto its character, unless the file has it; note the line as failed after an error."""
        batch = self.prepared.batch
        try:
            scene, armature = self._scene(), self._armature(line)
            action = self._action(line)
            if action is None:
                clip = sequencer.Clip(line.request.audio, scene.mambatalk.first_frame())
                action, _ = apply_take(scene, armature, line.request.out, clip)
                action[INPUTS_KEY] = batch.inputs[line.number]
                directed_keys.catch_up_notes(armature)
            if scene.mambatalk_batch.export:
                self._export(context, scene, line, armature, action)
        except GestureError as error:
            batch.fail(line, error)

    def finish(self, context: bpy.types.Context) -> None:
        """Key the takes that the file still lacks; each character performs the first of its lines."""
        for line in self._ready():
            self.perform(context, line)
        performed = set()
        for line in self._ready():
            armature, action = session_ids.find_in_scenes(self.prepared.armatures[line.number]), self._action(line)
            if armature is None or action is None or armature.name in performed:
                continue
            performed.add(armature.name)
            if take_info.active(armature) != action:
                switching.switch(armature, action)

    def _ready(self) -> list[Line]:
        batch = self.prepared.batch
        return [line for line, each in zip(batch.lines, batch.results(), strict=True) if each.state in (MADE, KEPT)]

    def _scene(self) -> bpy.types.Scene:
        scene = session_ids.find(bpy.data.scenes, self.scene)
        if scene is None:
            raise GestureError("The scene was removed meanwhile.", remedy="Press Batch again in another scene.")
        return scene

    def _armature(self, line: Line) -> bpy.types.Object:
        armature = session_ids.find_in_scenes(self.prepared.armatures[line.number])
        if armature is None:
            raise GestureError(
                "The character was removed meanwhile.",
                remedy="Choose another character and press Batch again: takes that are made are kept.",
            )
        return armature

    def _action(self, line: Line) -> bpy.types.Action | None:
        """Return the action of this file that was keyed from a line's take."""
        inputs = self.prepared.batch.inputs[line.number]
        return next((each for each in bpy.data.actions if each.get(INPUTS_KEY) == inputs), None)

    def _export(self, context, scene, line: Line, armature, action) -> None:
        """Write a take's file, unless it was written by this batch, or by an earlier one for the same take."""
        settings = scene.mambatalk_export
        folder = absolute_path(settings.folder)
        stem = bpy.path.clean_name(line.name)
        state = self.prepared.batch.outcomes[line.number].state
        is_there = state == KEPT and (folder / f"{stem}{FORMATS[settings.kind].extension}").is_file()
        if is_there or line.number in self.written:
            return
        _, notes = export.write(context, ExportItem(armature, action, stem), settings, folder)
        self.notes += [note for note in notes if note not in self.notes]
        self.written.add(line.number)
