"""Gestures of the library put into a motion: at their markers, arms and hands leave their own movement for a while.

    own motion   ∿∿∿∿∿∿╲                 ╱∿∿∿∿∿∿       minimum-jerk blends of joint rotations, as long as the way
    gesture             ╲_______________╱              of the wrist needs, so that place and speed are continuous;
                   lead reach keys   hold  return      the own motion comes to rest underneath (`lead_in`)

A gesture that begins while another one is still shown is blended into from there. Everything outside of the blends
stays to the bit; legs and root always do, and so does the face, but for eyes that look where a gesture points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..body.blend import blend_quats, span_weights
from ..body.joints import COLLARS
from ..body.motion import Motion
from ..body.rotation import matrix_to_quat, quat_continuous, quat_to_rotvec, rotvec_to_quat
from ..gestures.arm_pose import arm_length
from ..gestures.clip import OWN
from ..gestures.clip_motion import clip_motion
from ..gestures.fingers import sign
from ..gestures.motion import HEAD, NECK, GestureMotion, gesture_motion, with_head
from ..gestures.pointing import aim, look_with_eyes, nearer_side
from .arm_clearance import Limits, push_clear
from .gesture_life import enliven
from .lead_in import resting, slowest, wrist_speeds
from .markers import Kind, Marker, check_markers
from .posed_arms import Arms

# Metres per second cubed that a reach may have in the mean, and how long it takes at least and at most, seconds.
_JERK_M_S3, _LEAST_S, _MOST_S = 17.0, 0.45, 1.1
# Returns are slower than reaches.
_RETURN = 1.15
# Mean size of the third derivative of a minimum-jerk move of 1 m in 1 s.
_MIN_JERK = 23.0


@dataclass(frozen=True)
class Window:
    """The frames of one gesture.

    Attributes:
        marker: where it is and how it is made.
        first, last: frames in which it stands alone.
        lead: frames before `first` in which the own motion comes to rest.
        rise, fall: frames of the blends before and after; the rise is the end of the lead.
    """

    marker: Marker
    first: int
    last: int
    lead: int
    rise: int
    fall: int

    def rows(self, frame_count: int) -> np.ndarray:
        """Return the frames in which the gesture is seen."""
        return np.arange(max(self.first - self.lead + 1, 0), min(self.last + self.fall, frame_count))


def apply_gestures(motion: Motion, markers: Sequence[Marker], is_mirrored: bool = False) -> Motion:
    """Return the motion with the gestures of its markers; markers of other kinds change nothing.

    Args:
        motion: with all that levels and moods did to it.
        markers: those of the take.
        is_mirrored: whether left and right change sides in the take; then the left hand leads.

    Raises:
        GestureError: a gesture lies outside of the take.
    """
    wanted = sorted((m for m in markers if m.kind is Kind.GESTURE), key=lambda marker: marker.start_s)
    if not wanted:
        return motion
    check_markers(wanted, motion.frame_count / motion.fps)
    rotations, expression = motion.rotations.copy(), motion.expression
    windows: list[Window] = []
    for marker in wanted:
        ended = max((window.last for window in windows), default=0)
        window = _window(motion.replace(rotations=rotations), marker, is_mirrored, ended)
        expression = _blend(rotations, expression, window, motion, is_mirrored)
        windows.append(window)
    for group in _overlapping(windows, motion.frame_count):
        rows = np.unique(np.concatenate([window.rows(motion.frame_count) for window in group]))
        _keep_clear(rotations, rows, motion, [_alone(window, motion, is_mirrored) for window in group])
    return motion.replace(rotations=rotations, expression=expression)


def times_of(marker: Marker, frames: np.ndarray, fps: float) -> np.ndarray:
    """Return the seconds (N,) from a gesture's moment in frames (N,)."""
    return frames / fps - marker.start_s


def _window(motion: Motion, marker: Marker, is_mirrored: bool, free_from: int = 0) -> Window:
    """Find the frames of a gesture; its blends are as long as the ways of the wrists need, and begin where they rest.

    Args:
        motion: with the gestures before this one.
        marker: of the gesture.
        is_mirrored: whether left and right change sides in the take.
        free_from: the frame in which the gestures before this one have ended.
    """
    setting, fps = marker.required_setting, motion.fps
    start_s, end_s = marker.stretch_s
    begins = start_s + setting.gesture.first_s / setting.speed
    first, last = (min(max(round(second * fps), 0), motion.frame_count - 1) for second in (begins, end_s))
    (rise, sides), (fall, _) = (
        _blend_frames(motion, marker, frame, at, is_mirrored) for frame, at in ((first, begins), (last, end_s))
    )
    earlier, later = wrist_speeds(motion, sides, first, -1), wrist_speeds(motion, sides, last, 1)
    lead = slowest(earlier[: max(first - free_from, 0) + 1], rise, fps)
    return Window(marker, first, last, lead, rise, slowest(later, max(round(_RETURN * fall), 3), fps))


def _blend_frames(
    motion: Motion, marker: Marker, frame: int, at_s: float, is_mirrored: bool
) -> tuple[int, tuple[int, ...]]:
    """Return how many frames a blend between the motion's arms at a frame and the gesture takes, and their sides."""
    here = motion.rotations[frame : frame + 1]
    made = _made(marker, np.array([frame]), np.array([at_s - marker.start_s]), motion, is_mirrored)
    there = here.copy()
    for joint, turns in made.turns.items():
        there[:, joint] = quat_to_rotvec(turns)
    before, after = (Arms.of(each, motion.skeleton).wrist[0] for each in (here, there))
    way = max(np.linalg.norm(after[side] - before[side]) for side in made.sides)
    length = arm_length(motion.skeleton, made.sides[0]) / 0.53
    seconds = np.clip(np.cbrt(way / length * _MIN_JERK / _JERK_M_S3), _LEAST_S, _MOST_S)
    return max(round(seconds * motion.fps / marker.required_setting.speed), 3), made.sides


