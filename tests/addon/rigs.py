"""Armatures of every kind of rig, built from SMPL-X's skeleton: other proportions, rest poses, axes, units."""

from dataclasses import dataclass, field

import bpy
import numpy as np
from mathutils import Quaternion

from .skeletons import EXTRAS, hierarchy

TO_BLENDER = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


@dataclass(frozen=True)
class Style:
    """How a kind of rig rests.

    Attributes:
        arms: degrees that the arms hang below a T-pose; elbows: degrees that they are bent.
        legs: degrees that the legs are apart, each; fingers: degrees each joint is bent.
        palms: degrees that the forearms are turned forward; toes: degrees that the legs are turned out.
        collars: degrees that the shoulders hang.
        tails: "along" the bone, "across" it (as engines point their bones), or "up".
        unit: armature units per metre; y_up: whether the armature keeps Y up and its object is turned.
    """

    arms: float = 0.0
    elbows: float = 0.0
    legs: float = 0.0
    fingers: float = 0.0
    palms: float = 0.0
    toes: float = 0.0
    collars: float = 0.0
    tails: str = "along"
    unit: float = 1.0
    y_up: bool = False


STYLES: dict[str, Style] = {
    "auto_rig_pro": Style(arms=35, elbows=8, legs=3, fingers=8),
    "auto_rig_pro_deform": Style(arms=35, elbows=8, legs=3, fingers=8, tails="across", unit=100),
    "biped": Style(toes=12, legs=4, fingers=5, tails="across", unit=100, y_up=True),
    "blender_human": Style(collars=5, toes=4, arms=42, elbows=12, legs=2, fingers=12),
    "daz8": Style(palms=12, toes=8, collars=4, arms=44, elbows=4, legs=5, fingers=10),
    "daz9": Style(palms=12, toes=10, arms=46, elbows=6, legs=6, fingers=12, unit=100),
    "makehuman": Style(palms=10, toes=6, collars=6, arms=40, elbows=10, legs=4, fingers=15),
    "makehuman_cmu": Style(arms=40, elbows=10, legs=4),
    "metahuman": Style(
        palms=15, toes=6, collars=3, arms=48, elbows=15, legs=4, fingers=14, tails="across", unit=100, y_up=True
    ),
    "mixamo": Style(fingers=4, unit=100, y_up=True),
    "ready_player_me": Style(legs=1, fingers=6),
    "reallusion": Style(palms=8, toes=8, arms=40, legs=3, fingers=6, tails="across", unit=100),
    "rigify": Style(arms=42, elbows=12, legs=2, fingers=12),
    "rigify_deform": Style(arms=42, elbows=12, legs=2, fingers=12),
    "smpl": Style(tails="up"),
    "smplx": Style(),
    "unity": Style(tails="up", fingers=3),
    "unreal4": Style(palms=15, toes=8, collars=5, arms=50, elbows=18, legs=5, fingers=15, tails="across", unit=100),
    "unreal5": Style(
        palms=15, toes=8, collars=5, arms=50, elbows=18, legs=5, fingers=15, tails="across", unit=100, y_up=True
    ),
    "vrm1": Style(tails="up"),
    "vroid": Style(toes=3, tails="up", fingers=2),
}


@dataclass(frozen=True)
class Built:
    """An armature and how its rest pose came about.

    Attributes:
        armature: the object.
        mapping: part → bones.
        rest_turn: (55, 3, 3) rotations of the joints from SMPL-X's rest pose to the rig's, in the world.
        axes: (3, 3) from SMPL-X axes to armature space.
    """

    armature: bpy.types.Object
    mapping: dict[str, tuple[str, ...]] = field(repr=False)
    rest_turn: np.ndarray = field(repr=False)
    axes: np.ndarray = field(repr=False)


def proportions(seed: int) -> np.ndarray:
    """SMPL-X's rest joints with limbs of other lengths, left like right."""
    from mambatalk_ext.core.body.skeleton import JOINT_NAMES, PARENTS, default_rest_joints

    random, rest = np.random.default_rng(seed), default_rest_joints()
    factors: dict[str, float] = {}
    joints = np.array(rest)
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            continue
        name = JOINT_NAMES[joint].removeprefix("left_").removeprefix("right_")
        kind = "hand" if joint >= 25 else name
        factor = factors.setdefault(kind, random.uniform(0.8, 1.25))
        joints[joint] = joints[parent] + factor * (rest[joint] - rest[parent])
    return joints - [0, joints[[7, 8], 1].mean() - rest[[7, 8], 1].mean(), 0]


