"""Operators that replace body parts of a take over a range of frames: generated again, or from another take."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty, FloatProperty, IntProperty, StringProperty

from ...core import requests
from ...core.body.parts import AREAS, Part
from ...core.clock import FPS
from ...core.errors import GestureError
from ..blender import sequencer, session_ids
from ..blender.versions import RELATIVE
from ..job import decoding, model_card, preferences, report, state
from ..job.folder import absolute_path, temporary_folder
from ..job.job_mixin import JobOperator
from ..rig import performer
from ..take import hand_edits, locks, performed, recording
from ..take import info as take_info
from ..take import store as take_store
from ..take.properties import AREA_ITEMS
from . import lips, transfer
from . import settings as direct_settings


class _PartsOperator(JobOperator):
    """Mixin of an operator that lets the worker replace parts of the take over a range of frames.

    A subclass has `request(context, take, areas, request, folder)`, which returns the task for the worker.
    """

    bl_options = {"UNDO"}

    parts: EnumProperty(
        name="Parts", description="Body parts to change", items=AREA_ITEMS, options={"ENUM_FLAG", "SKIP_SAVE"}
    )
    start: IntProperty(name="Start", description="The first scene frame to change", options={"SKIP_SAVE"})
    end: IntProperty(name="End", description="The last scene frame to change", options={"SKIP_SAVE"})
    margin: IntProperty(
        name="Margin",
        description="Scene frames on either side in which old and new blend",
        default=8,
        min=0,
        options={"SKIP_SAVE"},
    )

    def task(self, context):
        """Check parts, range and locks, write the take to a folder for the worker, and return the request."""
        scene, settings = context.scene, context.scene.mambatalk_direct
        take = performed.of(performer.require_target(context))
        start, end = direct_settings.frames(settings, scene, take, self._given("start"), self._given("end"))
        stored = take_store.load(take.action)
        areas = chosen_areas(self.parts if self.properties.is_property_set("parts") else settings.parts)
        if held := [name for name in areas if locks.covered(take.action, name)]:
            name = take.action.name
            raise GestureError(
                f"Locked: {', '.join(held)}.",
                remedy="Unlock it first, or choose other parts.",
                holds=lambda: _are_locked(name, held),
            )
        margin = self.margin if self.properties.is_property_set("margin") else settings.margin
        self._span = take.span(start, end, margin, stored.raw.frame_count)
        self._rate = take_info.rate_notes(take.action, sequencer.scene_fps(scene))
        numbers = session_ids.of(take.armature), session_ids.of(take.action)
        self._remembered = *numbers, take.action[take_store.KEY]
        self._folder = temporary_folder()
        parent = Path(self._folder.name)
        request = {
            "take": transfer.write_for_worker(take.action, parent),
            "out": parent / "new",
            "margin": self._span.margin,
        }
        areas = transfer.areas_in_take(take.action, areas)
        self._has_new_face = Part.FACE.value in areas
        return self.request(context, take, areas, request, parent)

    def apply(self, context, result):
        """Write the keys of the new version, and return notes on the changed frames and the kept edits."""
        take = transfer.require_unchanged(*self._remembered)
        new = take_store.read_folder(Path(result["folder"]))
        rows, own = self._span.rows, take.action.mambatalk_take
        before = own.spoken_anew
        if self._has_new_face:
            lips.follow_no_more(own, self._span.start / FPS, self._span.end / FPS)
        try:
            transfer.key_new_version(take, new, rows)
        except GestureError:
            own.spoken_anew = before
            raise
        edits = [edit for edit in hand_edits.find(take) if (edit.frames & rows).any()]
        kept = [f"Kept what was changed by hand: {', '.join(sorted({edit.owner for edit in edits}))}"] if edits else []
        changed = f"Frames {take.frames[rows][0]} to {take.frames[rows][-1]} of {take.action.name}"
        return [changed, *result.get("notes", ()), *kept, *self._rate]

    def _given(self, name: str) -> int | None:
        return getattr(self, name) if self.properties.is_property_set(name) else None


class MAMBATALK_OT_resample(_PartsOperator, bpy.types.Operator):
    """Generate the chosen body parts again in the chosen frames. Everything else stays"""

    bl_idname = "mambatalk.resample"
    bl_label = "Resample Body Parts"
    job_label = "Resampling"

    seed: IntProperty(
        name="Seed",
        description="Each seed gives another result. By default it is one that the take has not used yet",
        min=0,
        options={"SKIP_SAVE"},
    )
    variation: FloatProperty(
        name="Variation",
        description="How varied the new motion is, from 0 to 1. By default it is as varied as usual",
        min=0.0,
        max=1.0,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        """Return whether there is a take, and the recording and weights that it was made from."""
        return report.explain(cls, why_not_resample(context))

    def request(self, context, take, areas, request, folder):
        """Return the request to generate the parts again."""
        settings, runtime = context.scene.mambatalk_direct, preferences.runtime(context)
        variation = settings.variation if settings.set_variation else None
        if self.properties.is_property_set("variation"):
            variation = self.variation
        seed = self.seed if self.properties.is_property_set("seed") else _unused_seed(take.action)
        audio = recording.path_of(context.scene, take.action, folder)
        return requests.Resample(
            **request,
            areas=tuple(areas),
            start=self._span.start,
            end=self._span.end,
            seed=seed,
            variation=variation,
            weights=runtime.weights,
            audio=audio,
            device=runtime.device,
            decoded=decoding.for_worker(audio, take.info.offset_s, take.info.duration_s),
        )


class MAMBATALK_OT_mix(_PartsOperator, bpy.types.Operator):
    """Replace the chosen body parts in the chosen frames by those of another take"""

    bl_idname = "mambatalk.mix"
    bl_label = "Mix In Another Take"
    job_label = "Mixing"

    source: StringProperty(name="From", description="Name of the other take's action", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Return whether the character has another take."""
        reason = state.why_not_start(context) or take_info.why_not_directed(context)
        return report.explain(cls, reason or _why_no_other(context))

    def request(self, context, take, areas, request, folder):
        """Return the request to mix in parts of the other take."""
        name = self.source or context.scene.mambatalk_direct.source
        other = bpy.data.actions.get(name)
        if other is None or not take_store.has(other) or other == take.action:
            raise GestureError(
                f"There is no other take “{name}”.",
                remedy="Choose another take in From.",
                holds=lambda: bpy.context.scene.mambatalk_direct.source == name,
            )
        given = transfer.write_for_worker(other, folder)
        pick = requests.Pick(given, tuple(areas), start=self._span.start, end=self._span.end)
        return requests.Mix(**request, picks=(pick,), weights=preferences.runtime(context).weights)


