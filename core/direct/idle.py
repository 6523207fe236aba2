"""An idle motion: somebody stands, breathes, sways a little, blinks and looks around; the feet stay where they are."""

import numpy as np

from ..body.curves import gaussian, min_jerk
from ..body.motion import Motion
from ..body.parts import ARKIT_NAMES
from ..body.rotation import quat_multiply, quat_to_rotvec, rotvec_to_quat
from ..body.skeleton import JOINT
from ..clock import FPS

# How far joints wander, degrees, and how slowly, seconds.
_ARM = {"collar": 0.3, "shoulder": 0.7, "elbow": 0.8, "wrist": 1.0}
_WANDER = {
    "spine1": (0.5, 2.0),
    "spine2": (0.5, 1.6),
    "spine3": (0.6, 1.5),
    "neck": (0.9, 1.3),
    "head": (1.6, 1.1),
    **{f"{side}_{name}": (degrees, 1.8) for side in ("left", "right") for name, degrees in _ARM.items()},
}
_BREATH_HZ = 0.24
# Degrees that a breath lifts the chest and the shoulders; the head stays level.
_BREATH = {
    "spine2": (-0.7, 0.0),
    "spine3": (-0.5, 0.0),
    "neck": (0.8, 0.0),
    "left_collar": (0.0, 0.5),
    "right_collar": (0.0, -0.5),
}
_FINGERS = ("index", "middle", "ring", "pinky", "thumb")
_FINGER_WANDER = (0.8, 1.2)
# The eyes rest on something, then on something else: seconds, and how far, as shares of their reach.
_LOOK_S, _LOOK = (1.5, 4.0), 0.14
# Seconds from one blink to the next, and those in which lids close and open.
_BLINK_S, _CLOSING_S, _OPENING_S = (2.5, 5.0), 0.1, 0.17


def idle(rest: Motion, seconds: float, seed: int = 0) -> Motion:
    """Make an idle motion from a pose.

    Args:
        rest: a motion whose first frame is the pose; its skeleton, root and feet stay.
        seconds: length.
        seed: another seed wanders and looks elsewhere.
    """
    count = max(2, round(seconds * FPS))
    rng, times_s = np.random.default_rng([seed, 6]), np.arange(count) / FPS
    rotations = np.repeat(rest.rotations[:1], count, axis=0).astype(np.float64)
    breath = np.sin(2 * np.pi * _BREATH_HZ * times_s + rng.uniform(0, 2 * np.pi))
    for name, joint in JOINT.items():
        degrees, slow_s = _WANDER.get(name, _FINGER_WANDER if any(f in name for f in _FINGERS) else (0.0, 1.0))
        turn = np.radians(degrees) * _noise(rng, count, slow_s)
        if name in _BREATH:
            forward, up = np.radians(_BREATH[name])
            turn = turn + breath[:, None] * np.array([forward, 0.0, up])
        if degrees or name in _BREATH:
            turned = quat_multiply(rotvec_to_quat(turn), rotvec_to_quat(rotations[:, joint]))
            rotations[:, joint] = quat_to_rotvec(turned)
    expression = np.repeat(rest.expression[:1], count, axis=0).astype(np.float64)
    return rest.replace(
        rotations=rotations,
        translation=np.repeat(rest.translation[:1], count, axis=0),
        expression=_blinking(_looking(expression, rng), rng) if rest.face_basis == "arkit52" else expression,
        contacts=np.ones((count, 4)),
        fps=float(FPS),
    )


def _noise(rng: np.random.Generator, count: int, slow_s: float) -> np.ndarray:
    """Return smooth chance (T, 3) of unit size, without jumps in speed."""
    values = gaussian(rng.normal(size=(count + 2, 3)), slow_s * FPS)[:count]
    return values / max(float(np.abs(values).max()), 1e-9)


def _looking(expression: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Let the eyes rest here and there."""
    count, frame = len(expression), 0
    side, down = np.zeros(count), np.zeros(count)
    while frame < count:
        end = frame + round(rng.uniform(*_LOOK_S) * FPS)
        side[frame:end], down[frame:end] = rng.normal(0, _LOOK), rng.normal(0, _LOOK / 2)
        frame = end
    side, down = gaussian(side, 0.9), gaussian(down, 0.9)
    for eye, to_left, to_right in (("Left", "Out", "In"), ("Right", "In", "Out")):
        for name, value in ((to_left, side), (to_right, -side), ("Down", down), ("Up", -down)):
            expression[:, ARKIT_NAMES.index(f"eyeLook{name}{eye}")] = np.maximum(value, 0)
    return expression


def _blinking(expression: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Let the eyes blink; the first and the last frame have open eyes."""
    times_s, shut = np.arange(len(expression)) / FPS, np.zeros(len(expression))
    at_s = rng.uniform(*_BLINK_S) / 2
    while at_s < times_s[-1] - _OPENING_S:
        shut = np.maximum(shut, min_jerk((times_s - at_s) / _CLOSING_S + 1) - min_jerk((times_s - at_s) / _OPENING_S))
        at_s += rng.uniform(*_BLINK_S)
    for side in ("Left", "Right"):
        column = ARKIT_NAMES.index(f"eyeBlink{side}")
        expression[:, column] = np.maximum(expression[:, column], shut)
    return expression
