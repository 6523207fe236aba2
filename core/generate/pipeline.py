"""The steps from a recording and its transcript to a take.

recording ── features ───────────────────┐
transcript ── words with times ── vectors ┴─ windows ── codes of each part ── raw motion ── blinks, gaze ── finish

The mood of a request directs the finished take (`directing`), so that it can be changed later.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import clock, requests
from ..body.motion import Motion
from ..body.parts import Part
from ..direct.mood import mood_from
from ..errors import GestureError
from ..finish.chain import finish
from ..finish.settings import FinishSettings
from ..finish.skeletons import on_skeleton, skeleton_of_file
from ..formats.packed import COARSE, stored_motion
from ..take.files import FORMAT, check_out
from ..take.take import Take, write_take
from .decode import decode_take
from .directing import Directions, directed
from .eyes import with_eyes
from .network import Model, ModelLoader, NetworkInfo
from .recordings import Recording, Recordings
from .sample import Variation
from .speech_features import CUES_CHANCE
from .spoken_words import check_request, spoken_words
from .steps import Progress, Steps
from .window_inputs import Speech
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
    steps, recordings = Steps(progress, cancelled), recordings or Recordings()
    check_variation(request.variation)
    check_out(request.out)
    settings = FinishSettings.from_dict(request.settings)
    mood_from(request.mood)  # an unknown mood stops here, before the long work
    steps.begin(0.0, 0.03, "Reading the recording")
    recording = recordings.load(request.audio, request.offset_s, request.duration_s, request.decoded)
    check_request(request)
    steps.begin(0.03, 0.1, "Loading the weights")
    model = models.load(request.weights, request.device)
    info = model.network.info
    _check_speaker(info, request.speaker)
    aligning = steps.begin(0.1, 0.3, "Aligning the words")
    said = spoken_words(request, recordings, recording, aligning)
    steps.begin(0.3, 0.35, "Listening")
    frames = clock.frame_count(len(recording.audio.samples))
    variation = Variation(info.variation if request.variation is None else request.variation, request.seed)
    speech = recordings.features(recording, info.audio, said.words, model.folder, said.language)
    features = speech.with_chance(info.chance, variation.seed, variation.temperature)
    codes = run_windows(
        model.network,
        Speech(features, model.words.frames(said.english, frames + info.late_frames), request.speaker),
        info.neutral,
        # Weights that use chance vary by the curves of chance; the codes of other weights vary by noise.
        variation=None if info.audio == CUES_CHANCE else variation,
        step=steps.begin(0.35, 0.9, "Generating"),
    )
    codes = _in_time(codes, frames, info.late_frames)
    steps.begin(0.9, 0.94, "Decoding")
    raw = decode_take(model.network, codes, info.neutral.translation[0])
    raw = with_eyes(raw, said.words, variation, info)
    steps.begin(0.94, 0.98, "Finishing")
    finished = _finished(raw, request, settings)
    steps.begin(0.98, 1.0, "Writing the take")
    facts = _facts(request, recording, model, variation) | {"alignment": said.facts, "fps": clock.FPS, "frames": frames}
    take = directed(Take(codes, raw, finished, said.words, facts))
    write_take(take, request.out)
    progress(1.0, "Done")
    return take


def _finished(raw: Motion, request: requests.Generate, settings: FinishSettings) -> Motion:
    """Return the finished motion, or the raw one on the skeleton of the request where nothing is to be finished.

    A .blend stores the raw motion on a grid, and Finish Again begins there. So the first finishing begins there, too:
    with equal settings both give the same motion, to the bit.
    """
    own = stored_motion(raw, COARSE) if request.finish else raw
    if request.skeleton is not None:
        own = on_skeleton(own, skeleton_of_file(request.skeleton))
    return finish(own, settings) if request.finish else own


def check_variation(variation: float | None) -> None:
    """Make sure that a variation is in range, where one is given.

    Raises:
        GestureError: it is out of range.
    """
    if variation is not None and not 0 <= variation <= MOST_VARIATION:
        raise GestureError(f"A variation of {variation:g} is out of range.", remedy=f"Choose 0 to {MOST_VARIATION:g}.")


def _facts(request: requests.Generate, recording: Recording, model: Model, variation: Variation) -> dict[str, Any]:
    """Return what take.json says about the recording, the weights and the request."""
    audio, info = recording.audio, model.network.info
    mood = mood_from(request.mood)
    return {
        "format": FORMAT,
        "audio": {
            "path": str(request.audio),
            "sha256": audio.sha256,
            "seconds": len(audio.samples) / clock.SAMPLE_RATE,
            "offset_s": request.offset_s,
            "duration_s": request.duration_s,
        },
        "weights": {"name": info.name, "sha256": model.sha256},
        "engine": model.network.running.facts(),
        "speaker": request.speaker,
        "speaker_name": info.speakers[request.speaker],
        "seed": request.seed,
        "settings": {
            "finish": request.finish,
            "variation": variation.temperature,
            **({"finish_settings": request.settings} if request.settings else {}),
        },
        **({} if mood.is_neutral else {"direct": Directions(mood=mood).as_dict()}),
    }


def _in_time(codes: dict[Part, np.ndarray], frame_count: int, late_frames: int) -> dict[Part, np.ndarray]:
    """Cut codes (T + late,) to (T,): the body comes earlier by `late_frames`, the lips stay with the phones."""
    first = {part: 0 if part is Part.FACE else late_frames for part in Part}
    return {part: values[first[part] : first[part] + frame_count] for part, values in codes.items()}


def _check_speaker(info: NetworkInfo, speaker: int) -> None:
    if not 0 <= speaker < len(info.speakers):
        listed = ", ".join(f"{i} {name}" for i, name in enumerate(info.speakers))
        raise GestureError(f"These weights have no speaker {speaker}.", remedy=f"Choose one of: {listed}.")