def rest_pose(style: Style) -> np.ndarray:
    """Rotations (55, 3) from SMPL-X's rest pose to the style's."""
    from mambatalk_ext.core.body.skeleton import JOINT, JOINT_NAMES

    pose = np.zeros((55, 3))
    for side, sign in (("left", 1), ("right", -1)):
        pose[JOINT[f"{side}_shoulder"], 2] = -sign * np.radians(style.arms)
        pose[JOINT[f"{side}_collar"], 2] = -sign * np.radians(style.collars)
        bent, turned = (
            Quaternion(axis, np.radians(a)) for axis, a in (((0, -sign, 0), style.elbows), ((-1, 0, 0), style.palms))
        )
        pose[JOINT[f"{side}_elbow"]] = (bent @ turned).to_exponential_map()
        apart, out = (
            Quaternion(axis, sign * np.radians(a)) for axis, a in (((0, 0, 1), style.legs), ((0, 1, 0), style.toes))
        )
        pose[JOINT[f"{side}_hip"]] = (apart @ out).to_exponential_map()
        pose[JOINT[f"{side}_ankle"], 2] = -sign * np.radians(style.legs)
        for name in JOINT_NAMES[25:]:
            if name.startswith(side) and "thumb" not in name:
                pose[JOINT[name], 2] = -sign * np.radians(style.fingers)
    return pose


def build(key: str, style: Style | None = None, seed: int = 0, parent: dict | None = None) -> Built:
    """An armature of a kind of rig in the scene; `parent` (bone → parent) replaces the kind's own hierarchy."""
    from mambatalk_ext.addon.rig import detect as rig_detect
    from mambatalk_ext.core.body.kinematics import forward_kinematics

    style = style or STYLES[key]
    parent = hierarchy(key) if parent is None else parent
    names = list(parent)
    parts = rig_detect.detect(names, [names.index(a) if a else -1 for a in parent.values()]).map.bones
    joints = proportions(seed)
    positions, turns = forward_kinematics(rest_pose(style)[None], np.zeros((1, 3)), joints)
    positions = positions[0]
    lift = np.array([0, joints[[7, 8], 1].mean() - positions[[7, 8], 1].mean(), 0])
    axes = np.eye(3) if style.y_up else TO_BLENDER
    heads = {name: (point + lift) @ axes.T * style.unit for name, point in _places(key, parts, positions).items()}

    data = bpy.data.armatures.new(key)
    armature = bpy.data.objects.new(key, data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    random = np.random.default_rng(seed)
    centre = np.mean([heads[name] for name in parts["pelvis"]], axis=0)
    order = sorted(parent, key=lambda name: _depth(name, parent))
    for name in order:
        bone = data.edit_bones.new(name)
        head = heads.get(name, np.array([0.0, 0.0, 0.0]))
        bone.head = head
        bone.tail = head + _tail(name, head, parent, heads, parts, style, centre)
        bone.roll = random.uniform(-3, 3) if style.tails == "across" else 0.0
        if parent[name]:
            bone.parent = data.edit_bones[parent[name]]
    bpy.ops.object.mode_set(mode="OBJECT")
    if style.y_up:
        armature.rotation_euler.x = np.pi / 2
    armature.scale = [1 / style.unit] * 3
    bpy.context.view_layer.update()
    return Built(armature, parts, turns[0], axes)


def _depth(name: str, parent: dict) -> int:
    depth = 0
    while (name := parent[name]) is not None:
        depth += 1
    return depth


def _places(key: str, parts: dict, positions: np.ndarray) -> dict[str, np.ndarray]:
    """Where each bone begins."""
    from mambatalk_ext.addon.rig.presets import PARENT, joints_of
    from mambatalk_ext.core.body.skeleton import JOINT

    below = {"shoulder": "elbow", "elbow": "wrist", "wrist": "middle1", "hip": "knee", "knee": "ankle", "ankle": "foot"}
    below |= {"collar": "shoulder", "foot": "foot", "head": "head"}

    def joint(part):
        return positions[joints_of(part)[0]]

    def after(part):
        if part in ("pelvis", "spine", "neck", "head", "jaw"):
            ends = {"pelvis": "spine1", "spine": "neck", "neck": "head", "head": "head", "jaw": "jaw"}
            return positions[JOINT[ends[part]]]
        side, _, name = part.partition("_")
        return positions[JOINT[f"{side}_{below[name]}"]] if name in below else joint(part)

    places = {}
    for part, names in parts.items():
        joints = joints_of(part)
        for number, name in enumerate(names):
            if len(names) == len(joints):
                places[name] = positions[joints[number]]
            elif part.endswith(("thumb", "index", "middle", "ring", "pinky")):
                places[name] = positions[joints[round(number * len(joints) / len(names))]]
            else:
                start = positions[joints[0]]
                places[name] = start + (after(part) - start) * number / len(names)
    for extra in EXTRAS.get(key, (None, ()))[1]:
        start = joint(extra.part)
        places[extra.name] = start + (after(extra.part) - start) * extra.along
    assert set(PARENT) >= set(parts)
    return places


def _tail(name, head, parent, heads, parts, style: Style, centre) -> np.ndarray:
    size = 0.08 * style.unit
    if style.tails == "up":
        return np.array([0.0, 0.0, size])
    mapped = [each for names in parts.values() for each in names]
    children = [child for child, above in parent.items() if above == name and child in mapped]
    middle = [child for child in children if child in parts.get("left_middle", ()) + parts.get("right_middle", ())]
    child = (middle or children or [None])[0]
    along = heads[child] - head if child else head - heads.get(parent[name], head)
    if np.linalg.norm(along) < 1e-3 * style.unit:
        along = np.array([0.0, 0.0, size])
    if style.tails == "across":
        across = np.cross(along, [0.3, 0.5, 0.8])
        return size * across / np.linalg.norm(across)
    return along
