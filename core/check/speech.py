"""What does not fit the words: lips that stay open at p, b and m, and gestures long before the next word."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..body.joints import SIDES, WRISTS
from ..body.kinematics import chosen_joints
from ..body.motion import Motion
from ..body.parts import ARKIT_NAMES
from .finding import Finding, stretches

# Sounds for which the lips close.
_CLOSED = frozenset("PBM")
# Share of an open mouth that is still closed, and frames on either side of a sound in which it may close.
_OPEN, _BESIDE = 0.15, 2
# Shapes that open the lips, and those that close them, with their weights.
_OPENS = {"jawOpen": 1.0, "mouthLowerDownLeft": 0.25, "mouthLowerDownRight": 0.25, "mouthUpperUpLeft": 0.25}
_OPENS |= {"mouthUpperUpRight": 0.25, "mouthFunnel": 0.3}
_CLOSES = {"mouthClose": 1.0, "mouthPressLeft": 0.3, "mouthPressRight": 0.3, "mouthRollLower": 0.3}
_CLOSES |= {"mouthRollUpper": 0.3}
# A gesture is a rise of a wrist by so many metres, at this speed at least. It is too early if the next word begins so
# many seconds after it, and the last one ended so many before it.
_RISE_M, _FAST_M_S, _EARLY_S, _AFTER_S = 0.15, 0.4, 1.2, 0.4
_JOIN_S = 0.15


def lips(motion: Motion, words: Sequence[dict]) -> Iterator[Finding]:
    """Find sounds p, b and m during which the lips never close."""
    if motion.face_basis != "arkit52" or not motion.expression.any():
        return
    opening = np.zeros(motion.frame_count)
    for shapes, sign in ((_OPENS, 1), (_CLOSES, -1)):
        for name, weight in shapes.items():
            opening += sign * weight * motion.expression[:, ARKIT_NAMES.index(name)]
    for word in words:
        for phone in word["phones"]:
            if phone["phone"] not in _CLOSED:
                continue
            first = max(int(phone["start_s"] * motion.fps) - _BESIDE, 0)
            last = min(int(np.ceil(phone["end_s"] * motion.fps)) + _BESIDE, motion.frame_count)
            least = opening[first:last].min(initial=1.0) if last > first else 0.0
            if least > _OPEN:
                what = f"{phone['phone'].lower()} of “{word['word']}”"
                yield Finding("lips", first, last, what, "face", 100 * float(min(least, 1.0)))


def early(motion: Motion, words: Sequence[dict]) -> Iterator[Finding]:
    """Find hands that rise in a pause, long before the word that follows."""
    if not words or motion.frame_count < 4:
        return
    places, _ = chosen_joints(motion.rotations, motion.translation, motion.skeleton, [0, *WRISTS])
    wrists = places[:, 1:] - places[:, :1]
    starts = np.array([word["start_s"] for word in words])
    ends = np.array([word["end_s"] for word in words])
    join = round(_JOIN_S * motion.fps)
    for side, name in enumerate(SIDES):
        rise = np.diff(wrists[:, side, 1], prepend=wrists[0, side, 1]) * motion.fps
        for start, end in stretches(rise > _FAST_M_S, join, 2):
            height = float(wrists[end - 1, side, 1] - wrists[max(start - 1, 0), side, 1])
            next_s = starts[starts > start / motion.fps].min(initial=np.inf)
            last_s = ends[starts <= start / motion.fps].max(initial=-np.inf)
            wait_s = next_s - end / motion.fps
            if height > _RISE_M and _EARLY_S < wait_s < np.inf and start / motion.fps - last_s > _AFTER_S:
                word = words[int(np.flatnonzero(starts == next_s)[0])]["word"]
                yield Finding("early", start, end, f"{name} hand before “{word}”", f"{name}_arm", wait_s)
