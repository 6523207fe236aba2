"""The face in ARKit's 52 shapes: overlapping visemes, blinks, brows, smile, gaze."""

from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from core.audio.cues import VOWELS
from core.audio.prosody import Prosody
from core.body.parts import ARKIT_NAMES
from core.text import lexicon
from training.gesture.curves import lag, pulse
from training.gesture.gesture_plan import Plan
from training.gesture.styles import Style

INDEX = {name: i for i, name in enumerate(ARKIT_NAMES)}
# Mouth channels of a viseme; L/R pairs are written once.
CHANNELS = (
    "jawOpen mouthFunnel mouthPucker mouthStretch mouthSmile mouthLowerDown mouthUpperUp mouthRollLower mouthPress "
    "mouthShrugUpper tongueOut"
).split()
JAW = CHANNELS.index("jawOpen")
PAIRED = frozenset("mouthStretch mouthSmile mouthLowerDown mouthUpperUp mouthPress".split())

# dominance, reach of the dominance in seconds, then channel values
_VISEMES = {
    "AA": (1.0, 0.060, {"jawOpen": 0.46, "mouthLowerDown": 0.22, "mouthUpperUp": 0.10}),
    "AE": (1.0, 0.060, {"jawOpen": 0.40, "mouthStretch": 0.18,
                       "mouthLowerDown": 0.25, "mouthUpperUp": 0.15, "mouthSmile": 0.10}),
    "AH": (0.9, 0.050, {"jawOpen": 0.27, "mouthLowerDown": 0.17, "mouthUpperUp": 0.07}),
    "AO": (1.1, 0.060, {"jawOpen": 0.37, "mouthFunnel": 0.34, "mouthPucker": 0.16}),
    "AW": (1.0, 0.070, {"jawOpen": 0.40, "mouthFunnel": 0.20, "mouthLowerDown": 0.12}),
    "AY": (1.0, 0.070, {"jawOpen": 0.40, "mouthStretch": 0.12, "mouthLowerDown": 0.22, "mouthUpperUp": 0.10}),
    "EH": (0.9, 0.055, {"jawOpen": 0.29, "mouthStretch": 0.14, "mouthLowerDown": 0.22, "mouthUpperUp": 0.10}),
    "ER": (1.0, 0.055, {"jawOpen": 0.20, "mouthFunnel": 0.28, "mouthPucker": 0.14}),
    "EY": (0.9, 0.060, {"jawOpen": 0.24, "mouthStretch": 0.22, "mouthSmile": 0.20,
                       "mouthLowerDown": 0.20, "mouthUpperUp": 0.10}),
    "IH": (0.8, 0.045, {"jawOpen": 0.18, "mouthStretch": 0.16, "mouthSmile": 0.10,
                       "mouthLowerDown": 0.18, "mouthUpperUp": 0.08}),
    "IY": (0.9, 0.055, {"jawOpen": 0.13, "mouthStretch": 0.28, "mouthSmile": 0.26,
                       "mouthLowerDown": 0.20, "mouthUpperUp": 0.10}),
    "OW": (1.3, 0.070, {"jawOpen": 0.27, "mouthFunnel": 0.36, "mouthPucker": 0.38}),
    "OY": (1.2, 0.070, {"jawOpen": 0.30, "mouthFunnel": 0.32, "mouthPucker": 0.28}),
    "UH": (1.1, 0.050, {"jawOpen": 0.17, "mouthFunnel": 0.30, "mouthPucker": 0.26}),
    "UW": (1.5, 0.065, {"jawOpen": 0.12, "mouthFunnel": 0.28, "mouthPucker": 0.62}),
    "W": (1.8, 0.055, {"jawOpen": 0.08, "mouthFunnel": 0.20, "mouthPucker": 0.66}),
    "R": (0.9, 0.045, {"jawOpen": 0.13, "mouthFunnel": 0.32, "mouthPucker": 0.20}),
    "P": (1.4, 0.035, {"jawOpen": 0.08}),
    "B": (1.4, 0.035, {"jawOpen": 0.08}),
    "M": (1.4, 0.040, {"jawOpen": 0.07}),
    "F": (2.2, 0.040, {"jawOpen": 0.07, "mouthRollLower": 0.42, "mouthUpperUp": 0.16, "mouthShrugUpper": 0.08}),
    "V": (2.0, 0.040, {"jawOpen": 0.07, "mouthRollLower": 0.38, "mouthUpperUp": 0.15, "mouthShrugUpper": 0.08}),
    "TH": (1.2, 0.040, {"jawOpen": 0.14, "mouthLowerDown": 0.18, "mouthUpperUp": 0.08, "tongueOut": 0.16}),
    "DH": (1.0, 0.035, {"jawOpen": 0.13, "mouthLowerDown": 0.16, "mouthUpperUp": 0.06, "tongueOut": 0.10}),
    "S": (1.3, 0.040, {"jawOpen": 0.04, "mouthStretch": 0.16, "mouthLowerDown": 0.22, "mouthUpperUp": 0.12}),
    "SH": (1.5, 0.045, {"jawOpen": 0.06, "mouthFunnel": 0.46, "mouthPucker": 0.18, "mouthLowerDown": 0.12}),
    "T": (0.7, 0.035, {"jawOpen": 0.08, "mouthLowerDown": 0.14, "mouthUpperUp": 0.06}),
    "L": (0.7, 0.040, {"jawOpen": 0.17, "mouthLowerDown": 0.16, "mouthUpperUp": 0.06}),
    "K": (0.5, 0.035, {"jawOpen": 0.14, "mouthLowerDown": 0.12}),
    "HH": (0.3, 0.035, {"jawOpen": 0.16, "mouthLowerDown": 0.10}),
    "Y": (0.8, 0.045, {"jawOpen": 0.11, "mouthStretch": 0.22, "mouthSmile": 0.20, "mouthLowerDown": 0.12}),
}  # fmt: skip
_SAME = {"Z": "S", "ZH": "SH", "CH": "SH", "JH": "SH", "D": "T", "N": "T", "G": "K", "NG": "K", "AX": "AH"}
CLOSED = frozenset("PBM")
CLOSED_GAP = 0.06
JAW_MIDDLE, JAW_PHONE = 0.28, 0.55  # vowels differ less in normal speech than when spoken alone
JAW_SOFT, JAW_LOUD, JAW_POWER = 0.05, 1.35, 2.0  # share of a phone's opening in silence, and what full loudness adds


