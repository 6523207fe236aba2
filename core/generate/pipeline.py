"""The steps from a recording and its transcript to a take, for one take or several at once.

recording ── features ───────────────────┐
transcript ── words with times ── vectors ┴─ windows ── codes of each part ── motion ─┐
                            finish ── blinks, gaze ── fitting to stress and pauses ───┘

The mood of a request directs the finished take (`directing`), so that it can be changed later.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import clock, requests
from ..body.motion import Motion, in_single_precision
from ..body.parts import Part
from ..direct.levels import Levels
from ..direct.mood import mood_from
from ..errors import GestureError
from ..finish.chain import finish
from ..finish.settings import FinishSettings
from ..finish.skeletons import on_skeleton, skeleton_of_file
from ..formats.packed import COARSE, stored_motion
from ..styles import no_style
from ..take.files import FORMAT, check_out, remove_files
from ..take.gate import MOST_SEED
from ..take.take import Take, write_take
from ..text.timing import Word, phrases_of, sounds_to_json
from .decode import decode_take
from .directing import Directions, directed
from .eyes import with_eyes
from .first_frames import TO_THE_END, FirstFrames, Underway
from .fitting import fit_to_speech
from .moments import Moments
from .network import Model, ModelLoader, NetworkInfo
from .recordings import RecordingKey, Recordings
from .sample import Variation
from .spoken_words import SpokenWords, check_request, spoken_words
from .steps import Progress, Steps
from .window_inputs import Speech
from .windows import TakeInputs, run_takes
from .word_gestures import gestures_at_words

MOST_VARIATION = 1.0
# Takes that are made together lie in memory together.
MOST_TOGETHER = 256


@dataclass(frozen=True)
class _Prepared:
    """A request, and everything that a take is made of beside its codes; the samples of an hour are no longer needed.

    Attributes:
        request: what to make.
        key: its recording.
        sample_count: how many samples of 16 kHz the recording has.
        model: its weights.
        said: the words with their times.
        variation: seed, and how far to stray from the most likely take.
        moments: when the recording is stressed, silent and loud.
    """

    request: requests.Generate
    key: RecordingKey
    sample_count: int
    model: Model
    said: SpokenWords
    variation: Variation
    moments: Moments

    @property
    def frame_count(self) -> int:
        """How many frames the take has."""
        return clock.frame_count(self.sample_count)


def generate(
    request: requests.Generate,
    progress: Progress = lambda fraction, stage: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    models: ModelLoader,
    recordings: Recordings | None = None,
    underway: Underway = TO_THE_END,
) -> Take:
    """Make a take and write it to `request.out`.

    Args:
        request: what to make.
        progress: called with the fraction done and the name of the step.
        cancelled: called between the steps and between windows.
        models: loads the weights; kept from take to take, it loads them once.
        recordings: kept from take to take, it reads and aligns a recording once.
        underway: can end the take early, and gets pieces of a long one in `request.pieces`.

    Raises:
        GestureError: bad input, with a remedy; nothing has been written.
        Cancelled: `cancelled()` became true; nothing has been written.
    """
    steps, recordings = Steps(progress, cancelled), recordings or Recordings()
    made, inputs = _prepared(request, steps.part(0, 0.35), models, recordings, ())
    network, settings = made.model.network, FinishSettings.from_dict(request.settings)
    first_frames = None
    if request.pieces is not None:
        first_frames = FirstFrames(
            network,
            made.frame_count,
            lambda raw: _finished(raw, request, settings),
            request.pieces,
            underway.send_piece,
            made.moments,
            request.speaker,
        )

    def goes_on(windows: Sequence[dict[Part, np.ndarray]]) -> bool:
        if first_frames is not None:
            first_frames.windows_made(windows)
        return not underway.ended() or sum(len(each[Part.FACE]) for each in windows) <= network.info.late_frames

    step = steps.begin(0.35, 0.9, "Generating")
    (codes,) = run_takes(network, [inputs], step=step, goes_on=goes_on)
    del inputs  # as much memory as a motion
    take = _completed(made, codes, steps.part(0.9, 1))
    write_take(take, request.out)
    progress(1.0, "Done")
    return take


def generate_many(
    wanted: Sequence[requests.Generate],
    progress: Progress = lambda fraction, stage: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    models: ModelLoader,
    recordings: Recordings | None = None,
) -> list[Take]:
    """Make takes together, which is faster than one after the other, and write each to its `out`.

    Args:
        wanted: what to make: several seeds of a recording, or several recordings; all with the same weights and device.
        progress: as in `generate`.
        cancelled: as in `generate`.
        models: as in `generate`.
        recordings: as in `generate`.

    Raises:
        GestureError: bad input, with a remedy; nothing has been written.
        Cancelled: `cancelled()` became true; nothing has been written.
    """
    steps, recordings = Steps(progress, cancelled), recordings or Recordings()
    if len(wanted) > MOST_TOGETHER:
        raise GestureError(
            f"{len(wanted):,} takes cannot be made together; {MOST_TOGETHER} can.", remedy="Make a batch of them."
        )
    if len({(request.weights, request.device) for request in wanted}) != 1:
        raise GestureError("Takes that are made together need the same weights.", remedy="Make them one by one.")
    if len({request.out for request in wanted}) < len(wanted):
        raise GestureError("Two takes have the same folder.", remedy="Choose a folder for each take.")
    prepared: list[tuple[_Prepared, TakeInputs]] = []
    for number, request in enumerate(wanted):
        part = steps.part(0.35 * number / len(wanted), 0.35 * (number + 1) / len(wanted))
        prepared.append(_prepared(request, part, models, recordings, prepared))
    network = prepared[0][0].model.network
    codes = run_takes(network, [inputs for _, inputs in prepared], step=steps.begin(0.35, 0.9, "Generating"))
    takes: list[Take] = []
    try:
        for number, ((each, _), its_codes) in enumerate(zip(prepared, codes, strict=True)):
            part = steps.part(0.9 + 0.1 * number / len(wanted), 0.9 + 0.1 * (number + 1) / len(wanted))
            take = _completed(each, its_codes, part)
            write_take(take, each.request.out)
            takes.append(take)
    except BaseException:
        for request in wanted[: len(takes)]:
            remove_files(request.out)
        raise
    progress(1.0, "Done")
    return takes


def _prepared(
    request: requests.Generate,
    steps: Steps,
    models: ModelLoader,
    recordings: Recordings,
    others: Sequence[tuple[_Prepared, TakeInputs]],
) -> tuple[_Prepared, TakeInputs]:
    """Check a request, and make the inputs of the network; those that another request has are not made again."""
    check_chance(request.seed, request.variation)
    check_out(request.out)
    FinishSettings.from_dict(request.settings)
    mood_from(request.mood)  # an unknown mood stops here, before the long work
    steps.begin(0.0, 0.08, "Reading the recording")
    recording = recordings.load(request.audio, request.offset_s, request.duration_s, request.decoded)
    check_request(request)
    steps.begin(0.08, 0.28, "Loading the weights")
    model = models.load(request.weights, request.device)
    info = model.network.info
    _check_speaker(info, request.speaker)
    aligning = steps.begin(0.28, 0.85, "Aligning the words")
    said = spoken_words(request, recordings, recording, aligning)
    steps.begin(0.85, 1.0, "Listening")
    variation = Variation(info.variation if request.variation is None else request.variation, request.seed)
    speech = recordings.features(recording, info.audio, said.words, model.folder, said.language, said.sounds)
    chance_seed = info.chance_seed(variation.seed, request.speaker)
    manner = info.manner(request.speaker)
    features = speech.with_chance(info.chance, chance_seed, variation.temperature, manner=manner, even=info.even_chance)
    frames = clock.frame_count(len(recording.audio.samples)) + info.late_frames
    same = (inputs.speech.words for other, inputs in others if (other.key, other.said) == (recording.key, said))
    vectors = next(same, None)
    if vectors is None:
        vectors = model.words.frames(said.english, frames)
    inputs = TakeInputs(
        Speech(features, vectors, request.speaker),
        info.neutral,
        None if info.uses_chance else variation,
    )
    samples, moments = len(recording.audio.samples), speech.moments(chance_seed, variation.temperature)
    return _Prepared(request, recording.key, samples, model, said, variation, moments), inputs


def _completed(made: _Prepared, codes: dict[Part, np.ndarray], steps: Steps) -> Take:
    """Decode, finish and direct a take."""
    request, info = made.request, made.model.network.info
    frames = min(made.frame_count, len(codes[Part.FACE]) - info.late_frames)
    words, sounds, codes = made.said.words, made.said.sounds, _in_time(codes, frames, info)
    steps.begin(0.0, 0.4, "Decoding")
    raw = decode_take(made.model.network, codes, info.neutral.translation[0])
    raw = fit_to_speech(raw, made.moments, info, request.speaker)
    facts = _facts(made)
    if frames < made.frame_count:  # the user ended the take early
        seconds = frames / clock.FPS
        facts["audio"] |= {"seconds": seconds, "duration_s": seconds}
        words = tuple(word for word in words if word.end_s <= seconds)
        sounds = tuple(sound for sound in sounds if sound.end_s <= seconds)
    if sounds:
        facts["sounds"] = sounds_to_json(sounds)
    raw = with_eyes(raw, words or phrases_of(sounds), made.variation, info)
    if request.finish:  # otherwise the raw motion is shown, and directed, as it was decoded
        raw = in_single_precision(raw)
    steps.begin(0.4, 0.8, "Finishing")
    finished = _finished(raw, request, FinishSettings.from_dict(request.settings))
    facts |= {"alignment": made.said.facts, "fps": clock.FPS, "frames": frames}
    if request.gestures:
        facts |= _with_gestures(facts, made, words, frames / clock.FPS)
    steps.begin(0.8, 1.0, "Writing the take")
    take = Take(codes, raw, finished, words, facts)
    return directed(take) if request.hands_out_here or "direct" in facts else take


def _with_gestures(facts: dict[str, Any], made: _Prepared, words: Sequence[Word], duration_s: float) -> dict[str, Any]:
    """Return the directions of a take with the gestures that its words call for; none where no word does."""
    vectors = getattr(made.model.words, "vector", None)
    seed = made.variation.seed
    found = gestures_at_words(words, made.said.language, duration_s, vectors, made.said.text, seed)
    if not found:
        return {}
    directions = Directions.from_dict(facts.get("direct", {}))
    return {"direct": replace(directions, markers=found).as_dict()}


def _finished(raw: Motion, request: requests.Generate, settings: FinishSettings) -> Motion:
    """Return the finished motion, or the raw one on the skeleton of the request where nothing is to be finished.

    A .blend stores the raw motion on a grid, and Finish Again begins there. So the first finishing begins there, too:
    with equal settings both give the same motion, to the bit.
    """
    own = stored_motion(raw, COARSE) if request.finish else raw
    if request.skeleton is not None:
        own = on_skeleton(own, skeleton_of_file(request.skeleton))
    return finish(own, settings) if request.finish else own


def check_chance(seed: int, variation: float | None) -> None:
    """Make sure that a seed, and a variation where one is given, are in range.

    Raises:
        GestureError: one of them is out of range.
    """
    if not -MOST_SEED < seed < MOST_SEED:
        raise GestureError("A seed is out of range.", remedy="Choose a whole number of up to 18 digits.")
    if variation is not None and not 0 <= variation <= MOST_VARIATION:
        raise GestureError(f"A variation of {variation:g} is out of range.", remedy=f"Choose 0 to {MOST_VARIATION:g}.")


def _facts(made: _Prepared) -> dict[str, Any]:
    """Return what take.json says about the recording, the weights and the request."""
    request, model = made.request, made.model
    info = model.network.info
    directions = Directions(Levels(hands_out=request.hands_out), mood=mood_from(request.mood))
    return {
        "format": FORMAT,
        "audio": {
            "path": str(request.audio),
            "sha256": made.key.sha256,
            "seconds": made.sample_count / clock.SAMPLE_RATE,
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
            "variation": made.variation.temperature,
            **({"finish_settings": request.settings} if request.settings else {}),
        },
        **({} if directions == Directions() else {"direct": directions.as_dict()}),
    }


def _in_time(codes: dict[Part, np.ndarray], frame_count: int, info: NetworkInfo) -> dict[Part, np.ndarray]:
    """Cut codes (T + late,) to (T,): the body comes earlier by `late_frames`, the lips stay with the phones."""
    first = {part: info.first_frame(part) for part in codes}
    return {part: values[first[part] : first[part] + frame_count] for part, values in codes.items()}


def _check_speaker(info: NetworkInfo, speaker: int) -> None:
    if not 0 <= speaker < len(info.speakers):
        raise no_style(speaker, info.speakers)
