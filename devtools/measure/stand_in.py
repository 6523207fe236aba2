"""Runs in Blender: the bundled character's mesh on the bones of any rig, for rigs that come without a mesh."""

from collections.abc import Mapping

import bpy
import numpy as np

from core.body.skeleton import JOINT_COUNT, PARENTS
from core.clearance.skin import Skin
from devtools.extension import ROOT

_ASSET = ROOT / "addon" / "assets" / "character.npz"
_NO_VERTEX = 65535
# What lies within the head; it is never touched.
_WITHIN = ("mouth", "tongue", "teeth", "eye_white", "iris", "pupil", "lashes")


def body_of_asset() -> tuple[Skin, np.ndarray]:
    """Return the vertices of the bundled character as a skin without normals, and its triangles (F, 3)."""
    with np.load(_ASSET, allow_pickle=False) as data:
        names = data["material_names"].tolist()
        faces = data["faces"].astype(int)[~np.isin(data["face_material"], [names.index(name) for name in _WITHIN])]
        vertices = data["vertices"].astype(np.float64)
        joints, weights = data["weight_joints"].astype(int), data["weights"].astype(np.float64)
        skin = Skin(data["rest_joints"], vertices, np.zeros_like(vertices), joints, weights)
    is_triangle = faces[:, 3] == _NO_VERTEX
    four = faces[~is_triangle]
    return skin, np.concatenate([faces[is_triangle][:, :3], four[:, [0, 1, 2]], four[:, [0, 2, 3]]])


def dress(armature: bpy.types.Object, moves, row_of: Mapping[str, int], rest_joints: np.ndarray) -> bpy.types.Object:
    """Give a rig the bundled character's mesh, stretched to its bones and weighted on those that deform.

    Args:
        armature: the rig.
        moves: its `addon.skin.mesh_surface.BoneMoves`.
        row_of: for each bone, the row of `moves` that it goes with (`rows_of`).
        rest_joints: (55, 3) its proportions.
    """
    skin, triangles = body_of_asset()
    skin = skin.on(rest_joints)
    dense = np.zeros((len(skin.places), JOINT_COUNT))
    np.add.at(dense, (np.arange(len(dense))[:, None], skin.joints), skin.weights)
    # Joints without a bone of their own go with the joint above.
    rows = _rows_of_joints(moves)
    shares = np.zeros((len(dense), len(moves.names)))
    np.add.at(shares.T, rows, dense.T)
    places = np.zeros_like(skin.places)
    for row in np.flatnonzero(shares.any(0)):
        back = np.linalg.inv(moves.turns[row])
        places += shares[:, row, None] * ((skin.places - moves.shifts[row]) @ back.T)
    mesh = bpy.data.meshes.new("Stand-in")
    mesh.from_pydata(places.tolist(), [], triangles.tolist())
    body = bpy.data.objects.new("Stand-in", mesh)
    bpy.context.scene.collection.objects.link(body)
    body.parent = armature
    body.modifiers.new("Armature", "ARMATURE").object = armature
    _weigh(body, armature, places, shares, row_of)
    return body


def _rows_of_joints(moves) -> np.ndarray:
    """Return for each joint (55,) the row of the last bone that has it, or of the joint above."""
    rows = np.zeros(JOINT_COUNT, int)
    for joint in range(JOINT_COUNT):
        found = np.flatnonzero(moves.joints[:, joint] > 0.5)
        rows[joint] = found[0] if len(found) else rows[PARENTS[joint]]
    return rows


def _weigh(body, armature, places: np.ndarray, shares: np.ndarray, row_of: Mapping[str, int]) -> None:
    """Weight every vertex on the nearest of the deforming bones that go with each of its rows."""
    for row in np.flatnonzero(shares.any(0)):
        bones = [bone for bone in armature.data.bones if bone.use_deform and row_of.get(bone.name) == row]
        if not bones:
            raise SystemExit(f"{armature.name}: nothing deforms with row {row}")
        vertices = np.flatnonzero(shares[:, row] > 0)
        distances = [
            _distance(places[vertices], np.array(bone.head_local), np.array(bone.tail_local)) for bone in bones
        ]
        nearest = np.argmin(distances, axis=0)
        for number, bone in enumerate(bones):
            group = body.vertex_groups.get(bone.name) or body.vertex_groups.new(name=bone.name)
            for vertex in vertices[nearest == number].tolist():
                group.add([vertex], float(shares[vertex, row]), "ADD")


def _distance(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    along = end - start
    share = np.clip((points - start) @ along / max(along @ along, 1e-12), 0, 1)
    return np.linalg.norm(points - start - share[:, None] * along, axis=1)
