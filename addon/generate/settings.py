"""The settings of the main panel, kept in the scene, and the request that they make."""

from dataclasses import replace
from pathlib import Path

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...core import requests
from ...core.direct.mood import NEUTRAL
from ...core.errors import GestureError
from ...core.finish.settings import FEET_MODES, ROOT_MODES, FinishSettings
from ..blender import sequencer
from ..blender.translation import translated
from ..blender.versions import RELATIVE
from ..character.mood import kind_property, strength_property
from ..job import decoding, model_card, preferences
from ..job.folder import absolute_path
from ..language import choice
from ..language.pronunciations import MambaTalkPronunciation
from ..rig import performer

# The kinds of transcripts that are looked for beside a recording, in this order.
TRANSCRIPTS = (".txt", ".srt", ".vtt", ".TextGrid", ".json")

# Blender keeps no reference to the texts of a dynamic enum; without this list they would be freed while it draws them.
_speaker_items: list[tuple] = []


def speaker_items(settings, context):
    """Return the styles that the weights in use can make, as items of an enum: one for each speaker they learned."""
    card = model_card.read_card(preferences.runtime(context or bpy.context).weights)
    names = card.speakers if card else ()
    own = {
        "calm": translated("Calm"),
        "lively": translated("Lively"),
        "presenter": translated("Presenter"),
        "reserved": translated("Reserved"),
        "thoughtful": translated("Thoughtful"),
        "storyteller": translated("Storyteller"),
    }
    items = [(name, own.get(name) or name.replace("_", " ").title(), "", index) for index, name in enumerate(names)]
    if items != _speaker_items:
        _speaker_items[:] = items
    return _speaker_items


def _recording_changed(settings, context):
    """Choose the transcript beside a new recording, and the frame where it begins; what the user chose stays."""
    if settings.chosen_recording():
        settings.start_frame = settings.first_frame()
    if settings.transcript_source != "FILE" or settings.transcript_file not in ("", settings.transcript_found):
        return
    recording = settings.audio_file
    if settings.audio_source == "STRIP":
        strips = {strip.name: strip for strip in sequencer.speaking_strips(settings.id_data)}
        strip = strips.get(settings.audio_strip)
        recording = "" if strip is None else str(sequencer.file_of(strip))
    settings.transcript_found = settings.transcript_file = transcript_beside(recording) or ""


def _character_chosen(settings, context):
    """Pin a character that is chosen by hand: otherwise the selection would choose another one at once."""
    settings.pinned = settings.character is not None


def transcript_beside(recording: str) -> str | None:
    """Return the path of the transcript that has a recording's name and folder; None where there is none.

    The path is written as that of the recording: relative to the .blend file, when the recording's path is.
    """
    if not recording:
        return None
    base = recording.removesuffix(Path(recording).suffix)
    names = (f"{base}{spelt}" for suffix in TRANSCRIPTS for spelt in dict.fromkeys((suffix, suffix.lower())))
    return next((name for name in names if absolute_path(name).is_file()), None)


