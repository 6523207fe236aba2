"""Listening: what a character does while others speak: it settles, breathes, looks at the speaker, and nods.

    others      |— a phrase —|     |—— another phrase ——|
    own words                                              |— words —|
    listens     ╭──────────────────────────────────────╮
    looks       ╭────────── at who speaks ─────────────╮
    nods                      ╵╵                        ╵╵      a little after phrases of others end

The settled pose is the mean pose of the frames in which the character listens, so nothing of its bearing is lost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..body.blend import blend_quats
from ..body.curves import min_jerk
from ..body.motion import Motion
from ..body.parts import ARKIT_NAMES
from ..body.rotation import quat_continuous, quat_multiply, quat_to_rotvec, rotvec_to_quat
from ..body.skeleton import JOINT, JOINT_NAMES
from ..face.jaw_and_eyes import EYE_SIDE, EYE_UP

# Seconds in which a character begins to listen, and in which it stops.
_SETTLE_S = 0.7
# How far what the character did settles into its mean pose: the head wholly, since it looks at somebody.
_SETTLED = 0.75
_BREATH_HZ, _BREATH = 0.23, np.radians(0.9)
# Shares of a turn to the speaker: joint → share. The eyes do the rest.
_TURN = {"spine3": 0.12, "neck": 0.28, "head": 0.4}
_MOST_TURN = np.radians(75)
_MOST_EYES = 0.8
# A nod: its depth, its length, and how much weaker the second dip is.
_NOD, _NOD_S, _SECOND = np.radians(7.5), 0.42, 0.55
# Nods: after which pause, how late, how far apart, how often.
_PHRASE_PAUSE_S, _NOD_LATE_S, _LEAST_APART_S, _OFTEN = 0.25, 0.25, 2.4, 0.9
# No time and no angle of a file is larger.
_MOST = 1e6
# A silence of one's own that is shorter is a pause, and nobody listens in it.
LEAST_S = 1.2
_STILL = ("spine1", "spine2", "spine3", "neck", "head", "left_collar", "right_collar")
_ARMS = tuple(
    name
    for name in JOINT_NAMES
    if name.endswith(("shoulder", "elbow", "wrist"))
    or name[:-1].endswith(("index", "middle", "pinky", "ring", "thumb"))
)


@dataclass(frozen=True)
class Attention:
    """A stretch in which a character listens.

    Attributes:
        start_s, end_s: seconds from the start of its take.
        yaw, pitch: radians from straight ahead to the speaker's head: to the left, and downwards.
        nods: seconds at which nods begin.
    """

    start_s: float
    end_s: float
    yaw: float
    pitch: float
    nods: tuple[float, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        times = {name: round(getattr(self, name), 4) for name in ("start_s", "end_s", "yaw", "pitch")}
        return {**times, "nods": [round(nod, 4) for nod in self.nods]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Attention":
        """Return the stretch of plain values.

        Raises:
            ValueError: they are none.
        """
        start_s, end_s, yaw, pitch = numbers = [float(values[name]) for name in ("start_s", "end_s", "yaw", "pitch")]
        nods = tuple(float(nod) for nod in values.get("nods", ()))
        if not np.isfinite([*numbers, *nods]).all() or max(map(abs, (*numbers, *nods))) > _MOST:
            raise ValueError("a stretch of listening is out of range")
        return cls(start_s, end_s, yaw, pitch, nods)


def silences(words_s: np.ndarray, length_s: float) -> list[tuple[float, float]]:
    """Return the stretches in which nobody says a word.

    Args:
        words_s: (N, 2) starts and ends, seconds, in order.
        length_s: end of the last stretch.
    """
    edges = [0.0]
    for start_s, end_s in words_s:
        edges += [float(start_s), float(end_s)]
    edges.append(length_s)
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= LEAST_S]


def phrases(words_s: np.ndarray) -> list[tuple[float, float]]:
    """Join words (N, 2), seconds, to phrases: a pause ends one."""
    out: list[tuple[float, float]] = []
    for start_s, end_s in words_s:
        if out and start_s - out[-1][1] < _PHRASE_PAUSE_S:
            out[-1] = (out[-1][0], float(end_s))
        else:
            out.append((float(start_s), float(end_s)))
    return out


def nods_after(heard: Iterable[tuple[float, float]], start_s: float, end_s: float, seed: int) -> tuple[float, ...]:
    """Return when a listener nods: a little after most phrases of others end, not too often.

    Args:
        heard: phrases of others, seconds, in order.
        start_s: start of the stretch of listening.
        end_s: its end.
        seed: decides which phrases get no nod.
    """
    chance, nods = np.random.default_rng(seed), [start_s - _LEAST_APART_S]
    for first_s, last_s in heard:
        wants, late_s = chance.random() < _OFTEN, _NOD_LATE_S * (0.6 + 0.8 * chance.random())
        at_s = last_s + late_s
        is_long = last_s - first_s > 0.5
        if wants and is_long and start_s <= at_s <= end_s - _NOD_S and at_s - nods[-1] >= _LEAST_APART_S:
            nods.append(at_s)
    return tuple(nods[1:])


def listen(motion: Motion, stretches: Sequence[Attention]) -> Motion:
    """Let a character listen in some stretches; outside of them, and of their blends, the motion stays to the bit."""
    if not stretches:
        return motion
    times_s = np.arange(motion.frame_count) / motion.fps
    weights = np.array([_weight(times_s, each) for each in stretches])  # (S, T)
    total = weights.max(0)
    rows = np.flatnonzero(total > 0)
    if not len(rows):
        return motion
    share = weights[:, rows] / np.maximum(weights[:, rows].sum(0), 1e-9)
    aim = np.array([(each.yaw, each.pitch) for each in stretches])
    yaw, pitch = (np.clip(share.T @ aim, -_MOST_TURN, _MOST_TURN) * total[rows, None]).T
    rotations = motion.rotations.copy()
    quats = {name: quat_continuous(rotvec_to_quat(motion.rotations[rows, JOINT[name]])) for name in (*_STILL, *_ARMS)}
    breath = _BREATH * np.sin(2 * np.pi * _BREATH_HZ * times_s[rows]) * total[rows]
    nod = sum((_nod(times_s[rows] - at_s) for each in stretches for at_s in each.nods), np.zeros(len(rows)))
    for name, own in quats.items():
        amount = total[rows] * (1.0 if name in _TURN else _SETTLED)
        mean = _mean(own, total[rows])
        turned = blend_quats(own, np.broadcast_to(mean, own.shape), amount)
        part = _TURN.get(name, 0.0)
        down = (
            part * pitch
            + {"neck": 0.4, "head": 0.6}.get(name, 0.0) * nod
            - {"spine2": 1.0, "neck": -0.6}.get(name, 0.0) * breath
        )
        if part or name in ("spine2",):
            added = rotvec_to_quat(np.stack([down, part * yaw, np.zeros(len(rows))], 1))
            turned = quat_multiply(added, turned)
        rotations[rows, JOINT[name]] = quat_to_rotvec(turned)
    rest = 1 - sum(_TURN.values())
    return motion.replace(rotations=rotations, expression=_looking(motion, rows, total[rows], rest * yaw, rest * pitch))


def _weight(times_s: np.ndarray, each: Attention) -> np.ndarray:
    rise = min_jerk((times_s - each.start_s) / _SETTLE_S)
    return np.minimum(rise, min_jerk((each.end_s - times_s) / _SETTLE_S))


def _nod(after_s: np.ndarray) -> np.ndarray:
    """Return how far a nod that begins at 0 bends the head, radians: two dips, the second one weaker."""
    first, second = (np.clip((after_s - begin) / _NOD_S, 0, 1) for begin in (0.0, 0.8 * _NOD_S))
    return _NOD * (np.sin(np.pi * first) ** 2 + _SECOND * np.sin(np.pi * second) ** 2)


def _mean(quats: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the mean rotation of quaternions (T, 4) with continuous signs."""
    mean = (quats * weights[:, None]).sum(0)
    return mean / max(np.linalg.norm(mean), 1e-9)


def _looking(motion: Motion, rows: np.ndarray, amount: np.ndarray, yaw: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """Return the expression with eyes that turn by angles, radians; other faces than ARKit's stay."""
    if motion.face_basis != "arkit52":
        return motion.expression
    out = motion.expression.copy()
    side, down = (np.clip(angle / most, -_MOST_EYES, _MOST_EYES) for angle, most in ((yaw, EYE_SIDE), (pitch, EYE_UP)))
    wanted = {"Down": np.maximum(down, 0), "Up": np.maximum(-down, 0)}
    for eye, to_left, to_right in (("Left", "Out", "In"), ("Right", "In", "Out")):
        looks = {**wanted, to_left: np.maximum(side, 0), to_right: np.maximum(-side, 0)}
        for name, value in looks.items():
            column = ARKIT_NAMES.index(f"eyeLook{name}{eye}")
            out[rows, column] += amount * (value - out[rows, column])
    return out
