"""Curves of the speech that the head and the trunk follow: accents, syllables, the ends of phrases, pauses to think."""

from dataclasses import dataclass

import numpy as np

from core.audio.prosody import Prosody
from core.body.curves import steps
from training.gesture.curves import pulse
from training.gesture.gesture_plan import Plan
from training.gesture.voice import above_surroundings
from training.gesture.word_poses import MANNERS

# Loudness that changes within these times is what a syllable adds: standard deviations of two Gaussians, in frames.
SYLLABLE_FRAMES = (0.8, 4.5)
POSE_S = 0.44  # a move from the pose of one accent to that of the next
THINK_S = 0.45  # a pause is long enough to think in
STILL_S = 1.2  # a clip begins in the neutral pose


@dataclass(frozen=True)
class Rhythm:
    """Curves (T,) of one clip.

    Attributes:
        speaking: 1 from the first stroke of a unit until its hands are down.
        nod: a pulse on every accent, as high as it is prominent; the chin is lowest shortly after the vowel's peak.
        turn: changes sides from accent to accent, and holds in between; as large as the accent is prominent.
        swell: takes a new value on every accent, and holds in between: how loud it is.
        syllables: how much louder than its surroundings each syllable is, positive and negative.
        bow: 1 in the pause after a phrase.
        think: 1 in long pauses.
        shake: a shake of the head, where a word asks for one; 1 is a full one.
        tilt: tilt of the head where a word asks for one, degrees.
    """

    speaking: np.ndarray
    nod: np.ndarray
    turn: np.ndarray
    swell: np.ndarray
    syllables: np.ndarray
    bow: np.ndarray
    think: np.ndarray
    shake: np.ndarray
    tilt: np.ndarray


def rhythm(plan: Plan, prosody: Prosody) -> Rhythm:
    """Compute the curves of a clip."""
    times_s = prosody.times_s
    nod, shake, tilt = np.zeros((3, len(times_s)))
    poses = []
    for accent in plan.accents:
        near = np.abs(times_s - accent.time_s) < 1.5
        now = times_s[near]
        nod[near] += accent.prominence * pulse(now, accent.time_s + 0.05, 0.27, 0.42)
        side = 1.0 if accent.order % 2 else -1.0
        value = [side * accent.prominence, 2 * accent.loudness - 1.2]
        poses.append((accent.time_s - POSE_S + 0.04, accent.time_s + 0.04, value))
        manner = MANNERS.get(accent.kind) if accent.kind else None
        if manner and manner.shake:
            phase = np.clip((now - accent.time_s + 0.25) / 0.95, 0, 1)
            shake[near] += manner.shake * np.sin(4 * np.pi * phase) * np.sin(np.pi * phase) ** 2
        if manner and manner.tilt:
            tilt[near] += manner.tilt * pulse(now, accent.time_s + 0.1, 0.45, 0.9)
    turn, swell = steps(times_s, [0.0, 0.0], poses).T
    return Rhythm(_speaking(plan, times_s), nod, turn, swell, _syllables(prosody), *_pauses(plan, times_s), shake, tilt)


def _speaking(plan: Plan, times_s: np.ndarray) -> np.ndarray:
    talk = []
    for unit in plan.units:
        talk.append((unit.strokes[0].start_s, unit.strokes[0].end_s + 0.3, [1.0]))
        talk.append((unit.retract_s, unit.rested_s + 0.3, [1.0 - unit.rest_share]))
    return steps(times_s, [0.0], talk)[:, 0]


def _syllables(prosody: Prosody) -> np.ndarray:
    return above_surroundings(prosody.loudness, *SYLLABLE_FRAMES) * np.clip(prosody.times_s / STILL_S, 0, 1)


def _pauses(plan: Plan, times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the curves of the ends of phrases and of thinking."""
    bows, thoughts = [], []
    for end_s, pause_s in plan.boundaries:
        back = end_s + min(max(pause_s, 0.25), 1.2)
        bows += [(end_s - 0.25, end_s + 0.15, [1.0]), (back - 0.15, back + 0.3, [0.0])]
        if pause_s > THINK_S:
            thoughts += [(end_s + 0.05, end_s + 0.5, [1.0]), (end_s + pause_s - 0.25, end_s + pause_s + 0.25, [0.0])]
    return steps(times_s, [0.0], bows)[:, 0], steps(times_s, [0.0], thoughts)[:, 0]