class MambaTalkSettings(bpy.types.PropertyGroup):
    """The inputs of Generate and of Finish Again."""

    audio_source: EnumProperty(
        name="Recording",
        description="Where the speech comes from",
        items=[
            ("FILE", "File", "A sound file or a video. A strip that plays its sound is added to the sequencer"),
            ("STRIP", "Strip", "A strip with sound, or a video, that is in the sequencer already"),
        ],
    )
    audio_file: StringProperty(
        name="File",
        description="A recording of one person who speaks: a sound file, or a video",
        subtype="FILE_PATH",
        options=RELATIVE,
        update=_recording_changed,
    )
    audio_strip: StringProperty(
        name="Strip",
        description="A strip with sound, or with a video that has sound. Only the part that you see is used",
        update=_recording_changed,
    )
    start_frame: IntProperty(
        name="Start Frame",
        description="The scene frame at which the recording begins. At first it is the scene's first frame",
        default=1,
    )
    transcript_source: EnumProperty(
        name="Transcript",
        description="Where the words come from",
        items=[
            ("FILE", "File", "A txt, srt, vtt or TextGrid file, or the json of whisper"),
            ("TEXT", "Text", "A text in this .blend file"),
            ("NONE", "None", "No words. The gestures and the mouth follow the voice alone"),
        ],
    )
    transcript_file: StringProperty(
        name="File",
        description="The spoken words. A file beside the recording that has the recording's name is found by itself",
        subtype="FILE_PATH",
        options=RELATIVE,
    )
    transcript_found: StringProperty(
        name="Found", description="The transcript that was found beside the recording", options={"HIDDEN"}
    )
    transcript_text: PointerProperty(name="Text", description="The spoken words", type=bpy.types.Text)
    language: StringProperty(
        name="Language",
        description="The language of the transcript. When empty, it is found from the text",
        search=choice.suggestions,
        search_options={"SUGGESTION"},
    )
    pronunciations: CollectionProperty(
        name="Pronunciations",
        description="How names are said, in this file",
        type=MambaTalkPronunciation,
    )
    allow_no_words: BoolProperty(
        name="Words Optional",
        description="When the transcript does not fit the recording, go on without words instead of stopping",
    )
    character: PointerProperty(
        name="Character",
        description="The armature that performs the take. It follows the selection, unless it is pinned",
        type=bpy.types.Object,
        update=_character_chosen,
        poll=lambda settings, candidate: performer.is_performer(candidate),
    )
    pinned: BoolProperty(name="Pin", description="Keep this character, whatever is selected")
    speaker: EnumProperty(
        name="Style", description="How the character gestures: a style or a speaker of the weights", items=speaker_items
    )
    mood: kind_property()
    mood_strength: strength_property()
    gestures: BoolProperty(
        name="Gestures by Words",
        description="Words that call for a gesture get one: this big, on the one hand, stop. Each can be moved, "
        "changed and removed afterwards. Gestures that offend somewhere are left out",
        default=True,
    )
    seed: IntProperty(
        name="Seed",
        description="Each number gives another take. The same number gives the same take again",
        min=0,
    )
    finish: BoolProperty(
        name="Finish", description="Remove shake, sliding feet and drift from the new take", default=True
    )
    finish_smoothing: FloatProperty(
        name="Remove Shake",
        description="How much of the shake is removed",
        default=1.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    finish_root: EnumProperty(
        name="Walking",
        description="How the character may move over the floor",
        items=[(name, mode.label, mode.description) for name, mode in ROOT_MODES.items()],
    )
    finish_feet: EnumProperty(
        name="Feet",
        description="How feet are held still on the floor",
        items=[(name, mode.label, mode.description) for name, mode in FEET_MODES.items()],
    )
    finish_contacts: BoolProperty(
        name="Edited Contacts",
        description="Hold the feet wherever the contact channels of the armature are on. "
        "If off, only the contacts that you changed by hand are held",
    )
    hands_out: BoolProperty(
        name="Hands Out of Body",
        description="Push hands and forearms out of the character's meshes and of each other, smoothly. "
        "A take has this switch among its levels, too",
        default=True,
    )

    def draw_finishing(self, layout: bpy.types.UILayout) -> None:
        """Draw the settings of finishing, which Generate and Finish Again share."""
        for name in ("finish_smoothing", "finish_root", "finish_feet", "hands_out"):
            layout.prop(self, name)

    def first_frame(self) -> int:
        """Return the frame at which a recording begins: the chosen one, else the first one of the scene."""
        return self.start_frame if self.is_property_set("start_frame") else self.id_data.frame_start

    def chosen_recording(self) -> str:
        """Return the file or the strip that is chosen as the recording; an empty text where none is."""
        return self.audio_file if self.audio_source == "FILE" else self.audio_strip

    @property
    def has_transcript(self) -> bool:
        """Whether a transcript is chosen; without one, the take follows the sound alone."""
        chosen = {"FILE": bool(self.transcript_file), "TEXT": self.transcript_text is not None}
        return chosen.get(self.transcript_source, False)

    def finish_settings(self) -> dict:
        """Return the settings of finishing, as the worker reads them."""
        strength = dict.fromkeys(("upper", "hands", "lower", "face"), self.finish_smoothing)
        return {
            **strength,
            "root": self.finish_root,
            "feet": self.finish_feet,
            "use_contacts": self.finish_contacts,
        }

    def clip(self, scene: bpy.types.Scene) -> sequencer.Clip:
        """Return the chosen part of the recording.

        Raises:
            GestureError: no recording is chosen, or it is missing.
        """
        if self.audio_source == "STRIP":
            return sequencer.clip_of_strip(scene, self.audio_strip)
        path = absolute_path(self.audio_file)
        if not path.is_file():
            raise GestureError(
                f"There is no recording {path}.",
                remedy="Choose an existing sound file.",
                holds=lambda: bpy.context.scene.mambatalk.is_file_missing(path),
            )
        return sequencer.Clip(path, self.first_frame())

    def is_file_missing(self, path: Path) -> bool:
        """Return whether this file is still chosen as the recording, and still does not exist."""
        return self.audio_source == "FILE" and absolute_path(self.audio_file) == path and not path.is_file()

    def template(self, context: bpy.types.Context, out: Path) -> requests.Generate:
        """Return a request with all settings that are not of one recording.

        Raises:
            GestureError: the weights do not have the chosen style.
        """
        runtime = preferences.runtime(context)
        names = [item[0] for item in speaker_items(self, context)]
        if self.speaker not in names:
            raise GestureError("The weights do not have the chosen style.", remedy="Choose a style again.")
        return requests.Generate(
            audio=Path(),
            out=out,
            weights=runtime.weights,
            speaker=names.index(self.speaker),
            seed=self.seed,
            device=runtime.device,
            finish=self.finish,
            # A new take has no contacts that somebody edited.
            settings=FinishSettings.from_dict({**self.finish_settings(), "use_contacts": False}).changed(),
            allow_no_words=self.allow_no_words,
            language=choice.chosen_code(self.language),
            pronunciations=preferences.own_pronunciations(context),
            hands_out=self.hands_out,
            mood=() if self.mood == NEUTRAL else ({"name": self.mood, "strength": round(self.mood_strength, 6)},),
            gestures=self.gestures,
        )

    def to_request(self, context: bpy.types.Context, clip: sequencer.Clip, out: Path) -> requests.Generate:
        """Return the request for a take; the worker checks what is in the recording and the transcript.

        Raises:
            GestureError: the weights do not have the chosen style, or the recording cannot be read.
        """
        path = text = None
        if self.has_transcript and self.transcript_source == "FILE":
            path = absolute_path(self.transcript_file)
        elif self.has_transcript:
            text = self.transcript_text.as_string()
        return replace(
            self.template(context, out),
            audio=clip.path,
            transcript=path,
            transcript_text=text,
            offset_s=clip.offset_s,
            duration_s=clip.duration_s,
            decoded=decoding.for_worker(clip.path, clip.offset_s, clip.duration_s),
            hands_out_here=False,
        )


def why_not_generate(context: bpy.types.Context) -> str | None:
    """Return which input Generate still lacks; None when it lacks none."""
    settings = context.scene.mambatalk
    if not settings.chosen_recording():
        return "Choose a recording" if settings.audio_source == "FILE" else "Choose a sound strip"
    return model_card.why_none(context)


CLASSES = (MambaTalkSettings,)
PROPERTIES = ((bpy.types.Scene, "mambatalk", PointerProperty(type=MambaTalkSettings)),)


def unregister():
    """Clear the items of the list of styles."""
    _speaker_items.clear()
