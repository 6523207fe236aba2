"""The meshes of a character as one surface in SMPL-X's rest pose, with the weights of the 55 joints.

A rig rests as it likes, so every vertex goes the way of its bones from the rig's rest pose to SMPL-X's (`alignment`
knows the turn of each bone). Bones that play no part of the body go with the mapped bone beside them:

    weights     upper_arm 0.7, upper_arm_twist 0.3     the twist bone lies along the upper arm: both are "left_shoulder"
"""

from dataclasses import dataclass

import bpy
import numpy as np

from ...core.body.rotation import quat_to_matrix
from ...core.body.skeleton import JOINT, JOINT_COUNT, JOINT_NAMES
from ...core.clearance.sampling import Resting, Surface
from ..character.armature import meshes_of
from ..character.bone_space import RestSpace
from ..rig.alignment import Alignment
from ..rig.presets import FINGERS, joints_of
from ..rig.retarget import joint_above, place_of
from . import rest_shape

# Points of a bone to which the distance of another one is measured.
_PIECES = 9


@dataclass(frozen=True)
class BoneMoves:
    """How the bones of an armature lead from its rest pose to SMPL-X's.

    Attributes:
        names: (B,) of bones.
        joints: (B, 55) share of each bone in the joints, with sum 1.
        turns: (B, 3, 3), from armature space.
        shifts: (B, 3) metres, after the turn.
    """

    names: tuple[str, ...]
    joints: np.ndarray
    turns: np.ndarray
    shifts: np.ndarray


def moves_of_smplx(space: RestSpace) -> BoneMoves:
    """Return the moves of an armature with SMPL-X's 55 bones in its rest pose: a change of axes."""
    turns = np.tile(space.axes.T, (JOINT_COUNT, 1, 1))
    return BoneMoves(tuple(JOINT_NAMES), np.eye(JOINT_COUNT), turns, np.zeros((JOINT_COUNT, 3)))


def moves_of_rig(alignment: Alignment) -> BoneMoves:
    """Return the moves of the mapped bones of any rig; limbs turn about their joints, the trunk stays as it is."""
    rig, joints = alignment.rig, pivots_of(alignment)
    shares = np.zeros((len(rig.names), JOINT_COUNT))
    turns = quat_to_matrix(alignment.turns) @ alignment.facing / alignment.scale
    shifts = np.zeros((len(rig.names), 3))
    root = rig.heads[rig.parts["pelvis"][0]]
    for part, bones in rig.parts.items():
        is_limb = part.startswith(("left_", "right_")) and not part.endswith(("collar", "eye"))
        for number, bone in enumerate(bones):
            shares[bone] = _shares(part, number, len(bones))
            first = bones[number] if part.endswith(FINGERS) else bones[0]
            joint = int(shares[bone].argmax())
            here, there = (rig.heads[first], joints[joint]) if is_limb else (root, joints[JOINT["pelvis"]])
            shifts[bone] = there - turns[bone] @ here
    for twist in rig.twists:
        carrier = rig.parts[twist.part][0]
        shares[twist.bone], turns[twist.bone], shifts[twist.bone] = shares[carrier], turns[carrier], shifts[carrier]
    return BoneMoves(rig.names, shares, turns, shifts)


def pivots_of(alignment: Alignment) -> np.ndarray:
    """Return the rest joints (55, 3) about which a rig really turns, metres, SMPL-X's rest pose.

    A torso or neck with another number of bones than joints turns about the heads of its bones. A bone that takes its
    turn between two joints is divided into a piece for each of them:

        2 bones of a torso, at places 1.5 and 3    spine1 ━━ spine2 ━━ spine3 ━━━━ neck
                                                   └─── bone 1 ───┘└── bone 2 ──┘
    """
    rig, joints = alignment.rig, alignment.rest_joints.copy()
    root, pelvis = rig.heads[rig.parts["pelvis"][0]], joints[JOINT["pelvis"]]
    for part, bones in rig.parts.items():
        chain = joints_of(part)
        if part.endswith(FINGERS) or len(bones) == len(chain) or len(chain) == 1:
            continue
        heads = pelvis + (rig.heads[list(bones)] - root) @ alignment.facing.T / alignment.scale
        place = heads[0]
        for joint, before in zip(chain, [*joint_above(part), *chain], strict=False):
            shares = [_shares(part, number, len(bones))[before] for number in range(len(bones) - 1)]
            place = place + (np.array(shares)[:, None] * np.diff(heads, axis=0)).sum(0)
            joints[joint] = place
    return joints


