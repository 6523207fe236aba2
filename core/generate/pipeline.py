"""From a recording and its transcript to a take: the sequence of steps."""

from collections.abc import Callable

import numpy as np

from .. import clock, requests
from ..body.parts import Part
from ..errors import GestureError
from ..finish.chain import finish
from ..finish.skeletons import on_skeleton, skeleton_of_file
from ..take.files import FORMAT, check_folder
from ..take.take import Take, write_take
from ..text.align import Alignment
from ..text.timing import Word
from ..text.transcript import Transcript, parse_transcript, read_transcript
from ..text.words import frame_vectors
from .conditions import CUES_CHANCE
from .decode import decode_take
from .eyes import with_eyes
from .network import ModelLoader, Network
from .recordings import Recordings
from .sample import Variation
from .stages import Progress, stages
from .windows import run_windows

MOST_VARIATION = 1.0


def generate(
    request: requests.Generate,
    progress: Progress = lambda fraction, stage: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    models: ModelLoader,
    recordings: Recordings | None = None,
) -> Take:
    """Make a take and write it to `request.out`.

    Args:
        request: what to make.
        progress: called with the fraction done and the name of the step.
        cancelled: called between the steps and between windows.
        models: loads the weights; kept from take to take, it loads them once.
        recordings: kept from take to take, it reads and aligns a recording once.

    Raises:
        GestureError: bad input, with a remedy; nothing has been written.
        Cancelled: `cancelled()` became true; nothing has been written.
    """
    stage, recordings = stages(progress, cancelled), recordings or Recordings()
    check_variation(request.variation)
    check_folder(request.out)
    stage(0.0, 0.03, "Reading the recording")
    recording = recordings.load(request.audio, request.offset_s, request.duration_s)
    audio = recording.audio
    transcript = _transcript(request)
    stage(0.03, 0.1, "Loading the weights")
    model = models.load(request.weights, request.device)
    network = model.network
    _check_speaker(network, request.speaker)
    aligning = stage(0.1, 0.3, "Aligning the words")
    words, alignment = _timed(
        transcript,
        lambda text: recordings.align(recording, text, aligning, cancelled),
        request.allow_no_words,
    )
    stage(0.3, 0.35, "Listening")
    frames = clock.frame_count(len(audio.samples))
    temperature = network.info.variation if request.variation is None else request.variation
    features = recordings.listen(recording, network.info.audio, words).with_chance(request.seed, temperature)
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
    raw = with_eyes(raw, words, Variation(temperature, request.seed), network.info)
    stage(0.94, 0.98, "Finishing")
    own = raw if request.skeleton is None else on_skeleton(raw, skeleton_of_file(request.skeleton))
    finished = finish(own) if request.finish else own
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


def check_variation(variation: float | None) -> None:
    """Make sure that a variation is none, or one there is.

    Raises:
        GestureError: it is out of range.
    """
    if variation is not None and not 0 <= variation <= MOST_VARIATION:
        raise GestureError(f"A variation of {variation:g} is out of range.", remedy=f"Choose 0 to {MOST_VARIATION:g}.")


def _in_time(codes: dict[Part, np.ndarray], frame_count: int, late_frames: int) -> dict[Part, np.ndarray]:
    """Codes (T + late,) to (T,): the body comes earlier by `late_frames`, the lips stay with the phones."""
    first = {part: 0 if part is Part.FACE else late_frames for part in Part}
    return {part: values[first[part] : first[part] + frame_count] for part, values in codes.items()}


def _transcript(request: requests.Generate) -> Transcript | None:
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


def _timed(
    transcript: Transcript | None, align: Callable[[Transcript], Alignment], allow_no_words: bool
) -> tuple[tuple[Word, ...], dict]:
    """Words with times, and what take.json says about them."""
    if transcript is None:
        return (), {"words": "none"}
    try:
        alignment = align(transcript)
    except GestureError as error:
        if not allow_no_words:
            raise
        return (), {"words": "left out", "reason": error.message}
    return alignment.words, {"words": "aligned", "score": round(float(alignment.score), 3)}
