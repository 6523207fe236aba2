"""Gaze for faces that do not use the curves of chance: on the listener, with short seeded glances away.

Eyes keep looking at the listener while the head turns. They glance away as some phrases begin; in long pauses they
glance longer and upwards, as people do who think. In between they make small steps about the listener's face:

    words      ▇▇▇ ▇▇▇▇▇▇       ▇▇▇▇ ▇▇              ▇▇▇▇▇▇
    eyes       ╭───╮                   ╭─────────────╮            away
               │   │                   │             │
          ─────╯   ╰──╌╌──╌──╌╌──╌╌╌───╯             ╰──╌─╌╌──    on the listener

Where the head itself turns away from the listener for a while, the eyes go there first, and come back first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..body.curves import min_jerk, runs
from ..body.kinematics import chosen_joints
from ..body.motion import Motion
from ..body.parts import ARKIT_NAMES
from ..body.skeleton import JOINT
from ..clock import FPS
from ..face.jaw_and_eyes import EYE_SIDE, EYE_UP
from ..text.timing import Word
from .lids import PAUSE_S

# How far eyes turn in the head; near these limits they follow the listener less and less.
SIDE_LIMIT, UP_LIMIT = np.radians(25), np.radians(15)
# How long eyes rest on the listener between glances, and how long a glance lasts in speech and in long pauses.
APART_S, AWAY_S, PAUSE_AWAY_S = (1.8, 4.5), (0.4, 0.9), (0.8, 2.0)
LONG_PAUSE_S = 0.45
# Seconds by which a glance starts before a phrase begins, and after a long pause begins.
BEFORE_S, AFTER_S = 0.1, 0.12
# How far a glance goes to the side, and upwards in speech and in long pauses; from and to.
ASIDE = np.radians((8, 17))
SPEAKING_UP, THINKING_UP = np.radians((-6, 4)), np.radians((3, 9))
# How far the head turns to the side, and how long, until the eyes go there too; by how much earlier they leave, and how
# much further they look.
TURNED, TURNED_S = np.radians(11), 0.4
EARLIER_S = 0.25
BEYOND = 1.2
# Seconds that eyes rest on one point of a face, and how far they then step: standard deviations to the side and up,
# radians.
FIXATION_S = (0.6, 2.2)
WANDER = np.radians((0.9, 0.6))
# A saccade (a jump of the eyes) takes one frame, and one more frame for each of these angles that it exceeds.
LONGER = np.radians((4, 14))


@dataclass(frozen=True)
class Glance:
    """A look away from the listener.

    Attributes:
        start_s, end_s: when the eyes leave and come back.
        left, up: how far from the listener, radians.
    """

    start_s: float
    end_s: float
    left: float
    up: float


def with_gaze(motion: Motion, words: Sequence[Word], seed: int = 0, lead: bool = False) -> Motion:
    """Replace the gaze shapes of a motion; faces other than ARKit's stay as they are.

    The eye joints stay: on a character without such shapes, the shapes turn them later (`core.face.jaw_and_eyes`).

    Args:
        motion: motion of a whole take; the listener is in front of the figure (+Z).
        words: with their times; may be empty.
        seed: another seed gives other glances.
        lead: whether the eyes lead the head when it turns away from the listener.
    """
    if motion.face_basis != "arkit52":
        return motion
    listener = _to_listener(motion)
    head = head_turns(listener) if lead else []
    left, up = (listener + wandering(motion.frame_count, words, seed, head)).T
    left, up = (limit * np.tanh(angle / limit) for angle, limit in ((left, SIDE_LIMIT), (up, UP_LIMIT)))
    turns = {"Up": up, "Down": -up}
    sides = {"Left": {"Out": left, "In": -left}, "Right": {"In": left, "Out": -left}}
    expression = motion.expression.copy()
    for side, aside in sides.items():
        for full, ways in ((EYE_UP, turns), (EYE_SIDE, aside)):
            for way, angle in ways.items():
                expression[:, ARKIT_NAMES.index(f"eyeLook{way}{side}")] = np.clip(angle / full, 0, 1)
    return motion.replace(expression=expression)


def wandering(frame_count: int, words: Sequence[Word], seed: int = 0, turns: Sequence[Glance] = ()) -> np.ndarray:
    """Draw how far eyes look past the listener, left and up (T, 2) radians: glances, and small steps between them.

    Args:
        frame_count: T.
        words: with their times; may be empty.
        seed: another seed gives other glances.
        turns: glances that go with turns of the head; drawn ones that overlap with them are left out.
    """
    rng = np.random.default_rng([seed % 2**32, 6])
    duration_s = frame_count / FPS
    moves, time_s = [], 0.0
    drawn = [
        glance
        for glance in glances(duration_s, words, seed)
        if all(glance.end_s <= turn.start_s or turn.end_s <= glance.start_s for turn in turns)
    ]
    all_glances = sorted([*drawn, *turns], key=lambda glance: glance.start_s)
    for glance in [*all_glances, Glance(duration_s, duration_s, 0.0, 0.0)]:
        while time_s < glance.start_s:
            moves.append((time_s, rng.normal(0, WANDER)))
            time_s += rng.uniform(*FIXATION_S)
        moves.append((glance.start_s, np.array([glance.left, glance.up])))
        time_s = glance.end_s
    return _saccades(frame_count, moves)


def glances(duration_s: float, words: Sequence[Word], seed: int = 0) -> list[Glance]:
    """Draw glances in order of time, `APART_S` apart: as phrases begin and in long pauses, else anywhere."""
    rng = np.random.default_rng([seed % 2**32, 5])
    pauses = _pauses(duration_s, words)
    long = [(start, end) for start, end in pauses if end - start >= LONG_PAUSE_S]
    moments = np.array([start + AFTER_S for start, _ in long] + [end - BEFORE_S for _, end in pauses])
    out: list[Glance] = []
    earliest = rng.uniform(0.5, APART_S[0])
    while True:
        latest = earliest + APART_S[1] - APART_S[0]
        near = moments[(moments > earliest) & (moments < latest)]
        start = float(rng.choice(near) if len(near) else rng.uniform(earliest, latest))
        rest_s = next((end - start for begin, end in long if begin <= start < end - BEFORE_S), 0.0)
        thinking = rest_s > AWAY_S[0]
        length = rng.uniform(*(PAUSE_AWAY_S if thinking else AWAY_S))
        up = rng.choice([-1, 1]) * rng.uniform(*THINKING_UP) if thinking else rng.uniform(*SPEAKING_UP)
        aside = rng.choice([-1, 1]) * rng.uniform(*ASIDE)
        if thinking:
            length = min(length, rest_s + BEFORE_S)  # back on the listener as the next phrase begins
        if start + length > duration_s:
            return out
        out.append(Glance(start, start + length, aside, up))
        earliest = start + length + APART_S[0]


def head_turns(listener: np.ndarray) -> list[Glance]:
    """Return glances that lead the head wherever it turns away from the listener for a while.

    Args:
        listener: (T, 2) direction of the listener as seen from the head, to its left and up, radians.
    """
    out: list[Glance] = []
    for start, end in runs(np.abs(listener[:, 0]) > TURNED):
        if (end - start) / FPS >= TURNED_S:
            earliest = out[-1].end_s if out else 0.0
            leaves, returns = max(start / FPS - EARLIER_S, earliest), max(end / FPS - EARLIER_S, earliest)
            left, up = -BEYOND * listener[start:end].mean(0)
            out.append(Glance(leaves, returns, float(left), float(up)))
    return out


def _pauses(duration_s: float, words: Sequence[Word]) -> list[tuple[float, float]]:
    """Return the pauses (start_s, end_s) before, between and after the words; none where there are no words."""
    if not words:
        return []
    starts = [word.start_s for word in words] + [duration_s]
    ends = [0.0] + [word.end_s for word in words]
    return [(end, start) for end, start in zip(ends, starts, strict=True) if start - end > PAUSE_S]


def _saccades(frame_count: int, moves: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """Return a curve (T, 2) that jumps to each value at its time, within one to three frames, and rests there."""
    out = np.zeros((frame_count, 2))
    frames = [round(time_s * FPS) for time_s, _ in moves]
    place = np.zeros(2)
    for (_, target), start, stop in zip(moves, frames, [*frames[1:], frame_count], strict=True):
        length = 1 + int(np.searchsorted(LONGER, np.linalg.norm(target - place)))
        risen = min_jerk(np.arange(1, max(stop - start, 0) + 1) / length)[:, None]
        out[start:stop] = place + risen * (target - place)
        place = target
    return out


def _to_listener(motion: Motion) -> np.ndarray:
    """Return the direction of the listener as seen from the head: to its left and up (T, 2), radians."""
    _, world = chosen_joints(motion.rotations, motion.translation, motion.skeleton, [JOINT["head"]])
    x, y, z = world[:, 0, 2].T  # the world's front in the head's axes
    return np.stack([np.arctan2(x, z), np.arctan2(y, np.hypot(x, z))], 1)
