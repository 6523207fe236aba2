"""The path of one foot in time: from stance to stance by clean steps, or its own path held still in its contacts.

A step, seen from the side; the foot moves across in the middle only, so near the floor it goes straight up and down:

    toe height        ╭─────╮          up in the first 40 %, down in the last 40 %
                    ╭─╯     ╰─╮
                ────╯         ╰────
    across      ______╱‾‾‾‾‾‾‾‾‾‾‾     from 18 % to 82 % of the time
    heel        ___╱‾╲____________     the heel leaves first
"""

from itertools import pairwise

import numpy as np

from ..body.curves import min_jerk, runs
from ..body.legs import turned
from ..body.rotation import matrix_to_rotvec, matrix_to_yaw, rotvec_to_matrix, yaw_to_matrix
from ..filters import gaussian_filter1d
from .correction_gaps import bridge_gaps, fade_gaps
from .stances import Stance

# Metres that a toe is lifted in a step.
LIFT_M = 0.06
# Seconds. Between stances farther apart in time the foot follows the motion, because this is a jump and not a step.
_LONGEST_SWING_S = 1.2
# Shares of a step's time: the start and end of the move across, and how long the foot rises or sinks.
_ACROSS = (0.18, 0.82)
_RISE = 0.4
# Radians that the foot tips about the toe as the heel leaves, and the shares of a step's time in which it tips, in
# which it is flat again, and how long that takes.
_TIP, _TIPPED_BY, _FLAT_AT, _FLATTENING = 0.2, 0.3, 0.85, 0.55
# Metres that the height of a contact may differ from the foot's usual level: the floors of recordings are not flat.
_UNEVEN_M = 0.015
# Where a correction moves a foot between two contacts, the foot comes up by at least this share of the way, so that it
# does not scrape over the floor; up to the second value in metres, and, in a gap of T seconds, to the third times T².
_LIFT_SHARE, _LIFT_MOST_M, _LIFT_M_S2 = 0.5, 0.04, 0.12
# Metres over its contacts. A foot that comes up no farther than the first shuffles, and goes across as it does in the
# motion; one that comes up to the second makes a step, and goes across only while it is up.
_SHUFFLE_M, _STEP_M = 0.03, 0.045
# Seconds (sigma) over which the point that is held changes between toe and heel.
_PIVOT_S = 0.06


