"""The only sequencer: from a recording and its transcript to a take, and from a take to one partly made anew."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .. import clock
from ..audio.load import Audio, load_audio
from ..body.parts import Part
from ..errors import Cancelled, GestureError
from ..finish import FinishSettings, finish
from ..text.align import align
from ..text.timing import Word
from ..text.transcript import Transcript, parse_transcript, read_transcript
from ..text.words import frame_vectors
from .conditions import CUES_CHANCE, listen
from .decode import decode_take
from .models import STARTER, Models
from .network import Network
from .resample import Speech, add_layer, check_area, check_span, finish_layers
from .sample import Variation
from .splice import DEFAULT_MARGIN
from .take import FORMAT, Take, check_folder, read_take, write_take
from .windows import run_windows

MOST_VARIATION = 1.0

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class GenerateRequest:
    """What an animator asks for.

    Attributes:
        audio: the recording.
        transcript: its text (txt, srt, vtt, TextGrid, whisper json); `transcript_text` wins when both are given.
        out: the take folder.
        weights: the model folder.
        speaker: index into the weights' speakers (for the starter weights: styles).
        seed: another seed, another take, where there is variation; the same seed gives the same take.
        variation: 0 for the most likely take, up to 1; None for what suits the weights.
        device: "auto", "cpu" or "cuda".
        finish: False writes the decoder's raw motion as the result.
        without_words_if_mismatch: go on without words when the transcript does not fit the recording.
        offset_s, duration_s: the part of the recording to use.
    """

    audio: Path
    out: Path
    transcript: Path | None = None
    transcript_text: str | None = None
    weights: Path = STARTER
    speaker: int = 0
    seed: int = 0
    variation: float | None = None
    device: str = "auto"
    finish: bool = True
    without_words_if_mismatch: bool = False
    offset_s: float = 0.0
    duration_s: float | None = None


@dataclass(frozen=True)
class ResampleRequest:
    """What an animator asks to have made anew.

    Attributes:
        take: a take folder.
        out: the folder for the new take; may be the same one.
        areas: rows of `core.body.parts.AREAS`: body parts or some of their joints.
        start, end: first frame, and the one after the last.
        seed: another seed, another try.
        variation: 0 for the most likely motion, up to 1; None for what suits the weights.
        margin: frames on either side of the range in which old and new blend.
        finish: False leaves the decoder's raw motion as the result.
        finish_settings: as the kept motion was finished; None for the defaults.
        weights: the model folder that the take was made with.
        audio: where the recording is now, if it is no longer where it was.
        device: "auto", "cpu" or "cuda".
    """

    take: Path
    out: Path
    areas: tuple[str, ...]
    start: int
    end: int
    seed: int = 0
    variation: float | None = None
    margin: int = DEFAULT_MARGIN
    finish: bool = True
    finish_settings: FinishSettings | None = None
    weights: Path = STARTER
    audio: Path | None = None
    device: str = "auto"


def generate(
    request: GenerateRequest,
    progress: Progress = lambda fraction, stage: None,
    cancelled: Callable[[], bool] = lambda: False,
    models: Models | None = None,
) -> Take:
    """Make a take and write it to `request.out`.

    Raises:
        GestureError: bad input, with a remedy; nothing has been written.
        Cancelled: `cancelled()` became true; nothing has been written.
    """
    stage = _stages(progress, cancelled)
    _check_variation(request.variation)
    check_folder(request.out)
    stage(0.0, 0.03, "Reading the recording")
    audio = load_audio(request.audio, offset_s=request.offset_s, duration_s=request.duration_s)
    transcript = _transcript(request)
    stage(0.03, 0.1, "Loading the weights")
    model = (models or Models()).load(request.weights, request.device)
    network = model.network
    _check_speaker(network, request.speaker)
    words, alignment = _align(audio, transcript, request, stage(0.1, 0.3, "Aligning the words"), cancelled)
    stage(0.3, 0.35, "Listening")
    frames = clock.frame_count(len(audio.samples))
    temperature = network.info.variation if request.variation is None else request.variation
    features = listen(network.info.audio, audio.samples, words, request.seed, temperature)
    codes = run_windows(
        network,
        features,
        frame_vectors(words, frames + network.info.late_frames, model.vectors),
        request.speaker,
        network.info.neutral,
        progress=stage(0.35, 0.9, "Generating"),
        cancelled=cancelled,
        # weights that hear chance vary by it; the others by noise on their codes
        variation=None if network.info.audio == CUES_CHANCE else Variation(temperature, request.seed),
    )
    codes = _in_time(codes, frames, network.info.late_frames)
    stage(0.9, 0.94, "Decoding")
    raw = decode_take(network, codes, network.info.neutral.translation[0])
    stage(0.94, 0.98, "Finishing")
    finished = finish(raw) if request.finish else raw
    stage(0.98, 1.0, "Writing the take")
    info = {
        "format": FORMAT,
        "audio": {
            "path": str(request.audio),
            "sha256": audio.sha256,
            "seconds": len(audio.samples) / clock.SAMPLE_RATE,
            "offset_s": request.offset_s,
            "duration_s": request.duration_s,
        },
        "weights": {"name": network.info.name, "sha256": model.sha256},
        "speaker": request.speaker,
        "speaker_name": network.info.speakers[request.speaker],
        "seed": request.seed,
        "settings": {"finish": request.finish, "variation": temperature},
        "alignment": alignment,
        "fps": clock.FPS,
        "frames": frames,
    }
    take = Take(codes, raw, finished, words, info)
    write_take(take, request.out)
    progress(1.0, "Done")
    return take


def resample(
    request: ResampleRequest,
    progress: Progress = lambda fraction, stage: None,
    cancelled: Callable[[], bool] = lambda: False,
    models: Models | None = None,
) -> Take:
    """Make some areas of a take anew over a range of frames, and write the new take to `request.out`.

    Raises:
        GestureError: bad input, with a remedy; nothing has been written.
        Cancelled: `cancelled()` became true; nothing has been written.
    """
    stage = _stages(progress, cancelled)
    _check_variation(request.variation)
    for area in request.areas:
        check_area(area)
    check_folder(request.out)
    stage(0.0, 0.1, "Reading the take")
    take = read_take(request.take)
    span = check_span(request.start, request.end, request.margin, take.raw.frame_count)
    speech, network = _speech_of(take, request, models or Models())
    temperature = network.info.variation if request.variation is None else request.variation
    kept_layers = len(take.layers)
    for number, area in enumerate(request.areas):
        share = 0.6 / len(request.areas)
        done = stage(0.1 + number * share, 0.1 + (number + 1) * share, "Generating")
        take = add_layer(take, network, speech, area, span, Variation(temperature, request.seed), done, cancelled)
    stage(0.7, 0.9, "Finishing")
    finishing = request.finish and take.info["settings"]["finish"]
    finished = finish_layers(take, take.layers[kept_layers:], request.finish_settings) if finishing else take.raw
    settings = {**take.info["settings"], "finish": finishing}
    stage(0.9, 1.0, "Writing the take")
    take = replace(take, finished=finished, info={**take.info, "format": FORMAT, "settings": settings})
    write_take(take, request.out)
    progress(1.0, "Done")
    return take


def _speech_of(take: Take, request: ResampleRequest, models: Models) -> tuple[Speech, Network]:
    """What a take was made from, and with what.

    Raises:
        GestureError: the recording or the weights are gone, or are not those that the take was made with.
    """
    source = take.info["audio"]
    path = request.audio or Path(source["path"])
    try:
        audio = load_audio(path, offset_s=source["offset_s"], duration_s=source["duration_s"])
    except GestureError as error:
        raise GestureError(
            f"The take's recording cannot be read. {error.message}", remedy="Say where the recording is now."
        ) from error
    if audio.sha256 != source["sha256"]:
        raise GestureError(
            f"{path.name} is not the recording that the take was made from.",
            remedy="Say where the take's recording is now, or generate a new take.",
        )
    model = models.load(request.weights, request.device)
    if model.sha256 != take.info["weights"]["sha256"]:
        raise GestureError(
            f"The take was made with other weights: {take.info['weights']['name']!r} "
            f"({take.info['weights']['sha256'][:8]}), not those in {request.weights} ({model.sha256[:8]}).",
            remedy="Choose the folder of the weights that made the take, or generate a new take.",
        )
    frames = take.raw.frame_count + model.network.info.late_frames
    vectors = frame_vectors(take.words, frames, model.vectors)
    return Speech(audio.samples, take.words, vectors, int(take.info["speaker"])), model.network


def _stages(
    progress: Progress, cancelled: Callable[[], bool]
) -> Callable[[float, float, str], Callable[[float], None]]:
    """A function that begins a step from `low` to `high` of the whole and gives what the step's progress is told."""

    def stage(low: float, high: float, name: str) -> Callable[[float], None]:
        if cancelled():
            raise Cancelled
        progress(low, name)
        return lambda fraction: progress(low + (high - low) * fraction, name)

    return stage


