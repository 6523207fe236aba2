"""The requests that this program can answer: one frozen dataclass for each task.

The add-on and the shell make a request. The steps in `core.generate` take it as it is. Between the add-on and the
worker it travels as a line of JSON (`core.request_json`, `core.worker.protocol`).

Fields of the type dict hold what another class writes and checks: `settings` belong to `FinishSettings` in
`core.finish.settings`, `levels` to `Levels` in `core.direct.levels`, `markers` to `Marker` in `core.direct.markers`,
`mood` to `MoodKey` in `core.direct.mood`.

The add-on imports this module, so it needs only the standard library and NumPy.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from .body.blend import DEFAULT_MARGIN
from .language.languages import AUTO, ENGLISH

# Changes when a worker and an add-on of different versions would misunderstand each other.
PROTOCOL = 1


@dataclass(frozen=True)
class Hello:
    """Ask for versions, devices and the engine.

    Attributes:
        weights: a model folder, whose model.json is then part of the answer; None for the bundled weights.
        device: "auto", "cpu" or "cuda".
        protocol: version of the form of requests and replies; a worker of another version refuses.
    """

    type: ClassVar[str] = "hello"
    weights: Path | None = None
    device: str = "auto"
    protocol: int = PROTOCOL


@dataclass(frozen=True)
class Align:
    """Find the times of a transcript's words.

    Attributes:
        audio: the recording.
        out: the file for the words (words.json).
        transcript: a file with the text: txt, srt, vtt, TextGrid or whisper json.
        transcript_text: the text itself; it wins over `transcript`.
        language: the language of the text, such as "de" (`core.language.languages`); "auto" finds it from the text.
        pronunciations: of the user's own words: word → what it sounds like (`core.text.reading`).
    """

    type: ClassVar[str] = "align"
    audio: Path
    out: Path
    transcript: Path | None = None
    transcript_text: str | None = None
    language: str = AUTO
    pronunciations: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Generate:
    """Make a take from a recording.

    Attributes:
        audio: the recording.
        out: the take folder.
        weights: the model folder; None for the bundled weights.
        transcript, transcript_text: as in `Align`; both may be None.
        speaker: index into the weights' speakers (for the starter weights: styles).
        seed: another seed gives another take, where there is variation; the same seed gives the same take.
        variation: 0 for the most likely take, up to 1; None for the value that suits the weights.
        device: "auto", "cpu" or "cuda".
        finish: False writes the decoder's raw motion as the result.
        settings: those of finishing that differ from the defaults.
        allow_no_words: go on without words when the transcript does not fit the recording.
        offset_s, duration_s: the part of the recording to use; None for all that follows the offset.
        skeleton: an npz whose `rest_joints` the motion is finished on; None for the bundled character's.
        decoded: a sound file with just this part of the recording, for recordings that the worker cannot read: Blender
            can decode the sound of a video. Everything but the samples comes from `audio`.
        mood: the mood over time: objects with `name`, `strength` and, where there are several, `start_s`; empty for a
            neutral take.
        language, pronunciations: as in `Align`.
        gestures: whether words that call for a gesture of the library get it; they are markers of the take then.
        pieces: a folder for the motion of the first frames of a long take, which replies of the type `piece` name
            while the later frames are computed; None for no such replies.
        hands_out: whether hands and forearms are pushed out of the body.
        hands_out_here: whether hands are pushed out here, too, in a take without gestures and mood. Blender does this
            itself, with the body of the character. A take with gestures or a mood is always directed here.
    """

    type: ClassVar[str] = "generate"
    audio: Path
    out: Path
    weights: Path | None = None
    transcript: Path | None = None
    transcript_text: str | None = None
    speaker: int = 0
    seed: int = 0
    variation: float | None = None
    device: str = "auto"
    finish: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    allow_no_words: bool = False
    offset_s: float = 0.0
    duration_s: float | None = None
    skeleton: Path | None = None
    decoded: Path | None = None
    mood: tuple[dict[str, Any], ...] = ()
    language: str = AUTO
    pronunciations: dict[str, Any] = field(default_factory=dict)
    gestures: bool = False
    pieces: Path | None = None
    hands_out: bool = True
    hands_out_here: bool = field(default=True, metadata={"key": "directed"})


@dataclass(frozen=True)
class GenerateMany:
    """Make several takes together: seeds of one recording, or several recordings.

    Attributes:
        takes: what to make; all with the same weights and device.
    """

    type: ClassVar[str] = "generate_many"
    takes: tuple[Generate, ...]


@dataclass(frozen=True)
class Resample:
    """Make areas of a take anew over a range of frames.

    Attributes:
        take: a take folder.
        out: the folder for the new take; may be the same one.
        areas: rows of `core.body.parts.AREAS`: body parts, or some of their joints.
        start, end: the first frame, and the one after the last.
        seed: another seed gives another try.
        variation: 0 for the most likely motion, up to 1; None for the value that suits the weights.
        margin: frames on either side of the range in which old and new blend.
        finish: False leaves the decoder's raw motion as the result.
        settings: settings with which the kept motion was finished, where they differ from the defaults; empty for those
            that the take stores.
        weights: the model folder that made the take; None for the bundled weights.
        audio: where the recording is now; None for the path that the take stores.
        device: "auto", "cpu" or "cuda".
        decoded: as in `Generate`.
    """

    type: ClassVar[str] = "resample"
    take: Path
    out: Path
    areas: tuple[str, ...]
    start: int
    end: int
    seed: int = 0
    variation: float | None = None
    margin: int = DEFAULT_MARGIN
    finish: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    weights: Path | None = None
    audio: Path | None = None
    device: str = "auto"
    decoded: Path | None = None


@dataclass(frozen=True)
class Pick:
    """What to take from another take.

    Attributes:
        take: its folder.
        areas: rows of `core.body.parts.AREAS`, or "all" alone for every part.
        start, end: the first frame, and the one after the last; None for the first and the last of the take.
    """

    take: Path
    areas: tuple[str, ...]
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Mix:
    """Lay parts of other takes over a take.

    Attributes:
        take: the take folder that everything else is laid over.
        out: the folder for the new take; may be the same one.
        picks: what to take from which other take; later picks lie over earlier ones.
        margin, finish, settings: as in `Resample`.
        weights: the model folder that made the takes; its model.json lists the hashes under which older takes store the
            same networks. None for the bundled weights.
    """

    type: ClassVar[str] = "mix"
    take: Path
    out: Path
    picks: tuple[Pick, ...]
    margin: int = DEFAULT_MARGIN
    finish: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    weights: Path | None = None


@dataclass(frozen=True)
class Direct:
    """Direct a take by levels, markers and a mood; they replace those that directed it before.

    Attributes:
        take: a take folder.
        out: the folder for the directed take; may be the same one.
        levels: those that differ from the defaults.
        markers: where to gesture, hold or rest: objects with `kind`, `start_s` and `end_s`.
        keep: rows of `core.body.parts.AREAS` that stay as they are finished.
        mood: as in `Generate`; None for the mood that the take has.
    """

    type: ClassVar[str] = "direct"
    take: Path
    out: Path
    levels: dict[str, Any] = field(default_factory=dict)
    markers: tuple[dict[str, Any], ...] = ()
    keep: tuple[str, ...] = ()
    mood: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True)
class Finish:
    """Take shake, sliding feet and drift out of a motion file.

    Attributes:
        motion: the npz to finish.
        out: the npz for the result.
        settings: those that differ from the defaults.
        skeleton: an npz whose `rest_joints` the motion is put on first; None for the skeleton of the motion.
    """

    type: ClassVar[str] = "finish"
    motion: Path
    out: Path
    settings: dict[str, Any] = field(default_factory=dict)
    skeleton: Path | None = None


@dataclass(frozen=True)
class Spell:
    """Find the phones of a word that was spelled anew, between the times that it has.

    Attributes:
        audio: the recording of the take.
        text: the word.
        start_s, end_s: its times, seconds from the start of the part.
        offset_s, duration_s, decoded: the part, as in `Generate`.
        language: the language of the take's words.
        pronunciations: as in `Align`.
    """

    type: ClassVar[str] = "spell"
    audio: Path
    text: str
    start_s: float
    end_s: float
    offset_s: float = 0.0
    duration_s: float | None = None
    decoded: Path | None = None
    language: str = ENGLISH
    pronunciations: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Body:
    """Read a person's body from an SMPL-X file.

    Attributes:
        model: the user's SMPLX_*.npz.
        out: the npz for the body.
        betas: shape coefficients of the person.
    """

    type: ClassVar[str] = "body"
    model: Path
    out: Path
    betas: tuple[float, ...] = ()


@dataclass(frozen=True)
class FetchWeights:
    """Fetch published networks from the server that publishes them; refused unless the user accepted their licence.

    Attributes:
        folder: for the files, and for the record of their hashes.
        repository: OWNER/NAME on the server.
        revision: a branch, tag or commit.
        recogniser: whether the repository holds the speech recogniser that the released weights need, not the weights.
        accepted: whether the user has accepted the licence.
    """

    type: ClassVar[str] = "fetch_weights"
    folder: Path
    repository: str
    revision: str = "main"
    recogniser: bool = False
    accepted: bool = False


@dataclass(frozen=True)
class ImportWeights:
    """Make a model folder of the released weights' published files.

    Attributes:
        folder: the published files.
        out: the model folder; new, or empty.
        vocabulary: vocab.pkl of BEAT2; None for the one in `folder`, if there is one.
        recogniser: the folder of wav2vec2-base-960h; None to leave it out.
        smplx: the user's SMPLX_*.npz; None for the bundled character's bones.
    """

    type: ClassVar[str] = "import_weights"
    folder: Path
    out: Path
    vocabulary: Path | None = None
    recogniser: Path | None = None
    smplx: Path | None = None


@dataclass(frozen=True)
class Transcribe:
    """Write down what is said in a recording, by a recogniser of the user's.

    Attributes:
        audio: the recording.
        model: the folder of a model of faster-whisper.
        language: its code; "auto" lets the recogniser find it.
        device: "auto", "cpu" or "cuda".
        offset_s, duration_s, decoded: as in `core.requests.Generate`.
    """

    type: ClassVar[str] = "transcribe"
    audio: Path
    model: Path
    language: str = AUTO
    device: str = "auto"
    offset_s: float = 0.0
    duration_s: float | None = None
    decoded: Path | None = None


@dataclass(frozen=True)
class Cancel:
    """Stop a request; the worker answers at once, even during work.

    Attributes:
        target: number of the request; None for everything that was asked so far.
        keep: end the request with a shorter take of what is predicted up to now, where there is any; else nothing is
            kept.
    """

    type: ClassVar[str] = "cancel"
    target: int | None = None
    keep: bool = False


@dataclass(frozen=True)
class Shutdown:
    """End the worker after the work that was asked before."""

    type: ClassVar[str] = "shutdown"


_OfModels = Body | FetchWeights | ImportWeights | Transcribe
Task = (
    Hello | Align | Generate | GenerateMany | Resample | Mix | Direct | Finish | Spell | _OfModels | Cancel | Shutdown
)