def walk(stances: list[Stance], toe: np.ndarray, turn: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Return one foot's path: flat in its stances, between them a made-up step.

    Gaps longer than 1.2 s, and what lies before the first and after the last stance, follow the motion.

    Args:
        stances: in order, with gaps between.
        toe: (T, 3) the motion's toe joint.
        turn: (T, 3, 3) the foot's rotation in the world.
        fps: frames per second.

    Returns:
        toe (T, 3) and turn (T, 3, 3).
    """
    shift, spin = np.zeros_like(toe), np.zeros_like(toe)
    known = np.zeros(len(toe), bool)
    for stance in stances:
        frames = slice(stance.start, stance.end)
        shift[frames] = stance.toe - toe[frames]
        flat = yaw_to_matrix(np.array(stance.yaw))
        spin[frames] = matrix_to_rotvec(flat @ np.swapaxes(turn[frames], -1, -2))
        known[frames] = True
    out_toe = toe + bridge_gaps(shift, known, fps)
    out_turn = rotvec_to_matrix(bridge_gaps(spin, known, fps)) @ turn
    for a, b in pairwise(stances):
        if b.start - a.end <= _LONGEST_SWING_S * fps:
            frames = slice(a.end, b.start)
            out_toe[frames], out_turn[frames] = _step(a, b)
    return out_toe, out_turn


def _step(a: Stance, b: Stance) -> tuple[np.ndarray, np.ndarray]:
    """Step from one stance to the next: up, across, down, along minimum-jerk curves; the heel leaves first."""
    count = b.start - a.end
    progress = np.arange(1, count + 1) / (count + 1)
    across = min_jerk((progress - _ACROSS[0]) / (_ACROSS[1] - _ACROSS[0]))
    toe = a.toe + across[:, None] * (b.toe - a.toe)
    toe[:, 1] += LIFT_M * _up_and_down(progress)
    tip = _TIP * min_jerk(progress / _TIPPED_BY) * min_jerk((_FLAT_AT - progress) / _FLATTENING)
    pitch = rotvec_to_matrix(tip[:, None] * np.array([1.0, 0.0, 0.0]))
    return toe, yaw_to_matrix(a.yaw + across * (b.yaw - a.yaw)) @ pitch


def _up_and_down(progress: np.ndarray) -> np.ndarray:
    return min_jerk(progress / _RISE) * min_jerk((1 - progress) / _RISE)


def hold_foot(
    toe: np.ndarray,
    turn: np.ndarray,
    bone: np.ndarray,
    on_toe: np.ndarray,
    on_heel: np.ndarray,
    level: float,
    fps: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Correct one foot's own path so that what touches the floor stays where it is.

    In each contact the foot has one place and, while toe and heel touch, one heading; its tilt stays the motion's.
    While the heel is up, the foot turns about the toe; while the toe is up, it turns about the heel. Between contacts
    the correction changes smoothly. Where it moves a foot across the floor, the foot is lifted.

    Args:
        toe: (T, 3) the toe joint.
        turn: (T, 3, 3) the foot's rotation in the world.
        bone: (3,) from ankle to toe joint at rest.
        on_toe: (T,) whether the toes touch.
        on_heel: (T,) whether the heel touches.
        level: height of the toe joint in stance, metres.
        fps: frames per second.

    Returns:
        toe (T, 3) and turn (T, 3, 3).
    """
    shift, lift, spin = np.zeros_like(toe), np.zeros((len(toe), 1)), np.zeros((len(toe), 1))
    heading = np.unwrap(matrix_to_yaw(turn))
    standing = on_toe | on_heel
    contacts = runs(standing)
    for start, end in contacts:
        frames = slice(start, end)
        shift[frames], lift[frames], spin[frames, 0] = _hold_contact(
            toe[frames], turn[frames], heading[frames], bone, on_toe[frames], on_heel[frames], level, fps
        )
    # Heights return to the motion's own at once, so that low steps do not become lower.
    height = bridge_gaps(lift, standing, fps) + fade_gaps(shift[:, 1:2] - lift, standing, fps)
    shift = bridge_gaps(shift, standing, fps)
    shift[:, 1:2] = height
    for (_, start), (end, _) in pairwise(contacts):
        shift[start - 1 : end + 1] = _step_over(toe[start - 1 : end + 1], shift[start - 1 : end + 1], fps)
    return toe + shift, yaw_to_matrix(bridge_gaps(spin, standing, fps)[:, 0]) @ turn


def _step_over(toe: np.ndarray, shift: np.ndarray, fps: float) -> np.ndarray:
    """Return the correction of a foot between two contacts, lifted and moved so that the foot does not scrape.

    Args:
        toe: (N, 3) the toe joint, from the last frame of one contact to the first of the next.
        shift: (N, 3) its correction, which leads from one to the other.
        fps: frames per second.
    """
    shift, count = shift.copy(), len(toe)
    progress = np.arange(count) / (count - 1)
    path = toe + shift
    floor = path[0, 1] + progress * (path[-1, 1] - path[0, 1])
    moved = float(np.linalg.norm((shift[-1] - shift[0])[[0, 2]]))
    wanted = min(_LIFT_SHARE * moved, _LIFT_MOST_M, _LIFT_M_S2 * ((count - 1) / fps) ** 2)
    shift[:, 1] += max(wanted - (path[:, 1] - floor).max(), 0.0) * _up_and_down(progress)
    height = toe[:, 1] + shift[:, 1] - floor
    # On the floor it is where it stood or where it will stand; in between it comes and goes with its height. Where it
    # only brushes the floor on the way, it goes on as it does in the motion.
    is_step = float(min_jerk((height.max() - _SHUFFLE_M) / (_STEP_M - _SHUFFLE_M)))
    up = np.flatnonzero(height >= min(_SHUFFLE_M, height.max()))
    frames = np.arange(count)
    down = is_step * (1 - min_jerk(height / _SHUFFLE_M)) * ((frames < up[0]) | (frames > up[-1]))
    stands = np.where(frames[:, None] < up[0], path[:1], path[-1:])
    across = [0, 2]
    shift[:, across] += (down[:, None] * (stands - path))[:, across]
    return shift


def _hold_contact(
    toe: np.ndarray,
    turn: np.ndarray,
    heading: np.ndarray,
    bone: np.ndarray,
    on_toe: np.ndarray,
    on_heel: np.ndarray,
    level: float,
    fps: float,
) -> tuple[np.ndarray, float, np.ndarray]:
    """Return the corrections of one contact, whose N frames the arguments hold, as in `hold_foot`.

    Returns:
        shift (N, 3) of the toe joint, the part of its height that all of the contact shares, and the turn (N,) about
        the vertical.
    """
    flat = on_toe & on_heel
    rest = flat if flat.any() else np.ones(len(toe), bool)
    place = toe[rest].mean(axis=0)
    raised = np.clip(place[1], level - _UNEVEN_M, level + _UNEVEN_M) - place[1] if on_toe.any() else 0.0
    place[1] += raised
    both_down, toe_down = _eased(flat, fps), _eased(on_toe, fps)[:, None]
    spin = (heading[rest].mean() - heading) * both_down
    held = yaw_to_matrix(spin) @ turn
    about_heel = place - _mean_turn(held[rest]) @ bone + turned(held, bone)
    # A heel rolls on its round end: its height is the motion's.
    about_heel[:, 1] = toe[:, 1] + raised
    return toe_down * place + (1 - toe_down) * about_heel - toe, raised, spin


def _eased(flags: np.ndarray, fps: float) -> np.ndarray:
    return gaussian_filter1d(flags.astype(np.float64), _PIVOT_S * fps, mode="nearest")


def _mean_turn(turns: np.ndarray) -> np.ndarray:
    """Return the rotation (3, 3) nearest to rotations (T, 3, 3): the chordal mean."""
    u, _, v = np.linalg.svd(turns.mean(axis=0))
    return u @ np.diag([1.0, 1.0, np.linalg.det(u @ v)]) @ v
