"""The body that a character's hands are kept out of: its own meshes', else the bundled character's on its bones."""

import hashlib
import zlib

import bpy
import numpy as np
from mathutils.bvhtree import BVHTree

from ...core.body.motion import Motion
from ...core.clearance.body import default_body
from ...core.clearance.gaps import Surroundings
from ...core.clearance.hands_out import Pushed, hands_out
from ...core.clearance.sampling import Covered, Surface, sample_skin
from ..blender import session_ids
from ..character.armature import meshes_of
from ..character.bone_space import RestSpace
from ..rig import performer
from ..rig.mapped_performer import MappedPerformer, alignment_of
from . import mesh_surface, rest_shape

# Bodies of so many characters are kept.
_KEPT = 8
_FAR_M = 3.0
_bodies: dict[tuple, Surroundings] = {}
# The same by what the surface is: a second character, or a file that is opened again, has the same surface.
_sampled: dict[bytes, Surroundings | None] = {}
# What was pushed last, by the number of the armature.
_pushed: dict[int, Pushed] = {}


def of(armature: bpy.types.Object) -> Surroundings:
    """Return the body of a character; it is made once, until its bones or meshes change.

    Raises:
        GestureError: the armature's mapping is incomplete.
    """
    key = _key(armature)
    if key not in _bodies:
        _keep(_bodies, key, _made(armature))
    return _bodies[key]


def out_of(armature: bpy.types.Object, motion: Motion) -> Motion:
    """Push the hands of a motion out of the body of a character that performs it; `take_notes` has the result.

    Raises:
        GestureError: the armature's mapping is incomplete.
    """
    motion, pushed = hands_out(motion, of(armature))
    _pushed[session_ids.of(armature)] = pushed
    return motion


def take_notes(armature: bpy.types.Object) -> list[str]:
    """Return, once, a line on the last motion that was pushed; no line where no hand was inside."""
    pushed = _pushed.pop(session_ids.of(armature), None)
    if pushed is None or not pushed.before.any():
        return []
    before, after = int(pushed.before.sum()), int(pushed.after.sum())
    return [f"Hands were inside the body in {before} frames, now in {after}"]


def forget() -> None:
    """Drop all values that are kept."""
    _bodies.clear()
    _sampled.clear()
    _pushed.clear()


def _key(armature: bpy.types.Object) -> tuple:
    """Return plain values that differ where bones, mapping or meshes of a character differ."""
    heads = np.empty(3 * len(armature.data.bones), np.float32)
    armature.data.bones.foreach_get("head_local", heads)
    meshes = tuple(
        (
            *(session_ids.of(mesh.data), len(mesh.data.vertices), len(mesh.vertex_groups)),
            *(mesh.hide_render, mesh.hide_get(), rest_shape.stamp(mesh)),
        )
        for mesh in meshes_of(armature)
    )
    mapped = performer.of(armature)
    names = mapped.mapping.names if isinstance(mapped, MappedPerformer) else ()
    return session_ids.of(armature), zlib.crc32(heads.tobytes()), names, meshes


def moves_of(armature: bpy.types.Object) -> mesh_surface.BoneMoves:
    """Return how the bones of a character lead from its rest pose to SMPL-X's.

    Raises:
        GestureError: the armature's mapping is incomplete.
    """
    found = performer.of(armature)
    if isinstance(found, MappedPerformer):
        return mesh_surface.moves_of_rig(alignment_of(armature, found.mapping))
    return mesh_surface.moves_of_smplx(RestSpace.of(armature))


def _made(armature: bpy.types.Object) -> Surroundings:
    found = performer.of(armature)
    is_mapped = isinstance(found, MappedPerformer)
    rest_joints = mesh_surface.pivots_of(alignment_of(armature, found.mapping)) if is_mapped else found.rest_joints()
    surface = mesh_surface.read_surface(armature, moves_of(armature))
    own = None if surface is None else _of_surface(surface, rest_joints)
    return default_body(rest_joints) if own is None else own


def _of_surface(surface: Surface, rest_joints: np.ndarray) -> Surroundings | None:
    """Return the body of a surface in SMPL-X's rest pose; None where it has no arms or no body."""
    digest = hashlib.blake2b(digest_size=16)
    resting = (surface.resting.vertices, surface.resting.turns, surface.resting.shifts) if surface.resting else ()
    for values in (surface.vertices, surface.triangles, surface.weights, rest_joints, *resting):
        digest.update(repr(values.shape).encode())
        digest.update(np.ascontiguousarray(values))
    key = digest.digest()
    if key not in _sampled:
        skin = sample_skin(surface, rest_joints, rays_on(surface))
        _keep(_sampled, key, None if skin is None else Surroundings(skin))
    return _sampled[key]


def rays_on(surface: Surface) -> Covered:
    """Return the function by which `sample_skin` asks what lies under other layers of a surface."""
    tree = BVHTree.FromPolygons(surface.vertices.tolist(), surface.triangles.tolist(), all_triangles=True)

    def covered(places: np.ndarray, directions: np.ndarray) -> np.ndarray:
        rays = zip(places.tolist(), directions.tolist(), strict=True)
        return np.array([tree.ray_cast(place, way, _FAR_M)[0] is not None for place, way in rays], bool)

    return covered


def _keep(bodies: dict, key: object, body: object) -> None:
    """Add a body to those that are kept; the oldest ones go."""
    while len(bodies) >= _KEPT:
        bodies.pop(next(iter(bodies)))
    bodies[key] = body
