"""The steps of the product as plain functions: for scripts and notebooks, in the worker's environment.

    recording -- generate --> take -- resample --> take      folders with motion.npz, words.json and take.json
                               |
                               take.finished -- save_motion --> npz -- load_motion --> motion -- finish --> motion

Every function raises `GestureError` where the cause is known; its `message` says what is wrong and its `remedy` what to
do. `examples/generate.py` uses them all.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from .body.motion import Motion, load_motion, save_motion
from .direct.mood import parse_mood
from .errors import GestureError
from .finish.chain import finish as finish_motion
from .finish.settings import FinishSettings
from .generate.pipeline import generate as generate_take
from .generate.regenerate import resample as resample_take
from .language.languages import AUTO
from .model.card import style_of
from .model.loading import Models
from .requests import Generate, Resample
from .take.take import Take

__all__ = [
    "FinishSettings",
    "GestureError",
    "Motion",
    "Take",
    "finish",
    "generate",
    "load_motion",
    "resample",
    "save_motion",
]


def generate(
    audio: Path | str,
    out: Path | str,
    *,
    transcript: Path | str | None = None,
    speaker: int | str = 0,
    seed: int = 0,
    variation: float | None = None,
    mood: str = "neutral",
    start_s: float = 0.0,
    duration_s: float | None = None,
    weights: Path | str | None = None,
    device: str = "auto",
    language: str = AUTO,
    pronunciations: Mapping[str, str] | None = None,
) -> Take:
    """Make a take from a recording.

    Parameters
    ----------
    audio, out, start_s, duration_s
        A sound file (wav, flac, ogg, mp3); the folder for the take, written whole or not at all; the part to use.
    transcript, language, pronunciations
        A file with the words (txt, srt, vtt, TextGrid, whisper json), None for a take without words; a code such as
        "de", "auto" to find the language; names and what they sound like.
    speaker, seed, variation
        A style of the weights by name or number, such as "lively". Another seed, another take. 0 (likeliest) to 1.
    mood, weights, device
        Such as "happy:0.6" or "sad:0.8@0 happy:0.6@5"; a model folder, None for the bundled; "auto", "cpu" or "cuda".

    Returns
    -------
    Take
        `finished` is the motion, 30 frames per second, `directed` the same in its mood; `words` are timed.

    Raises
    ------
    GestureError
        Bad input; nothing has been written.

    Examples
    --------
    >>> generate("speech.wav", "takes/first", transcript="speech.txt", speaker="lively")  # doctest: +SKIP
    """
    request = Generate(
        audio=Path(audio),
        out=Path(out),
        transcript=None if transcript is None else Path(transcript),
        weights=None if weights is None else Path(weights),
        speaker=speaker if isinstance(speaker, int) else style_of(speaker, weights),
        seed=seed,
        variation=variation,
        mood=tuple(parse_mood(mood.split()).as_list()),
        device=device,
        offset_s=start_s,
        duration_s=duration_s,
        language=language,
        pronunciations=dict(pronunciations or {}),
    )
    return generate_take(request, models=_models())


def resample(
    take: Path | str,
    out: Path | str,
    areas: tuple[str, ...],
    start: int,
    end: int,
    *,
    seed: int = 0,
    variation: float | None = None,
    weights: Path | str | None = None,
    audio: Path | str | None = None,
    device: str = "auto",
) -> Take:
    """Make areas of the body anew over a range of frames; every other value of the take stays.

    Parameters
    ----------
    take, out
        A folder that `generate` or `resample` wrote, and the folder for the new take; they may be one folder.
    areas
        "face", "upper", "hands", "lower", "head", "torso", "left_arm", "right_arm", "left_hand" or "right_hand".
    start, end
        The first frame, and the one after the last. A few frames on either side blend.
    seed
        Another seed gives another motion.
    variation
        From 0, the most likely motion, to 1; None for the value that suits the weights.
    weights, device
        The model folder that made the take, None for the bundled weights; and "auto", "cpu" or "cuda".
    audio
        Path of the recording, where it was moved after the take was made; None for the path that the take stores.

    Returns
    -------
    Take
        The new take.

    Raises
    ------
    GestureError
        Bad input, or weights that did not make the take; nothing has been written.

    Examples
    --------
    >>> resample("takes/first", "takes/second", ("left_arm",), 60, 120, seed=3)  # doctest: +SKIP
    """
    request = Resample(
        take=Path(take),
        out=Path(out),
        areas=tuple(areas),
        start=start,
        end=end,
        seed=seed,
        variation=variation,
        weights=None if weights is None else Path(weights),
        audio=None if audio is None else Path(audio),
        device=device,
    )
    return resample_take(request, models=_models())


def finish(motion: Motion, settings: FinishSettings | None = None) -> Motion:
    """Clean a motion: less shake, no drift, feet that stand where they touch the floor.

    Parameters
    ----------
    motion
        Any SMPL-X motion; it is not changed. Motion of `generate` is finished already.
    settings
        None for the defaults, which suit somebody who talks on the spot.

    Returns
    -------
    Motion
        As long as before, with the contacts of its feet.

    Raises
    ------
    GestureError
        A skeleton without legs, or a frame rate that is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> still = Motion(np.zeros((30, 55, 3)), np.zeros((30, 3)), np.zeros((30, 52)))
    >>> finished = finish(still, FinishSettings(root="stand_still"))
    >>> finished.contacts.min()  # both feet stand all the time
    np.float64(1.0)
    """
    return finish_motion(motion, settings)


@cache
def _models() -> Models:
    """Return the loader of weights, which keeps the last ones in memory from call to call."""
    return Models()