def _check_variation(variation: float | None) -> None:
    if variation is not None and not 0 <= variation <= MOST_VARIATION:
        raise GestureError(f"A variation of {variation:g} is out of range.", remedy=f"Choose 0 to {MOST_VARIATION:g}.")


def _in_time(codes: dict[Part, np.ndarray], frame_count: int, late_frames: int) -> dict[Part, np.ndarray]:
    """Codes (T + late,) to (T,): the body comes earlier by `late_frames`, the lips stay with the phones."""
    first = {part: 0 if part is Part.FACE else late_frames for part in Part}
    return {part: values[first[part] : first[part] + frame_count] for part, values in codes.items()}


def _transcript(request: GenerateRequest) -> Transcript | None:
    if request.transcript_text is not None:
        return parse_transcript(request.transcript_text)
    if request.transcript is not None:
        return read_transcript(request.transcript)
    return None


def _check_speaker(network: Network, speaker: int) -> None:
    names = network.info.speakers
    if not 0 <= speaker < len(names):
        listed = ", ".join(f"{i} {name}" for i, name in enumerate(names))
        raise GestureError(f"These weights have no speaker {speaker}.", remedy=f"Choose one of: {listed}.")


def _align(
    audio: Audio,
    transcript: Transcript | None,
    request: GenerateRequest,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> tuple[tuple[Word, ...], dict]:
    """Words with times, and what take.json says about them."""
    if transcript is None:
        return (), {"words": "none"}
    try:
        alignment = align(audio.samples, transcript, progress=progress, cancelled=cancelled)
    except GestureError as error:
        if not request.without_words_if_mismatch:
            raise
        return (), {"words": "left out", "reason": error.message}
    return alignment.words, {"words": "aligned", "score": round(float(alignment.score), 3)}
