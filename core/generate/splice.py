"""Putting new motion into a take: one area of the body, one range of frames, everything else to the bit as it was."""

import numpy as np

from ..body.blend import blend_quats, blend_values
from ..body.curves import min_jerk
from ..body.motion import Motion
from ..body.parts import Area, Part
from ..body.rotation import quat_conjugate, quat_continuous, quat_multiply, quat_to_rotvec, rotvec_to_quat
from ..take.span import Span

# Seams turn joints no more abruptly than the take's 99th percentile times this, or than the kept motion does there.
_MOST_JUMP = 1.15
# Blended motion may be this much more abrupt than both of what it blends.
_SLACK = 1.04
_LEAD_FRAMES = 2
_REACH_STEP = 3
_MOST_REACH = 60
_SHARES = (1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1, 0.05, 0.02, 0.0)
# Nobody sees a velocity jump below this, radians per frame, per frame, however still the take is.
LEAST_JUMP = np.radians(0.05)


def splice(kept: Motion, new: Motion, area: Area, span: Span, walk: bool = False) -> Motion:
    """The kept motion with an area of the new one inside the span.

    Where old and new differ much the blends reach into the range, so far that no joint turns abruptly.

    Args:
        kept: T frames.
        new: T frames; only those from `span.first` to `span.stop` are taken.
        area: what to take: joints, and for a whole part its path and contacts, or its expression.
        span: where.
        walk: the new path has a place of its own: it starts where the kept one is and comes back to it at the end.
    """
    if span.first >= span.stop:
        return kept
    turns = _turns(kept, new, area, span)
    limit = _calm(velocity_jumps(kept.rotations[:, list(area.joints)]))
    weights = _fitting(*turns, span, _around(span).start, limit)
    return _laid(kept, new, area, span, turns, weights, walk)


def overlay(kept: Motion, new: Motion, area: Area, span: Span, reach: int) -> Motion:
    """The kept motion with an area of the new one inside the span, which is nearly the same at its ends.

    Args:
        kept: T frames.
        new: T frames; only those from `span.first` to `span.stop` are taken.
        area: what to take, as in `splice`.
        span: where.
        reach: frames that the blends reach into the range.
    """
    return _laid(kept, new, area, span, _turns(kept, new, area, span), span.weights((reach, reach)), walk=False)


def _around(span: Span) -> slice:
    return slice(max(span.first - _LEAD_FRAMES, 0), min(span.stop + _LEAD_FRAMES, span.frames))


def _turns(kept: Motion, new: Motion, area: Area, span: Span) -> tuple[np.ndarray, np.ndarray]:
    """Quaternions (N, J, 4) of both around the span, with continuous signs."""
    where = _around(span), list(area.joints)
    old, other = (quat_continuous(rotvec_to_quat(motion.rotations[where])) for motion in (kept, new))
    return old, other


def _calm(usual: np.ndarray) -> float:
    """How abruptly a seam may turn joints, of velocity jumps that are usual in a take; none are usual in two frames."""
    return max(_MOST_JUMP * np.percentile(usual, 99) if len(usual) else 0.0, LEAST_JUMP)


def _laid(
    kept: Motion,
    new: Motion,
    area: Area,
    span: Span,
    turns: tuple[np.ndarray, np.ndarray],
    weights: np.ndarray,
    walk: bool,
) -> Motion:
    """Both motions, whose turns are those of `_turns`, mixed by weights (T,) of the new one."""
    part, joints, around = slice(span.first, span.stop), list(area.joints), _around(span)
    turned = _blend(*turns, weights[around])[part.start - around.start :]
    weights = weights[part]
    changed = np.flatnonzero(weights > 0)
    rotations = kept.rotations.copy()
    rotations[np.ix_(changed + span.first, np.array(joints))] = quat_to_rotvec(turned[changed])
    spliced = kept.replace(rotations=rotations)
    if not area.whole:
        return spliced
    if area.part is Part.FACE:
        return spliced.replace(expression=_mixed(kept.expression, new.expression[part], weights, span))
    if area.part is Part.LOWER:
        path = new.translation[part]
        spliced = spliced.replace(
            translation=_mixed(
                kept.translation, _returning(kept.translation, path, span) if walk else path, weights, span
            )
        )
        if kept.contacts is not None and new.contacts is not None:
            spliced = spliced.replace(contacts=_mixed(kept.contacts, new.contacts[part], weights, span))
    return spliced


def calm_at_seams(kept: Motion, new: Motion, area: Area, span: Span) -> bool:
    """Whether no joint of an area turns more abruptly at the seams of the new motion than usual in the kept one."""
    if span.frames < 3:
        return True
    before, after = (velocity_jumps(motion.rotations[:, list(area.joints)]) for motion in (kept, new))
    limit = _calm(before)
    centre = np.arange(1, span.frames - 1)
    for edge in (span.start, span.end - 1):
        near = np.abs(centre - edge) <= span.margin + 1
        if edge not in (0, span.frames - 1) and after[near].max() > max(limit, _SLACK * before[near].max()):
            return False
    return True