class MAMBATALK_OT_find_recording(bpy.types.Operator):
    """Choose the file in which the recording of the character's take is now; its content must be the same"""

    bl_idname = "mambatalk.find_recording"
    bl_label = "Find Recording"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="File", description="The recording, where it is now", subtype="FILE_PATH", options=RELATIVE
    )

    @classmethod
    def poll(cls, context):
        """Return whether the character performs a take."""
        return report.explain(cls, take_info.why_no_take(context))

    def invoke(self, context, event):
        """Let the user choose the file."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        """Check that the file is the same recording; takes, sound strips and the recording's field get its path."""
        try:
            action = take_info.active(performer.require_target(context))
            take_info.require_own(action)
            info, path = take_info.stored(action), absolute_path(self.filepath)
            count = recording.relocate(info, path)
        except GestureError as error:
            return report.fail(self, error)
        for scene in bpy.data.scenes:
            if scene.library is None and recording.follow(scene.mambatalk.audio_file, Path(info.audio), path):
                scene.mambatalk.audio_file = str(path)
        return report.finish(self, [f"Found the recording of {count} takes: {path}"])


def why_not_resample(context) -> str | None:
    """Return the reason why no part can be generated again; None when it can."""
    if reason := state.why_not_start(context) or take_info.why_not_directed(context):
        return reason
    action = take_info.active(performer.target(context))
    if not take_info.stored(action).audio:
        return f"{action.name} was made without a recording: it cannot be generated again"
    if not recording.is_known(context.scene, action):
        return f"The recording {take_info.stored(action).audio} is gone: use Find Recording"
    return model_card.why_none(context)


def chosen_areas(names: set[str]) -> list[str]:
    """Return names of areas, without those that a chosen whole part covers.

    Raises:
        GestureError: no area is chosen.
    """
    if not names:
        raise GestureError(
            "No body part is chosen.",
            remedy="Choose one or more.",
            holds=lambda: not bpy.context.scene.mambatalk_direct.parts,
        )
    whole = {part.value for part in Part} & names
    return [name for name in AREAS if name in names and (name in whole or AREAS[name].part.value not in whole)]


def _are_locked(action_name: str, areas: list[str]) -> bool:
    """Return whether one of these areas of a take is still locked."""
    action = bpy.data.actions.get(action_name)
    return action is not None and any(locks.covered(action, area) for area in areas)


def _why_no_other(context) -> str | None:
    armature = performer.target(context)
    others = [action for action in take_info.of_character(armature) if action != take_info.active(armature)]
    return None if others else f"{armature.name} has no other take"


def _unused_seed(action: bpy.types.Action) -> int:
    return 1 + max(layer["seed"] for layer in take_store.load(action).description["layers"])


CLASSES = (MAMBATALK_OT_resample, MAMBATALK_OT_mix, MAMBATALK_OT_find_recording)
