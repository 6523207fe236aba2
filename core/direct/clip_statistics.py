"""Values of a finished motion that levels use, computed once: its rest pose, and how every joint turns away from it.

A level scales motion about rest, so the rest pose must be one that the take really comes back to:

    arms    the frame most like all those in which they hang low and hardly move
    jaw     the usual turn of the frames in which it is nearly closed
    others  the usual turn of all frames: the one with the least sum of distances to them

Sliders change many times per second while the take stays. So expensive values are kept: as fields where all levels need
them, and as cached properties where only some do.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..body.joints import ARM_CHAINS
from ..body.legs import Legs
from ..body.motion import Motion
from ..body.parts import ARKIT_NAMES, EYES
from ..body.rotation import quat_conjugate, quat_continuous, quat_multiply, quat_to_rotvec, rotvec_to_quat
from ..body.skeleton import JOINT
from .arm_clearance import Limits
from .mirror import mirror
from .posed_arms import Arms
from .stroke_statistics import MOVED, StrokeStatistics, arm_distance
from .strokes import Stroke

JAW = JOINT["jaw"]
ARMS = (*ARM_CHAINS[0], *ARM_CHAINS[1])
GAZE_SHAPES = tuple(i for i, name in enumerate(ARKIT_NAMES) if name.startswith("eyeLook"))
BLINK_SHAPES = tuple(i for i, name in enumerate(ARKIT_NAMES) if name.startswith("eyeBlink"))
# Share of the frames in which arms hang lowest; the slower half of them are those at rest.
_LOW_SHARE = 0.25
# Percentile of a face's values at which it rests: near the lower end, where the mouth is closed and brows are low.
_FACE_PERCENTILE = 10
# Rounds of the search for the usual turn: further rounds change it by less than anybody sees.
_MEDIAN_PASSES = 6
# Metres between a wrist at an apex and at rest below which a stroke only lets the arm down, and is no gesture.
_RAISED_M = 0.25


@dataclass(frozen=True)
class ClipStatistics:
    """A finished motion, with the values of it that levels and markers use.

    Attributes:
        motion: as it was given.
        speech: (N, 2) seconds, starts and ends of words; (0, 2) when there are none.
        rest: (55, 4) quaternions, where each joint comes to rest.
        offsets: (55, T, 4) quaternions away from rest, signs continuous in time.
        rest_expression: (N,) face shapes at rest.
        origin: the clip that the rest poses were found in, where markers have changed the motion since; else None.
    """

    motion: Motion
    speech: np.ndarray
    rest: np.ndarray
    offsets: np.ndarray
    rest_expression: np.ndarray
    origin: "ClipStatistics | None" = None

    @cached_property
    def arms(self) -> Arms:
        """The posed arms, and the parts of the body that they could hit."""
        return Arms.of(self.motion.rotations, self.motion.skeleton)

    @cached_property
    def limits(self) -> Limits:
        """The least distances between hands and body."""
        return Limits.of(self.arms, Arms.of(quat_to_rotvec(self.rest)[None], self.motion.skeleton))

    @cached_property
    def legs(self) -> Legs:
        """The posed legs and feet."""
        return Legs.of(self.motion)

    @cached_property
    def stroke_statistics(self) -> StrokeStatistics:
        """The strokes of the hands, and how suddenly arms turn."""
        return StrokeStatistics.of(self.motion, self.arms)

    @cached_property
    def gesture_strokes(self) -> tuple[Stroke, ...]:
        """The strokes that are gestures: all but those that only lower an arm to rest; if none is left, all strokes."""
        rest, turns = self.rest[list(MOVED)], self.stroke_statistics.turns
        found = [s for s in self.stroke_statistics.strokes if arm_distance(turns[s.apex], rest, s.side) > _RAISED_M]
        return tuple(found) or self.stroke_statistics.strokes

    @cached_property
    def mirrored(self) -> "ClipStatistics":
        """The clip of the motion with left and right exchanged."""
        if self.origin is not None:
            return self.origin.mirrored.with_motion(mirror(self.motion), self.speech)
        return clip_statistics(mirror(self.motion), self.speech)

    def with_motion(self, motion: Motion, speech: np.ndarray) -> "ClipStatistics":
        """Return the clip with a motion whose arms, torso or head have changed; the rest poses stay."""
        joints = np.flatnonzero((motion.rotations != self.motion.rotations).any((0, 2)))
        offsets = self.offsets.copy()
        offsets[joints] = _away_from(self.rest[joints], quat_continuous(rotvec_to_quat(motion.rotations[:, joints])))
        other = replace(self, motion=motion, speech=speech, offsets=offsets, origin=self.origin or self)
        if "legs" in vars(self):
            vars(other)["legs"] = self.legs
        return other

    @property
    def duration_s(self) -> float:
        """Length of the take, seconds."""
        return self.motion.frame_count / self.motion.fps


def clip_statistics(motion: Motion, speech: Iterable[tuple[float, float]] | np.ndarray = ()) -> ClipStatistics:
    """Find the rest poses of a motion, and how it turns away from them.

    Args:
        motion: finished.
        speech: (start_s, end_s) of every word, for pauses; may be empty.
    """
    turns = quat_continuous(rotvec_to_quat(motion.rotations))
    rest = median_turn(turns)
    if motion.frame_count:
        arms = Arms.of(motion.rotations, motion.skeleton)
        rest[list(ARMS)] = turns[_rest_frame(turns[:, ARMS], arms.wrist, motion.fps)][list(ARMS)]
        closed = motion.rotations[:, JAW, 0] <= np.percentile(motion.rotations[:, JAW, 0], _FACE_PERCENTILE)
        rest[JAW] = median_turn(turns[closed][:, [JAW]])[0]
    rest[list(EYES)] = median_turn(turns[:, EYES])
    return ClipStatistics(
        motion=motion,
        speech=np.asarray(speech, np.float64).reshape(-1, 2),
        rest=rest,
        offsets=_away_from(rest, turns),
        rest_expression=_rest_expression(motion),
    )


def _away_from(rest: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Return quaternions (J, T, 4) from rest (J, 4) to turns (T, J, 4), in most frames along the shorter arc."""
    offsets = np.moveaxis(quat_multiply(quat_conjugate(rest), turns), 1, 0)
    side = np.where(offsets[..., 0].sum(1) < 0, -1.0, 1.0)
    return np.ascontiguousarray(offsets * side[:, None, None])