def velocity_jumps(rotations: np.ndarray) -> np.ndarray:
    """How much each joint's angular velocity changes from frame to frame.

    Args:
        rotations: (T, J, 3) rotation vectors.

    Returns:
        (T - 2, J) radians per frame, per frame.
    """
    turns = quat_continuous(rotvec_to_quat(rotations))
    velocity = quat_to_rotvec(quat_multiply(quat_conjugate(turns[:-1]), turns[1:]))
    return np.linalg.norm(np.diff(velocity, axis=0), axis=-1)


def _jumps(turns: np.ndarray) -> np.ndarray:
    """`velocity_jumps` of quaternions (T, J, 4) whose signs are continuous."""
    velocity = quat_to_rotvec(quat_multiply(quat_conjugate(turns[:-1]), turns[1:]))
    return np.linalg.norm(np.diff(velocity, axis=0), axis=-1)


def _fitting(old: np.ndarray, new: np.ndarray, span: Span, start: int, limit: float) -> np.ndarray:
    """Weights (T,) of the new turns that let no joint turn abruptly at the seams.

    The blends reach as far into the range as that needs; in a range too short for it the motion goes part of the way.

    Args:
        old: kept quaternions (N, J, 4) of the span and a little more.
        new: those to come.
        span: where.
        start: the first of the N frames.
        limit: of velocity jumps, radians per frame, per frame.
    """
    most = min(max(span.end - span.start - 1, 0) // 2, _MOST_REACH)
    every = slice(start, start + len(old))
    centre = np.arange(every.start + 1, every.stop - 1)
    seams, reaches = [], [0, 0]
    for side, edge in enumerate((span.start, span.end - 1)):
        if edge in (0, span.frames - 1):
            continue
        first, stop = edge - span.margin - _LEAD_FRAMES, edge + span.margin + _LEAD_FRAMES + 1
        zone = slice(max(first - most * side, every.start), min(stop + most * (1 - side), every.stop))
        rows = slice(zone.start - start, zone.stop - start)
        near = np.abs(centre - edge) <= span.margin + 1
        seams.append(near)
        excess = {}
        for reach in (*range(0, most, _REACH_STEP), most):
            reaches[side] = reach
            weights = span.weights((reaches[0], reaches[1]))[zone]
            excess[reach] = max(_excess(old[rows], new[rows], weights, near[rows.start : rows.stop - 2], limit))
            if excess[reach] <= 1:
                break
        reaches[side] = min(excess, key=lambda reach: excess[reach])
    weights = span.weights((reaches[0], reaches[1]))
    for share in _SHARES:
        if all(_excess(old, new, share * weights[every], near, limit)[0] <= 1 for near in seams):
            break
    return share * weights


def _excess(
    old: np.ndarray, new: np.ndarray, weights: np.ndarray, near: np.ndarray, limit: float
) -> tuple[float, float]:
    """How far blending (N, J, 4) goes beyond what is allowed near the seam and elsewhere; 1 is just allowed.

    Near the seam that is the limit, or what the old motion does there; elsewhere also what the new one does.
    """
    before, after, blended = _jumps(old), _jumps(new), _jumps(_blend(old, new, weights))
    at_seam = max(limit, _SLACK * before[near].max(initial=0))
    inside = max(limit, _SLACK * max(before.max(initial=0), after.max(initial=0)))
    return blended[near].max(initial=0) / at_seam, blended[~near].max(initial=0) / inside


def _blend(old: np.ndarray, new: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Quaternions (T, J, 4) from old to new and back by weights (T,), along one arc at each end.

    The arc may be another one at the other end only where nothing is left of the old motion between them.
    """
    middle = int(np.argmax(weights)) if weights.max() >= 1 else len(weights)
    halves = (slice(0, middle), slice(middle, None))
    return np.concatenate([blend_quats(old[half], new[half], weights[half]) for half in halves])


def _mixed(kept: np.ndarray, new: np.ndarray, weights: np.ndarray, span: Span) -> np.ndarray:
    """Kept values (T, C) with those of the span blended in."""
    out = kept.copy()
    out[span.first : span.stop] = blend_values(kept[span.first : span.stop], new, weights)
    return out


def _returning(kept: np.ndarray, path: np.ndarray, span: Span) -> np.ndarray:
    """A path (N, 3) of the span's frames that starts on the kept one (T, 3) and, if that goes on, ends on it.

    What is missing at the end is walked off over the whole span, at rest at both ends; heights are left alone.
    """
    out = path.copy()
    ground = [0, 2]
    out[:, ground] += kept[span.first, ground] - path[0, ground]
    if span.end < span.frames:
        missing = kept[span.stop - 1, ground] - out[-1, ground]
        out[:, ground] += min_jerk(np.linspace(0, 1, len(out)))[:, None] * missing
    return out