def _made(marker: Marker, frames: np.ndarray, times_s: np.ndarray, motion: Motion, is_mirrored: bool) -> GestureMotion:
    """Return the gesture of a marker in frames (N,), which lie `times_s` (N,) from its moment."""
    setting = marker.required_setting
    if setting.name == OWN:
        return clip_motion(setting, times_s, motion.skeleton, is_mirrored)
    if setting.place is None:
        return gesture_motion(setting, times_s, motion.rotations[frames], motion.skeleton, is_mirrored)
    middle = min(round(marker.start_s * motion.fps), motion.frame_count - 1)
    side = nearer_side(motion, middle, setting.place) if setting.hand == "auto" else setting.side(is_mirrored)
    there = motion.replace(
        rotations=motion.rotations[frames],
        translation=motion.translation[frames],
        expression=motion.expression[frames],
        contacts=None,
    )
    found = aim(there, setting.place, side)
    turns = {joint: quat_continuous(matrix_to_quat(turn)) for joint, turn in found.turns.items()}
    return GestureMotion(turns, (side,), found.head, np.zeros(len(frames)), found.eyes)


def _blend(
    rotations: np.ndarray, expression: np.ndarray, window: Window, motion: Motion, is_mirrored: bool
) -> np.ndarray:
    """Blend a gesture into rotations (T, 55, 3) in its frames, and return the face, whose eyes may follow."""
    marker, rows = window.marker, window.rows(motion.frame_count)
    times_s = np.clip(times_of(marker, rows, motion.fps), None, marker.stretch_s[1] - marker.start_s)
    made = _made(marker, rows, times_s, motion.replace(rotations=rotations), is_mirrored)
    weights = span_weights(rows, window.first, window.last, window.rise, window.fall)
    joints = np.array(list(made.turns))
    old = quat_continuous(rotvec_to_quat(rotations[np.ix_(rows, joints)]))
    new = np.stack([made.turns[joint] for joint in joints.tolist()], 1)
    if (setting := marker.required_setting).name != OWN:  # one's own gesture is shown as it was animated
        new = enliven(new, old, joints, motion.fps, with_arms=setting.is_auto)
    old = resting(old, rows, (window.first - window.lead, window.first), (window.last, window.last + window.fall))
    rotations[np.ix_(rows, joints)] = quat_to_rotvec(blend_quats(old, new, weights))
    _add_head_and_shoulders(rotations, made, rows, weights)
    if made.eyes is None or motion.face_basis != "arkit52":
        return expression
    expression = expression.copy()
    expression[rows] = look_with_eyes(expression[rows], made.eyes, weights)
    return expression


def _add_head_and_shoulders(rotations: np.ndarray, made: GestureMotion, rows: np.ndarray, weights: np.ndarray) -> None:
    """Add a gesture's turns of the head, and its shrug to the shoulders whose arms take no part."""
    if made.head.any():
        added = made.head * weights[:, None]
        rotations[rows, NECK], rotations[rows, HEAD] = with_head(rotations[rows, NECK], rotations[rows, HEAD], added)
    for side, collar in enumerate(COLLARS):
        if side not in made.sides and made.shrug.any():
            rotations[rows, collar, 2] += sign(side) * made.shrug * weights


def _overlapping(windows: list[Window], frame_count: int) -> list[list[Window]]:
    """Return windows in groups that share frames, in order of time."""
    groups: list[list[Window]] = []
    until = -1
    for window in windows:
        rows = window.rows(frame_count)
        if groups and rows[0] <= until:
            groups[-1].append(window)
        else:
            groups.append([window])
        until = max(until, int(rows[-1]))
    return groups


def _alone(window: Window, motion: Motion, is_mirrored: bool) -> Arms:
    """Return the arms of a gesture without its blends."""
    frames = np.arange(window.first, window.last + 1)
    rotations = motion.rotations[frames].copy()
    times_s = times_of(window.marker, frames, motion.fps)
    made = _made(window.marker, frames, times_s, motion, is_mirrored)
    for joint, turns in made.turns.items():
        rotations[:, joint] = quat_to_rotvec(turns)
    return Arms.of(rotations, motion.skeleton)


def _keep_clear(rotations: np.ndarray, rows: np.ndarray, motion: Motion, pure: list[Arms]) -> None:
    """Push hands out of the body in the frames (N,) of gestures, or as far out as the motion or a gesture has them.

    Args:
        rotations: (T, 55, 3), changed in place.
        rows: frames of gestures.
        motion: without the gestures.
        pure: the arms of every gesture alone, without its blends.
    """
    own = Arms.of(motion.rotations[rows], motion.skeleton)
    gaps, hand_gap = own.gaps, own.hand_gap
    for arms in pure:
        gaps = np.minimum(gaps, arms.gaps.min(0))
        hand_gap = np.minimum(hand_gap, arms.hand_gap.min())
    rotations[rows] = push_clear(rotations[rows], motion.skeleton, Limits(own, gaps, hand_gap))