def face_channels(prosody: Prosody, plan: Plan, style: Style, head: np.ndarray) -> np.ndarray:
    """Make the ARKit coefficients (T, 52), 0-1, of a clip.

    Args:
        prosody: words and loudness.
        plan: accents and boundaries.
        style: the style of gesturing.
        head: (T, 3) turn of the head relative to the trunk, radians; the eyes turn back by as much, to the viewer.
    """
    times_s = prosody.times_s
    out = np.zeros((len(times_s), len(ARKIT_NAMES)))
    mouth = _mouth(prosody, style)
    for number, channel in enumerate(CHANNELS):
        for name in [channel + "Left", channel + "Right"] if channel in PAIRED else [channel]:
            out[:, INDEX[name]] += mouth[:, number]
    closed = _closure(prosody)
    # the louder the voice, the wider the jaw
    out[:, INDEX["jawOpen"]] *= JAW_SOFT + JAW_LOUD * np.minimum(prosody.loudness, 1.1) ** JAW_POWER
    jaw = out[:, INDEX["jawOpen"]]
    out[:, INDEX["mouthClose"]] = closed * jaw
    out[:, INDEX["mouthRollUpper"]] += 0.22 * closed
    out[:, INDEX["mouthRollLower"]] += 0.22 * closed
    for side in ("Left", "Right"):
        out[:, INDEX["mouthPress" + side]] += 0.28 * closed
        for channel in ("mouthLowerDown", "mouthUpperUp"):
            out[:, INDEX[channel + side]] *= 1 - closed
    _expression(out, prosody, plan, style)
    _gaze(out, head)
    return np.clip(out, 0, 1)


def lips_closed(expression: np.ndarray) -> np.ndarray:
    """Return whether ARKit coefficients (T, 52) shape a closed mouth; (T,) bool.

    The gap between the lips is the opening by jawOpen less the closing by mouthClose; lips that are pulled up or down
    open it too.
    """
    gap = expression[:, INDEX["jawOpen"]] - expression[:, INDEX["mouthClose"]]
    pulled = [expression[:, INDEX[n + s]] for n in ("mouthLowerDown", "mouthUpperUp") for s in ("Left", "Right")]
    return (gap < CLOSED_GAP) & (np.mean(pulled, 0) < CLOSED_GAP)


def _mouth(prosody: Prosody, style: Style) -> np.ndarray:
    """Return the mean (T, C) of the phones' targets, weighted by dominances that fade with the distance in time."""
    times_s = prosody.times_s
    rest = np.zeros(len(CHANNELS))
    rest[CHANNELS.index("jawOpen")] = 0.015
    total = np.full(len(times_s), 0.06)
    blend = np.tile(rest * 0.06, (len(times_s), 1))
    for word in prosody.words:
        for phone in word.phones:
            name = phone.phone.rstrip("012")
            dominance, reach, values = (
                _VISEMES[_SAME.get(name, name)] if _SAME.get(name, name) in _VISEMES else _VISEMES["K"]
            )
            target = np.array([values.get(channel, 0.0) for channel in CHANNELS])
            if name in VOWELS:
                target = target * style.mouth
                target[JAW] = JAW_MIDDLE + JAW_PHONE * (target[JAW] - JAW_MIDDLE)
            low = max(int((phone.start_s - 0.3) * 30), 0)
            high = min(int((phone.end_s + 0.3) * 30) + 2, len(times_s))
            centre, half = (phone.start_s + phone.end_s) / 2, (phone.end_s - phone.start_s) / 2
            outside = np.maximum(np.abs(times_s[low:high] - centre + 0.02) - 0.5 * half, 0)
            weight = dominance * np.exp(-0.5 * np.square(outside / reach))
            total[low:high] += weight
            blend[low:high] += weight[:, None] * target
    return blend / total[:, None]


