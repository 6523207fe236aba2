"""Arms that reach: the smallest turns of shoulder and elbow that bring the wrist to a place.

    shoulder ●━━━━━━━● elbow          The wrist has two joints above it and many ways to get anywhere. Damped least
                      ╲               squares takes the smallest turns, so the elbow stays where the motion has it, and
                       ╲              gives way instead of whirling where the arm is straight and cannot lengthen.
                 wrist  ● → ✕ target

Legs are solved otherwise (`legs.solve_legs`): a knee is a hinge, so there the angle follows from the leg's length.
"""

from itertools import pairwise

import numpy as np

from .blocks import BLOCK_FRAMES
from .rotation import matrix_to_rotvec, rotvec_to_matrix

# Weight of the turns against the distance from the target, as a share of the arm's length squared. With a larger value
# a straight arm stops turning earlier; with a smaller value the wrist is placed more exactly.
_DAMPING = 0.02


def reach_rotations(
    joints: tuple[np.ndarray, np.ndarray, np.ndarray],
    world: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    target: np.ndarray,
    steps: int = 3,
) -> np.ndarray:
    """Bring a wrist to a target by turning shoulder and elbow; the hand keeps its direction in the world.

    Args:
        joints: places (T, 3) of shoulder, elbow and wrist, metres.
        world: turns (T, 3, 3) away from rest, in the frame of the places, of collar, upper arm, forearm and hand.
        target: (T, 3) where the wrist shall be.
        steps: iterations; the farther the target is away, the more are needed.

    Returns:
        parent-local rotation vectors (T, 3, 3) of shoulder, elbow and wrist, radians.
    """
    shoulder, elbow, wrist = joints
    damping = _damping(elbow - shoulder, wrist - elbow)
    out = np.empty((len(shoulder), 3, 3))
    # Block by block it needs little memory; the damping is the same for all frames.
    for start in range(0, len(out), BLOCK_FRAMES):
        block = slice(start, start + BLOCK_FRAMES)
        a, b, c = shoulder[block], elbow[block], wrist[block]
        collar, upper, lower, hand = (turn[block] for turn in world)
        first, second = reach(a, b - a, c - b, target[block], steps, damping)
        chain = (collar, first @ upper, second @ first @ lower, hand)
        local = [np.swapaxes(parent, -1, -2) @ child for parent, child in pairwise(chain)]
        out[block] = np.stack([matrix_to_rotvec(turn) for turn in local], 1)
    return out


def reach(
    root: np.ndarray,
    upper: np.ndarray,
    lower: np.ndarray,
    target: np.ndarray,
    steps: int = 3,
    damping: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the turns (T, 3, 3), in the world, of shoulder and elbow that bring the wrist to the target.

    Every step solves, for a small turn w₁ of the whole arm about the shoulder and w₂ of the forearm about the elbow,

        minimise |w₁ × arm + w₂ × forearm - error|² + damping (|w₁|² + |w₂|²)

    Its solution is w₁ = arm × force and w₂ = forearm × force, where `force` solves a 3 × 3 system per frame.

    Args:
        root: (T, 3) the shoulder.
        upper: (T, 3) from shoulder to elbow.
        lower: (T, 3) from elbow to wrist.
        target: (T, 3) where the wrist shall be.
        steps: iterations.
        damping: weight of the turns, square metres; None takes it from the longest arm.

    Returns:
        the turn of the whole arm, and the turn of the forearm that comes after it.
    """
    frames = len(root)
    shoulder = np.tile(np.eye(3), (frames, 1, 1))
    elbow = shoulder.copy()
    weight = (_damping(upper, lower) if damping is None else damping) * np.eye(3)
    for _ in range(steps):
        first = np.einsum("tij,tj->ti", shoulder, upper)
        second = np.einsum("tij,tjk,tk->ti", elbow, shoulder, lower)
        arm = first + second
        error = target - root - arm
        normal = _squared_lever(arm) + _squared_lever(second) + weight
        force = np.linalg.solve(normal, error[..., None])[..., 0]
        shoulder = rotvec_to_matrix(np.cross(arm, force)) @ shoulder
        elbow = rotvec_to_matrix(np.cross(second, force)) @ elbow
    return shoulder, elbow


def _damping(upper: np.ndarray, lower: np.ndarray) -> float:
    return float(_DAMPING * ((upper + lower) ** 2).sum(-1).max()) if len(upper) else 0.0


def _squared_lever(lever: np.ndarray) -> np.ndarray:
    """Return |r|² I - r rᵀ (T, 3, 3): how far a turn about any axis moves the end of a lever r (T, 3)."""
    return (lever**2).sum(-1)[:, None, None] * np.eye(3) - lever[:, :, None] * lever[:, None, :]