def _rest_expression(motion: Motion) -> np.ndarray:
    """Return face shapes (N,) at rest: low ones for ARKit shapes, whose zero is calm; else, and for gaze, medians."""
    values = motion.expression
    if not len(values):
        return np.zeros(values.shape[1])
    rest = np.median(values, axis=0)
    if motion.face_basis == "arkit52":
        low = np.percentile(values, _FACE_PERCENTILE, axis=0)
        low[list(GAZE_SHAPES)] = rest[list(GAZE_SHAPES)]
        return low
    return rest


def median_turn(turns: np.ndarray) -> np.ndarray:
    """Return the rotation (J, 4) with the least sum of distances to rotations (T, J, 4) (Weiszfeld's iteration)."""
    if not len(turns):
        return np.tile([1.0, 0.0, 0.0, 0.0], (turns.shape[1], 1))
    middle = turns[len(turns) // 2]
    for _ in range(_MEDIAN_PASSES):
        dots = np.einsum("tjc,jc->tj", turns, middle)
        weights = np.where(dots < 0, -1.0, 1.0) / np.sqrt(np.maximum(1 - dots**2, 1e-6))
        middle = np.einsum("tj,tjc->jc", weights, turns)
        middle /= np.maximum(np.linalg.norm(middle, axis=-1, keepdims=True), 1e-12)
    return middle


def _rest_frame(turns: np.ndarray, wrists: np.ndarray, fps: float) -> int:
    """Return the frame whose arms are most like all those in which they hang low and hardly move.

    Args:
        turns: (T, J, 4) of the arms' joints.
        wrists: (T, 2, 3) in the pelvis' frame.
        fps: frames per second.
    """
    height = wrists[..., 1].mean(1)
    low = np.flatnonzero(height <= np.percentile(height, 100 * _LOW_SHARE))
    speed = np.linalg.norm(np.gradient(wrists, axis=0), axis=-1).mean(1)[low] * fps if len(wrists) > 1 else 0 * height
    calm = low[speed <= np.median(speed)]
    usual = median_turn(turns[calm])
    distance = 1 - np.abs(np.einsum("tjc,jc->tj", turns[calm], usual))
    return int(calm[np.argmin(distance.sum(1))])
