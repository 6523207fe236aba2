"""Runs in Blender: characters with meshes of their own, unlike the bundled one: stout, a child, slim in a wide coat.

A build is a table of balls. The skin around the balls of a row becomes one closed mesh, Blender weights it on the bones
by itself (*With Automatic Weights*), and clothes are objects of their own:

    row       ● shoulder ──── ● elbow        the smallest shape that holds all balls of the row
    rows      torso + arms + legs + head     joined, made anew as one surface, simplified, weighted
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import bmesh
import bpy
import numpy as np

from core.body.kinematics import forward_kinematics
from core.body.skeleton import JOINT, JOINT_NAMES, PARENTS, default_rest_joints
from devtools.extension import extension_module

# A ball: joint, place beside it (metres, SMPL-X axes, of the left side), radius in metres.
Ball = tuple[str, tuple[float, float, float], float]
_SIDES = {"left": 1.0, "right": -1.0}
_FINGERS = ("index", "middle", "ring", "pinky")
# Metres between the points of a surface before it is simplified, and the share of its triangles that stays.
_VOXEL_M, _KEPT = 0.006, 0.08


@dataclass(frozen=True)
class Build:
    """What a character looks like.

    Attributes:
        preset: whose names the bones have.
        arms: degrees that the arms rest below the horizontal.
        size: how tall the character is, of the usual skeleton's height.
        stretches: how long the bones that end in a joint are, of the usual lengths.
        limbs, trunk, head: how thick each is, of the usual radii.
        more: rows of the body beside the usual ones; a row of the left side has its twin on the right.
        clothes: rows of each garment.
    """

    preset: str
    arms: float = 0.0
    size: float = 1.0
    stretches: Mapping[str, float] = field(default_factory=dict)
    limbs: float = 1.0
    trunk: float = 1.0
    head: float = 1.0
    more: tuple[tuple[Ball, ...], ...] = ()
    clothes: tuple[tuple[tuple[Ball, ...], ...], ...] = ()


_BELLY = (("spine1", (0.0, -0.03, 0.10), 0.17), ("spine2", (0.0, 0.0, 0.06), 0.15))
_CHEST = (("spine3", (0.07, 0.02, 0.09), 0.07), ("spine3", (0.07, 0.0, 0.0), 0.09))
_HAIR = (("head", (0.0, 0.10, -0.02), 0.15), ("spine3", (0.0, 0.1, -0.10), 0.08))
_SKIRT = (("pelvis", (0.09, 0.05, 0.0), 0.12), ("pelvis", (0.2, -0.35, 0.02), 0.14), ("pelvis", (0.0, -0.3, 0.02), 0.2))
_COAT = (
    (("pelvis", (0.08, -0.1, 0.0), 0.15), ("spine3", (0.09, 0.0, 0.0), 0.135)),
    (("spine3", (0.09, 0.0, 0.0), 0.135), ("left_collar", (0.04, 0.03, 0.0), 0.075)),
    (("left_collar", (0.04, 0.03, 0.0), 0.075), ("left_shoulder", (0.0, 0.0, 0.0), 0.075)),
    (("left_shoulder", (0.0, 0.0, 0.0), 0.075), ("left_elbow", (0.0, 0.0, 0.0), 0.065)),
    (("left_elbow", (0.0, 0.0, 0.0), 0.065), ("left_wrist", (-0.05, -0.01, 0.0), 0.065)),
)
BUILDS: Mapping[str, Build] = {
    "stout": Build(
        "mixamo",
        limbs=1.35,
        trunk=1.35,
        stretches={"hip": 1.2, "collar": 1.25, "knee": 0.9, "elbow": 0.95, "wrist": 0.92},
        more=(_BELLY, _CHEST),
    ),
    "child": Build(
        "vrm1",
        arms=40.0,
        size=0.68,
        stretches={"elbow": 0.82, "wrist": 0.82, "knee": 0.85, "ankle": 0.85, "neck": 0.9},
        limbs=1.25,
        trunk=1.1,
        head=1.75,
        clothes=((_SKIRT,),),
    ),
    "slim": Build(
        "mixamo",
        arms=50.0,
        size=1.08,
        stretches={"elbow": 1.12, "wrist": 1.15, "knee": 1.1, "ankle": 1.08, "collar": 0.9, "hip": 0.9},
        limbs=0.85,
        trunk=0.85,
        more=(_HAIR, _CHEST),
        clothes=(_COAT,),
    ),
}


def add(name: str) -> bpy.types.Object:
    """Add a character of `BUILDS` to the scene, and return its armature; its meshes are its children."""
    build = BUILDS[name]
    joints = _joints(build)
    armature = extension_module("addon.character.bones").build_armature(
        bpy.context, bpy.context.scene.collection, name, joints, []
    )
    _rename(armature, build.preset)
    for number, rows in enumerate((_body(build), *build.clothes)):
        surface = _surface(f"{name} {number}", [row for each in rows for row in _both_sides(each)], joints, build.size)
        _weight(armature, surface)
    return armature


def _joints(build: Build) -> np.ndarray:
    """Return the joints (55, 3) of a build in its rest pose, with its feet on the floor."""
    rest = default_rest_joints()
    joints = np.array(rest)
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            name = JOINT_NAMES[joint].removeprefix("left_").removeprefix("right_")
            joints[joint] = joints[parent] + build.stretches.get(name, 1.0) * (rest[joint] - rest[parent])
    pose = np.zeros((1, len(joints), 3))
    for side, sign in _SIDES.items():
        pose[0, JOINT[f"{side}_shoulder"], 2] = -sign * np.radians(build.arms)
    joints = build.size * forward_kinematics(pose, np.zeros((1, 3)), joints)[0][0]
    joints[:, 1] += build.size * rest[JOINT["left_ankle"], 1] - joints[JOINT["left_ankle"], 1]
    return joints


def _rename(armature: bpy.types.Object, preset: str) -> None:
    """Give bones the names of a preset, and remove those that it does not name."""
    presets = extension_module("addon.rig.presets")
    bones = next(each.bones for each in presets.presets() if each.key == preset)
    names = {
        JOINT_NAMES[joint]: name
        for part, found in bones.items()
        for joint, name in zip(presets.joints_of(part), found, strict=False)
    }
    for joint, name in list(names.items()):
        names[joint.replace("left_", "right_")] = name.replace("Left", "Right")
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in list(armature.data.edit_bones):
        if bone.name in names:
            bone.name = names[bone.name]
        else:
            armature.data.edit_bones.remove(bone)
    bpy.ops.object.mode_set(mode="OBJECT")


def _body(build: Build) -> list[tuple[Ball, ...]]:
    """Return the rows of a body, those of the left side only."""
    trunk, limbs, middle = build.trunk, build.limbs, (0.0, 0.0, 0.0)
    rows: list[tuple[Ball, ...]] = [
        (("pelvis", (0.07, -0.03, 0.0), 0.105 * trunk), ("spine1", (0.06, 0.0, 0.0), 0.095 * trunk)),
        (("spine1", (0.06, 0.0, 0.0), 0.095 * trunk), ("spine3", (0.075, 0.0, 0.0), 0.105 * trunk)),
        (("spine3", (0.075, 0.0, 0.0), 0.105 * trunk), ("left_collar", (0.03, 0.03, 0.0), 0.055 * trunk)),
        (("left_collar", (0.03, 0.03, 0.0), 0.055 * trunk), ("left_shoulder", middle, 0.055 * limbs)),
        (("neck", middle, 0.055 * trunk), ("head", middle, 0.055 * trunk)),
        (("head", (0.0, 0.1 * build.head, 0.01), 0.1 * build.head), ("head", (0.0, 0.03, 0.04), 0.06 * build.head)),
        (("left_shoulder", middle, 0.055 * limbs), ("left_elbow", middle, 0.042 * limbs)),
        (("left_elbow", middle, 0.042 * limbs), ("left_wrist", middle, 0.027 * limbs)),
        (("left_wrist", middle, 0.025 * limbs), *((f"left_{each}1", middle, 0.013 * limbs) for each in _FINGERS)),
        (("left_hip", middle, 0.085 * limbs), ("left_knee", middle, 0.055 * limbs)),
        (("left_knee", middle, 0.055 * limbs), ("left_ankle", middle, 0.042 * limbs)),
        (("left_ankle", (0.0, -0.02, -0.02), 0.042), ("left_foot", middle, 0.03), ("left_foot", (0, 0, 0.06), 0.025)),
    ]
    for finger in (*_FINGERS, "thumb"):
        names, thick = [f"left_{finger}{number}" for number in (1, 2, 3)], 0.011 if finger == "thumb" else 0.0085
        rows += [((start, middle, thick), (end, middle, thick)) for start, end in pairwise(names)]
        rows.append(((names[2], middle, thick), (names[2], (0.02, 0.0, 0.0), thick)))
    rows.append((("left_wrist", middle, 0.02 * limbs), ("left_thumb1", middle, 0.012 * limbs)))
    return [*rows, *build.more]


def _both_sides(row: tuple[Ball, ...]) -> Iterator[tuple[Ball, ...]]:
    """Yield a row and its mirror image; a row of the middle is itself mirrored, so that it is as wide on both sides."""
    other = tuple((joint.replace("left_", "right_"), (-x, y, z), radius) for joint, (x, y, z), radius in row)
    if any(joint.startswith("left_") for joint, *_ in row):
        yield row
        yield other
    else:
        yield (*row, *other)


def _surface(name: str, rows: list[tuple[Ball, ...]], joints: np.ndarray, size: float) -> bpy.types.Object:
    """Make one closed surface around the balls of all rows."""
    to_blender = extension_module("addon.character.bone_space").TO_BLENDER
    built = bmesh.new()
    ball = bmesh.new()
    bmesh.ops.create_icosphere(ball, subdivisions=2, radius=1.0)
    points = np.array([vertex.co for vertex in ball.verts])
    ball.free()
    for row in rows:
        places = [joints[JOINT[joint]] + size * (np.array(offset) + radius * points) for joint, offset, radius in row]
        made = [built.verts.new(place) for place in np.concatenate(places) @ to_blender.T]
        hull = bmesh.ops.convex_hull(built, input=made)
        bmesh.ops.delete(built, geom=[each for each in hull["geom_interior"] if each.is_valid], context="VERTS")
    rough = bpy.data.meshes.new(name)
    built.to_mesh(rough)
    built.free()
    surface = bpy.data.objects.new(name, rough)
    bpy.context.scene.collection.objects.link(surface)
    remesh = surface.modifiers.new("Remesh", "REMESH")
    remesh.mode, remesh.voxel_size = "VOXEL", size * _VOXEL_M
    surface.modifiers.new("Decimate", "DECIMATE").ratio = _KEPT
    evaluated = surface.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = bpy.data.meshes.new_from_object(evaluated)
    surface.modifiers.clear()
    surface.data = mesh
    bpy.data.meshes.remove(rough)
    return surface


def _weight(armature: bpy.types.Object, surface: bpy.types.Object) -> None:
    """Hang a surface on the bones with Blender's automatic weights.

    Raises:
        SystemExit: Blender found no weights for some of the surface.
    """
    bpy.ops.object.select_all(action="DESELECT")
    surface.select_set(True)
    armature.select_set(True)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.parent_set(type="ARMATURE_AUTO")
    bare = sum(not vertex.groups for vertex in surface.data.vertices)
    if bare:
        raise SystemExit(f"{surface.name}: {bare} of {len(surface.data.vertices)} vertices got no weight")
