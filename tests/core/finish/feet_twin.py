"""Where one foot goes, for the slow twin of the foot lock: stances, steps between them, held toes and heels."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.finish import foot_paths

from .curves_twin import ease, fade, fill, gaussian, ranges
from .rotation_twin import about, heading, matrix_of, rotvec_of, yaw


@dataclass(frozen=True)
class Foot:
    """One foot in one frame: its toe joint (3,), metres, and its rotation in the world (3, 3)."""

    toe: np.ndarray
    turn: np.ndarray

    def ankle(self, bone: np.ndarray) -> np.ndarray:
        return self.toe - self.turn @ bone


def walk(stances, feet: list[Foot], fps: float) -> list[Foot]:
    """One foot: flat where it stands, a step between stances, elsewhere the motion's way under a fading correction."""
    shift, spin = [None] * len(feet), [None] * len(feet)
    for stance in stances:
        for frame in range(stance.start, stance.end):
            shift[frame] = stance.toe - feet[frame].toe
            spin[frame] = rotvec_of(yaw(stance.yaw) @ feet[frame].turn.T)
    out = [
        Foot(foot.toe + move, matrix_of(turn) @ foot.turn)
        for foot, move, turn in zip(feet, fill(shift, fps, 3), fill(spin, fps, 3), strict=True)
    ]
    for a, b in pairwise(stances):
        if b.start - a.end <= foot_paths._LONGEST_SWING_S * fps:
            for frame in range(a.end, b.start):
                out[frame] = swing(a, b, (frame - a.end + 1) / (b.start - a.end + 1))
    return out


def swing(a, b, progress: float) -> Foot:
    """A step at one moment (0-1): up, across in its middle part, down; the heel leaves first."""
    leave, arrive = foot_paths._ACROSS
    across = ease((progress - leave) / (arrive - leave))
    up = foot_paths.LIFT_M * ease(progress / foot_paths._RISE) * ease((1 - progress) / foot_paths._RISE)
    tip = foot_paths._TIP * ease(progress / 0.3) * ease((0.85 - progress) / 0.55)
    toe = a.toe + across * (b.toe - a.toe) + np.array([0.0, up, 0.0])
    return Foot(toe, yaw(a.yaw + across * (b.yaw - a.yaw)) @ about([1.0, 0.0, 0.0], tip))


def hold_foot(feet: list[Foot], bone, on_toe, on_heel, level: float, fps: float) -> list[Foot]:
    """Hold one foot in its contacts: flat, about the toe while the heel is up, about the heel while the toe is up."""
    count = len(feet)
    headings = np.unwrap([heading(foot.turn) for foot in feet])
    shift, lift, spin = [None] * count, [None] * count, [None] * count
    stances = ranges([on_toe[frame] or on_heel[frame] for frame in range(count)])
    for start, end in stances:
        frames = range(start, end)
        flat = [frame for frame in frames if on_toe[frame] and on_heel[frame]]
        rest = flat or list(frames)
        place = sum(feet[frame].toe for frame in rest) / len(rest)
        raised = 0.0
        if any(on_toe[frame] for frame in frames):
            raised = min(max(place[1], level - foot_paths._UNEVEN_M), level + foot_paths._UNEVEN_M) - place[1]
        place = place + np.array([0.0, raised, 0.0])
        facing = sum(headings[frame] for frame in rest) / len(rest)
        both_down = gaussian([float(frame in flat) for frame in frames], foot_paths._PIVOT_S * fps)
        toe_down = gaussian([float(on_toe[frame]) for frame in frames], foot_paths._PIVOT_S * fps)
        spins = {frame: (facing - headings[frame]) * both_down[frame - start] for frame in frames}
        held = {frame: yaw(spins[frame]) @ feet[frame].turn for frame in frames}
        heel = place - middle_of([held[frame] for frame in rest]) @ bone
        for frame in frames:
            about_heel = heel + held[frame] @ bone
            about_heel[1] = feet[frame].toe[1] + raised
            share = toe_down[frame - start]
            shift[frame] = share * place + (1 - share) * about_heel - feet[frame].toe
            lift[frame], spin[frame] = np.array([raised]), np.array([spins[frame]])
    moves, lifts, spins = fill(shift, fps, 3), fill(lift, fps, 1), fill(spin, fps, 1)
    extra = [None if lift[frame] is None else shift[frame][1] - lift[frame][0] for frame in range(count)]
    for frame, faded in enumerate(fade(extra, fps)):
        moves[frame] = np.array([moves[frame][0], lifts[frame][0] + faded, moves[frame][2]])
    for (_, start), (end, _) in pairwise(stances):
        step_over(feet, moves, start - 1, end, fps)
    return [Foot(feet[f].toe + moves[f], yaw(spins[f][0]) @ feet[f].turn) for f in range(count)]


def step_over(feet: list[Foot], moves: list, first: int, last: int, fps: float) -> None:
    """Lift a foot that is moved from its place in frame `first` to the one in `last`; keep it there until it is up."""
    moved = np.hypot(moves[last][0] - moves[first][0], moves[last][2] - moves[first][2])
    fastest = foot_paths._LIFT_M_S2 * ((last - first) / fps) ** 2
    wanted = min(foot_paths._LIFT_SHARE * moved, foot_paths._LIFT_MOST_M, fastest)
    here, there = feet[first].toe + moves[first], feet[last].toe + moves[last]

    def share(frame):
        return (frame - first) / (last - first)

    def height(frame):
        return feet[frame].toe[1] + moves[frame][1] - (1 - share(frame)) * here[1] - share(frame) * there[1]

    frames = range(first, last + 1)
    missing = max(wanted - max(height(frame) for frame in frames), 0.0)
    for frame in frames:
        up = ease(share(frame) / foot_paths._RISE) * ease((1 - share(frame)) / foot_paths._RISE)
        moves[frame][1] += missing * up
    low, high = foot_paths._SHUFFLE_M, foot_paths._STEP_M
    heights = [height(frame) for frame in frames]
    is_step = ease((max(heights) - low) / (high - low))
    up = [frame for frame, h in zip(frames, heights, strict=True) if h >= min(low, max(heights))]
    for frame, h in zip(frames, heights, strict=True):
        outside = not up[0] <= frame <= up[-1]
        down = is_step * (1 - ease(h / low)) if outside else 0.0
        stand = here if frame < up[0] else there
        for axis in (0, 2):
            moves[frame][axis] += down * (stand[axis] - feet[frame].toe[axis] - moves[frame][axis])


def middle_of(turns) -> np.ndarray:
    """The rotation nearest to the sum of rotations: the orthogonal factor of its polar decomposition."""
    u, _, v = np.linalg.svd(sum(turns))
    u[:, 2] *= np.linalg.det(u @ v)
    return u @ v
