"""The settings of a scene, and how they become a request."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ...core import requests
from ...core.errors import GestureError
from ...core.finish.settings import FEET_MODES, ROOT_MODES
from ..blender import sequencer
from ..job import preferences, weights
from ..job.folder import absolute_path
from ..rig import performer

# Blender keeps no reference to the texts of a dynamic enum: without this they are freed while it shows them.
_speaker_items: list[tuple] = []


def speaker_items(settings, context):
    """The speakers that the weights in use declare."""
    card = weights.read_card(preferences.runtime(context or bpy.context).weights)
    names = card.speakers if card else ()
    items = [(name, name.replace("_", " ").title(), "", index) for index, name in enumerate(names)]
    if items != _speaker_items:
        _speaker_items[:] = items
    return _speaker_items


class MambaTalkSettings(bpy.types.PropertyGroup):
    """What a take is made from."""

    audio_source: EnumProperty(
        name="Recording",
        items=[
            ("FILE", "File", "A sound file; its strip is added to the sequencer"),
            ("STRIP", "Strip", "The audible part of a sound strip in the sequencer"),
        ],
    )
    audio_file: StringProperty(name="File", description="A recording of one person speaking", subtype="FILE_PATH")
    audio_strip: StringProperty(name="Strip", description="A sound strip; its trim is respected")
    start_frame: IntProperty(name="Start Frame", description="The scene frame at which the recording begins", default=1)
    transcript_source: EnumProperty(
        name="Transcript",
        items=[
            ("FILE", "File", "A file: txt, srt, vtt, TextGrid or whisper's json"),
            ("TEXT", "Text", "A text in this .blend"),
            ("NONE", "None", "Gestures follow the voice alone"),
        ],
    )
    transcript_file: StringProperty(name="File", description="What is said", subtype="FILE_PATH")
    transcript_text: PointerProperty(name="Text", description="What is said", type=bpy.types.Text)
    allow_no_words: BoolProperty(
        name="Words Optional", description="When the transcript does not fit the recording, follow the voice alone"
    )
    character: PointerProperty(
        name="Character",
        description="An armature whose bones are a body's; empty: the active one",
        type=bpy.types.Object,
        poll=lambda settings, candidate: performer.is_performer(candidate),
    )
    speaker: EnumProperty(name="Style", description="Whose gestures", items=speaker_items)
    seed: IntProperty(name="Seed", description="Another number gives another take", min=0)
    finish: BoolProperty(
        name="Finish", description="Take shake, sliding feet and drift out of the motion", default=True
    )
    finish_smoothing: FloatProperty(
        name="Smoothing", description="How much shake is taken out", default=1.0, min=0.0, max=1.0, subtype="FACTOR"
    )
    finish_root: EnumProperty(
        name="Root",
        description="What becomes of the way that the figure goes",
        items=[(name, mode.label, mode.description) for name, mode in ROOT_MODES.items()],
    )
    finish_feet: EnumProperty(
        name="Feet",
        description="How feet come to stand still on the floor",
        items=[(name, mode.label, mode.description) for name, mode in FEET_MODES.items()],
    )
    finish_contacts: BoolProperty(
        name="Edited Contacts",
        description="Hold the feet exactly where the contact channels of the armature say that they stand; "
        "without, only where they were changed by hand",
    )

    def finish_settings(self) -> dict:
        """What the worker's finishing is asked for."""
        strength = dict.fromkeys(("upper", "hands", "lower", "face"), self.finish_smoothing)
        return {
            **strength,
            "root": self.finish_root,
            "feet": self.finish_feet,
            "use_contacts": self.finish_contacts,
        }

    def clip(self, scene: bpy.types.Scene) -> sequencer.Clip:
        """The chosen stretch of the recording.

        Raises:
            GestureError: none is chosen, or it is missing.
        """
        if self.audio_source == "STRIP":
            return sequencer.clip_of_strip(scene, self.audio_strip)
        path = absolute_path(self.audio_file)
        if not path.is_file():
            raise GestureError(f"There is no recording {path}.", remedy="Choose an existing sound file.")
        return sequencer.Clip(path, self.start_frame)

    def to_request(self, context: bpy.types.Context, clip: sequencer.Clip, out: Path) -> requests.Generate:
        """What the worker is asked for; the worker checks the recording and the transcript themselves.

        Raises:
            GestureError: the style is not one of these weights'.
        """
        runtime = preferences.runtime(context)
        names = [item[0] for item in speaker_items(self, context)]
        if self.speaker not in names:
            raise GestureError("The chosen style is not one of these weights'.", remedy="Choose a style again.")
        path = text = None
        if self.transcript_source == "FILE":
            path = absolute_path(self.transcript_file)
        elif self.transcript_source == "TEXT":
            text = self.transcript_text.as_string()
        return requests.Generate(
            audio=clip.path,
            out=out,
            weights=runtime.weights,
            transcript=path,
            transcript_text=text,
            speaker=names.index(self.speaker),
            seed=self.seed,
            device=runtime.device,
            finish=self.finish,
            allow_no_words=self.allow_no_words,
            offset_s=clip.offset_s,
            duration_s=clip.duration_s,
        )


def why_not_generate(context: bpy.types.Context) -> str | None:
    """What is still missing, for a greyed button."""
    settings = context.scene.mambatalk
    if settings.audio_source == "FILE" and not settings.audio_file:
        return "Choose a recording"
    if settings.audio_source == "STRIP" and not settings.audio_strip:
        return "Choose a sound strip"
    if settings.transcript_source == "FILE" and not settings.transcript_file:
        return "Choose a transcript, or set Transcript to None"
    if settings.transcript_source == "TEXT" and settings.transcript_text is None:
        return "Choose a text, or set Transcript to None"
    return weights.why_none(context)


CLASSES = (MambaTalkSettings,)
PROPERTIES = ((bpy.types.Scene, "mambatalk", PointerProperty(type=MambaTalkSettings)),)


def unregister():
    """Forget the styles that the list showed."""
    _speaker_items.clear()
