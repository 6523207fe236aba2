"""Joining a motion to others: a start and an end that continue other motion, and a loop; speeds continue, too.

    start      ┄┄╮  the path that the pose before would go on, slower and slower      end: the same, backwards in time
                  ╲╱
    motion    ────╱╲────────────────────────────
    weight    0  ╱ 1      minimum jerk: at the seam, place and speed are those of the pose; at 1, those of the motion

A loop joins the end to the motion's own start, so that the last frame is the first one again. Frames further away from
the seams than the blend stay as they are, to the bit.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..body.blend import blend_quats, blend_values
from ..body.curves import min_jerk
from ..body.motion import Motion
from ..body.rotation import quat_conjugate, quat_continuous, quat_multiply, quat_to_rotvec, rotvec_to_quat
from ..body.skeleton import JOINT_COUNT
from .join_steps import with_steps

DEFAULT_BLEND_S = 0.8


@dataclass(frozen=True)
class MovingPose:
    """A pose with its speeds, at which a motion begins or ends.

    Attributes:
        rotations: (55, 3) parent-local rotation vectors.
        turns: (55, 3) radians a second about the axes of the parents.
        translation: (3,) metres; None where the root stays on its own path.
        travel: (3,) metres a second.
        expression: (N,) weights of the face; None where the face stays as it is.
    """

    rotations: np.ndarray
    turns: np.ndarray
    translation: np.ndarray | None = None
    travel: np.ndarray | None = None
    expression: np.ndarray | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, rounded to what a key can hold."""
        return {
            name: None if value is None else np.round(value, 6).tolist()
            for name in ("rotations", "turns", "translation", "travel", "expression")
            for value in (getattr(self, name),)
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "MovingPose":
        """Make a pose of plain values.

        Raises:
            ValueError: they are none.
        """
        found = {name: None if values.get(name) is None else np.array(values[name], float) for name in _SHAPES}
        for name, shape in _SHAPES.items():
            value = found[name]
            if value is None and name in ("rotations", "turns"):
                raise ValueError(f"a pose has no {name}")
            if value is not None and (not np.isfinite(value).all() or (shape and value.shape != shape)):
                raise ValueError(f"{name} of a pose")
        return cls(**found)  # type: ignore[arg-type]


_SHAPES = {
    "rotations": (JOINT_COUNT, 3),
    "turns": (JOINT_COUNT, 3),
    "translation": (3,),
    "travel": (3,),
    "expression": (),
}


def moving_pose(poses: np.ndarray, fps: float, translations: np.ndarray | None = None, at: int = 0) -> MovingPose:
    """Return one of two poses that follow each other, with its speeds.

    Args:
        poses: (2, 55, 3) parent-local rotation vectors; two equal ones stand still.
        fps: frames a second.
        translations: (2, 3) metres; None where they are not known.
        at: 0 for the first one, 1 for the second one.
    """
    before, after = rotvec_to_quat(np.asarray(poses, float))
    turn = quat_continuous(
        np.stack([np.broadcast_to([1.0, 0, 0, 0], after.shape), quat_multiply(after, quat_conjugate(before))])
    )[1]
    travel = None if translations is None else (translations[1] - translations[0]) * fps
    place = None if translations is None else translations[at]
    return MovingPose(np.asarray(poses[at], float), quat_to_rotvec(turn) * fps, place, travel)


def own_start(motion: Motion) -> MovingPose:
    """Return the pose at the first frame of a motion, with its speeds."""
    pair = slice(0, 2) if motion.frame_count > 1 else [0, 0]
    pose = moving_pose(motion.rotations[pair], motion.fps, motion.translation[pair])
    return MovingPose(pose.rotations, pose.turns, pose.translation, pose.travel, motion.expression[0])


@dataclass(frozen=True)
class Joins:
    """What a take is joined to.

    Attributes:
        start, end: the states at the first and at the last frame; None where the take is as it is.
        start_s, end_s: seconds in which the motion leads over.
        loop: whether the end leads to the take's own start; then `end` does not count.
    """

    start: MovingPose | None = None
    end: MovingPose | None = None
    start_s: float = DEFAULT_BLEND_S
    end_s: float = DEFAULT_BLEND_S
    loop: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return plain values; equal joins give equal values, and no joins give none."""
        values: dict[str, Any] = {}
        if self.start is not None:
            values |= {"start": self.start.as_dict(), "start_s": round(self.start_s, 4)}
        if self.loop or self.end is not None:
            end = None if self.loop or self.end is None else self.end.as_dict()
            values |= {"end": end, "end_s": round(self.end_s, 4), "loop": self.loop}
        return values


def join(motion: Motion, joins: Joins) -> Motion:
    """Return a motion whose ends are joined; a motion without joins comes back as it is."""
    # Two blends share a motion that is too short for both.
    share = 0.5 if joins.start is not None and (joins.loop or joins.end is not None) else 1.0
    longest_s = share * max(motion.frame_count - 1, 0) / motion.fps
    if joins.start is not None:
        motion = _led(motion, joins.start, min(joins.start_s, longest_s), is_end=False)
    end = own_start(motion) if joins.loop else joins.end
    return motion if end is None else _led(motion, end, min(joins.end_s, longest_s), is_end=True)


def _led(motion: Motion, pose: MovingPose, blend_s: float, is_end: bool) -> Motion:
    """Return a motion that begins, or ends, with a pose."""
    count = motion.frame_count
    away_s = np.arange(count) / motion.fps
    away_s = away_s[::-1] if is_end else away_s
    rows = np.flatnonzero(away_s < max(blend_s, 0.5 / motion.fps))
    phase = away_s[rows] / max(blend_s, 1e-6)
    weights = min_jerk(phase)
    # The pose goes on, slower and slower: its speed fades with (1 - phase) squared.
    went_s = (-1 if is_end else 1) * blend_s / 3 * (1 - (1 - np.clip(phase, 0, 1)) ** 3)
    turned = rotvec_to_quat(went_s[:, None, None] * pose.turns)
    path = quat_multiply(turned, rotvec_to_quat(np.broadcast_to(pose.rotations, (*turned.shape[:-1], 3))))
    own = quat_continuous(rotvec_to_quat(motion.rotations[rows]))
    rotations = motion.rotations.copy()
    rotations[rows] = quat_to_rotvec(blend_quats(quat_continuous(path), own, weights))
    changes: dict[str, np.ndarray] = {"rotations": rotations}
    if pose.translation is not None:
        travel = np.zeros(3) if pose.travel is None else pose.travel
        changes["translation"] = motion.translation.copy()
        way = pose.translation + went_s[:, None] * travel
        changes["translation"][rows] = blend_values(way, motion.translation[rows], weights)
    if pose.expression is not None and pose.expression.shape == motion.expression.shape[1:]:
        changes["expression"] = motion.expression.copy()
        held = np.broadcast_to(pose.expression, (len(rows), len(pose.expression)))
        changes["expression"][rows] = blend_values(
            held.astype(motion.expression.dtype), motion.expression[rows], weights
        )
    return with_steps(motion.replace(**changes), motion, rows, phase)