def _closure(prosody: Prosody) -> np.ndarray:
    """Return how closed the lips are (T,), 0-1: 1 throughout p, b and m."""
    times_s = prosody.times_s
    closed = np.zeros(len(times_s))
    for word in prosody.words:
        for phone in word.phones:
            if phone.phone in CLOSED:
                centre, half = (phone.start_s + phone.end_s) / 2, (phone.end_s - phone.start_s) / 2
                outside = np.maximum(np.abs(times_s - centre) - max(half - 0.015, 0.018), 0)
                closed = np.maximum(closed, np.exp(-0.5 * np.square(outside / 0.024)))
    return closed


def _expression(out: np.ndarray, prosody: Prosody, plan: Plan, style: Style) -> None:
    times_s = prosody.times_s
    count = len(times_s)
    brow, frown, squint = np.zeros(count), np.zeros(count), np.zeros(count)
    for accent in plan.accents:
        if accent.kind in (lexicon.QUESTION, lexicon.UNCERTAIN):
            brow += 0.9 * pulse(times_s, accent.time_s + 0.05, 0.30, 0.9)
        elif accent.kind == lexicon.NEGATION:
            frown += 0.6 * pulse(times_s, accent.time_s, 0.30, 0.7)
        elif accent.kind == lexicon.SMALL:
            squint += 0.5 * pulse(times_s, accent.time_s, 0.30, 0.6)
        elif accent.prominence > 0.6:
            brow += (accent.prominence - 0.45) * 1.3 * pulse(times_s, accent.time_s - 0.02, 0.24, 0.5)
    brow = np.minimum(brow, 1.2) * style.brow
    smile = style.smile * (0.8 + 0.2 * gaussian_filter1d(prosody.loudness, 12))
    blink = np.zeros(count)
    for time_s in _blinks(prosody):
        blink = np.maximum(blink, pulse(times_s, time_s, 0.10, 0.17))
    out[:, INDEX["browInnerUp"]] += 0.8 * brow + 0.2 * frown * style.brow
    for side in ("Left", "Right"):
        out[:, INDEX["browOuterUp" + side]] += 0.7 * brow
        out[:, INDEX["browDown" + side]] += frown * (0.3 + 0.4 * style.brow)
        out[:, INDEX["eyeWide" + side]] += 0.18 * brow * (1 - blink)
        out[:, INDEX["mouthSmile" + side]] += smile
        out[:, INDEX["cheekSquint" + side]] += 0.5 * smile
        out[:, INDEX["eyeSquint" + side]] += 0.25 * smile + 0.4 * squint
        out[:, INDEX["eyeBlink" + side]] = blink


def _blinks(prosody: Prosody) -> list[float]:
    """Return blinks at the ends of phrases and, after a long time without one, between words."""
    ends = {word.end_s for word in prosody.words}
    phrase_ends = {phrase.end_s for phrase in prosody.phrases}
    out, last = [], 0.0
    end = prosody.frame_count / 30 - 0.3
    for time_s in sorted(ends):
        if (time_s in phrase_ends and time_s - last > 2.6) or time_s - last > 4.6:
            out.append(time_s + 0.12)
            last = time_s
    gaps = np.array([0.0, *out, end + 0.3])
    for before, after in pairwise(gaps):
        out.extend(np.arange(before + 4.2, after - 1.5, 4.2))
    return sorted(t for t in out if 0.3 < t < end)


def _gaze(out: np.ndarray, head: np.ndarray) -> None:
    """Keep the eyes on the viewer while the head turns (yaw to the left and pitch down are positive)."""
    yaw = np.clip(lag(head[:, 1], 0.0) / np.radians(30), -0.6, 0.6)
    pitch = np.clip(head[:, 0] / np.radians(25), -0.5, 0.5)
    right, left = np.maximum(yaw, 0), np.maximum(-yaw, 0)
    out[:, INDEX["eyeLookInLeft"]] = right
    out[:, INDEX["eyeLookOutRight"]] = right
    out[:, INDEX["eyeLookOutLeft"]] = left
    out[:, INDEX["eyeLookInRight"]] = left
    for side in ("Left", "Right"):
        out[:, INDEX["eyeLookUp" + side]] = np.maximum(pitch, 0)
        out[:, INDEX["eyeLookDown" + side]] = np.maximum(-pitch, 0)