def _shares(part: str, number: int, bones: int) -> np.ndarray:
    """Return the share (55,) that each joint has in the turn of one of a part's bones."""
    shares, joints = np.zeros(JOINT_COUNT), joints_of(part)
    if part.endswith(FINGERS):
        shares[joints[min(number, len(joints) - 1)]] = 1.0
    elif len(joints) == 1:
        shares[joints[0]] = 1.0
    else:
        row = [*joint_above(part), *joints]
        place = place_of(part, number, bones)
        low = min(int(place), len(row) - 1)
        shares[row[low]] += low + 1 - place
        shares[row[min(low + 1, len(row) - 1)]] += place - low
    return shares


def read_surface(armature: bpy.types.Object, moves: BoneMoves) -> Surface | None:
    """Read the meshes that an armature deforms; None where it deforms none."""
    row_of = rows_of(armature, moves)
    parts, count = [], 0
    for mesh in meshes_of(armature):
        if mesh.hide_render and mesh.hide_get():
            continue
        vertices, triangles, weights = _arrays(armature, mesh, row_of, len(moves.names))
        if len(triangles) and weights.any():
            parts.append((vertices, triangles + count, weights))
            count += len(vertices)
    if not parts:
        return None
    vertices, triangles, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
    total = weights.sum(1, keepdims=True)
    weights = weights / np.maximum(total, 1e-9)
    placed = np.zeros_like(vertices)
    for bone in np.flatnonzero(weights.any(0)):
        rows = np.flatnonzero(weights[:, bone])
        moved = vertices[rows] @ moves.turns[bone].T + moves.shifts[bone]
        placed[rows] += weights[rows, bone, None] * moved
    return Surface(placed, triangles, weights @ moves.joints, Resting(vertices, *_moves_of_joints(moves)))


def _moves_of_joints(moves: BoneMoves) -> tuple[np.ndarray, np.ndarray]:
    """Return the turns (55, 3, 3) and shifts (55, 3) of joints, each the mean of its bones'; zeros without bones."""
    share = (moves.joints / np.maximum(moves.joints.sum(0), 1e-9)).T
    return np.einsum("jb,bxy->jxy", share, moves.turns), share @ moves.shifts


def rows_of(armature: bpy.types.Object, moves: BoneMoves) -> dict[str, int]:
    """Return for every bone that deforms the number of the mapped bone that it goes with.

    A bone goes with the nearest mapped bone above it, unless none of the bones above is mapped, as in rigs whose
    controls are mapped: then with the mapped bone along which it lies.
    """
    bones, number = armature.data.bones, {name: row for row, name in enumerate(moves.names)}
    mapped = [bones[name] for name in moves.names]
    heads, tails = (np.array([getattr(bone, end) for bone in mapped]) for end in ("head_local", "tail_local"))
    shares = np.linspace(0, 1, _PIECES)[:, None, None]
    along = heads + shares * (tails - heads)  # (pieces, mapped, 3)
    found = dict(number)
    for bone in bones:
        if bone.name in found or not bone.use_deform:
            continue
        above = next((each for each in bone.parent_recursive if each.name in number and each.use_deform), None)
        if above is not None:
            found[bone.name] = number[above.name]
            continue
        middle = (np.array(bone.head_local) + np.array(bone.tail_local)) / 2
        ends = (along - middle) ** 2
        found[bone.name] = int(ends.sum(-1).min(0).argmin())
    return found


def _arrays(
    armature: bpy.types.Object, mesh: bpy.types.Object, row_of: dict[str, int], count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return vertices (V, 3) in armature space, triangles (F, 3) and weights (V, bones) of a mesh at rest."""
    shape, to_armature = rest_shape.read(mesh), _to_armature(armature, mesh)
    vertices = shape.vertices @ to_armature[:3, :3].T + to_armature[:3, 3]
    rows = np.array([row_of.get(name, -1) for name in shape.names] or [-1])[shape.groups[:, 1]]
    weights, deforms = np.zeros((len(vertices), count)), rows >= 0
    np.add.at(weights, (shape.groups[deforms, 0], rows[deforms]), shape.weights[deforms])
    if mesh.parent_type == "BONE" and mesh.parent == armature and mesh.parent_bone in row_of:
        weights[weights.sum(1) == 0, row_of[mesh.parent_bone]] = 1.0
    return vertices, shape.triangles, weights


def _to_armature(armature: bpy.types.Object, mesh: bpy.types.Object) -> np.ndarray:
    """Return the matrix (4, 4) from a mesh's space to the armature's.

    Blender evaluates no hidden object: after a file was opened, the world matrix of a hidden mesh is not its own.
    """
    if mesh.parent == armature and mesh.parent_type != "BONE":
        return np.array(mesh.matrix_parent_inverse @ mesh.matrix_basis)
    world = mesh.matrix_basis if mesh.parent is None else mesh.matrix_world
    return np.array(armature.matrix_world.inverted_safe() @ world)
