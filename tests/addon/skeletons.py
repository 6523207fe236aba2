"""Hierarchies of bones as rigs of each kind have them: every part's bones and the extras that must not confuse."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Extra:
    """A bone beside those of the preset: hung on `parent`, `along` the way from the joint of a part to the next."""

    name: str
    parent: str | None
    part: str
    along: float = 0.5


def sided(*extras: Extra) -> tuple[Extra, ...]:
    """The same for the right: `{s}` is l or r, `{S}` L or R, `{Side}` Left or Right."""
    out = []
    for side in ("left", "right"):
        marks = {"s": side[0], "S": side[0].upper(), "Side": side.title()}
        for each in extras:
            parent = each.parent.format(**marks) if each.parent else None
            out.append(Extra(each.name.format(**marks), parent, each.part.replace("left", side), each.along))
    return tuple(out)


_UNREAL = sided(
    Extra("upperarm_twist_01_{s}", "upperarm_{s}", "left_shoulder"),
    Extra("lowerarm_twist_01_{s}", "lowerarm_{s}", "left_elbow"),
    Extra("thigh_twist_01_{s}", "thigh_{s}", "left_hip"),
    Extra("calf_twist_01_{s}", "calf_{s}", "left_knee"),
)
_UNREAL_IK = (
    Extra("ik_foot_root", "root", "pelvis", 0.0),
    Extra("ik_foot_l", "ik_foot_root", "left_ankle", 0.0),
    Extra("ik_hand_root", "root", "pelvis", 0.0),
    Extra("ik_hand_l", "ik_hand_root", "left_wrist", 0.0),
)
_METACARPALS = sided(*(Extra(f"{f}_metacarpal_{{s}}", "hand_{s}", "left_wrist") for f in ("index", "middle")))

# preset → (bone above the pelvis, extras)
EXTRAS: dict[str, tuple[str | None, tuple[Extra, ...]]] = {
    "smplx": ("root", ()),
    "mixamo": (
        None,
        (
            Extra("mixamorig:HeadTop_End", "mixamorig:Head", "head"),
            *sided(Extra("mixamorig:{Side}Toe_End", "mixamorig:{Side}ToeBase", "left_foot", 1.0)),
        ),
    ),
    "ready_player_me": ("Armature", (Extra("HeadTop_End", "Head", "head", 1.0),)),
    "unreal4": ("root", _UNREAL + _UNREAL_IK),
    "unreal5": ("root", _UNREAL + _UNREAL_IK + _METACARPALS),
    "metahuman": (
        "root",
        _UNREAL
        + _METACARPALS
        + sided(
            Extra("clavicle_pec_{s}", "spine_05", "left_collar"),
            Extra("upperarm_correctiveRoot_{s}", "upperarm_{s}", "left_shoulder", 0.1),
            Extra("thigh_fwd_{s}", "thigh_{s}", "left_hip", 0.2),
        ),
    ),
    "vroid": ("Root", sided(Extra("J_Sec_{S}_Bust1", "J_Bip_C_UpperChest", "left_collar"))),
    "reallusion": (
        "CC_Base_BoneRoot",
        (
            Extra("CC_Base_Pelvis", "CC_Base_Hip", "pelvis", 0.0),
            *sided(
                Extra("CC_Base_{S}_UpperarmTwist01", "CC_Base_{S}_Upperarm", "left_shoulder", 0.2),
                Extra("CC_Base_{S}_UpperarmTwist02", "CC_Base_{S}_UpperarmTwist01", "left_shoulder", 0.6),
                Extra("CC_Base_{S}_ForearmTwist01", "CC_Base_{S}_Forearm", "left_elbow", 0.2),
                Extra("CC_Base_{S}_ForearmTwist02", "CC_Base_{S}_ForearmTwist01", "left_elbow", 0.6),
                Extra("CC_Base_{S}_ThighTwist01", "CC_Base_{S}_Thigh", "left_hip", 0.2),
            ),
        ),
    ),
    "daz8": (
        None,
        (
            Extra("pelvis", "hip", "pelvis", 0.0),
            *sided(
                Extra("{s}Carpal1", "{s}Hand", "left_wrist"),
                Extra("{s}Metatarsals", "{s}Foot", "left_ankle"),
                Extra("{s}Pectoral", "chestLower", "left_collar"),
            ),
        ),
    ),
    "daz9": (
        None,
        (
            Extra("pelvis", "hip", "pelvis", 0.0),
            *sided(
                Extra("{s}_upperarmtwist1", "{s}_upperarm", "left_shoulder", 0.3),
                Extra("{s}_upperarmtwist2", "{s}_upperarm", "left_shoulder", 0.7),
                Extra("{s}_forearmtwist1", "{s}_forearm", "left_elbow", 0.3),
                Extra("{s}_forearmtwist2", "{s}_forearm", "left_elbow", 0.7),
                Extra("{s}_indexmetacarpal", "{s}_hand", "left_wrist"),
            ),
        ),
    ),
    "biped": (
        "Bip01",
        (
            Extra("Bip01 HeadNub", "Bip01 Head", "head"),
            *sided(Extra("Bip01 {S} Toe0Nub", "Bip01 {S} Toe0", "left_foot")),
        ),
    ),
    "rigify": (
        "root",
        sided(
            Extra("upper_arm_parent.{S}", "shoulder.{S}", "left_shoulder", 0.0),
            Extra("upper_arm_ik.{S}", "root", "left_shoulder", 0.0),
            Extra("hand_ik.{S}", "root", "left_wrist", 0.0),
            Extra("thigh_parent.{S}", "torso", "left_hip", 0.0),
            Extra("foot_ik.{S}", "root", "left_ankle", 0.0),
        ),
    ),
    "makehuman_cmu": (
        None,
        sided(
            Extra("{S}HipJoint", "Hips", "pelvis", 0.0),
            Extra("{Side}FingerBase", "{Side}Hand", "left_wrist"),
        ),
    ),
}


def hierarchy(key: str) -> dict[str, str | None]:
    """Bone → parent of a rig of this kind."""
    from mambatalk_ext.addon.rig import presets as rig_presets

    preset = next(each for each in rig_presets.presets() if each.key == key)
    parts = {part: [name.split("|")[0] for name in names] for part, names in preset.bones.items()}
    for part in [part for part in parts if part.startswith("left_")]:
        if part.replace("left", "right") not in parts:
            parts[part.replace("left", "right")] = [other_side(name) for name in parts[part]]
    above, extras = EXTRAS.get(key, (None, ()))
    parent: dict[str, str | None] = {above: None} if above else {}
    for part in rig_presets.PARTS:
        on = rig_presets.PARENT[part]
        while on is not None and on not in parts:
            on = rig_presets.PARENT[on]
        last = parts[on][-1] if on else above
        for name in parts.get(part, ()):
            parent[name] = last
            last = name
    for extra in extras:
        parent[extra.name] = extra.parent
    if key == "makehuman_cmu":
        parent |= {"LeftUpLeg": "LHipJoint", "RightUpLeg": "RHipJoint"}
    return parent


def other_side(name: str) -> str:
    """A left bone's name on the right."""
    for left, right in (("Left", "Right"), ("left", "right"), ("L", "R"), ("l", "r")):
        # A single letter stands alone, or before a capital.
        pattern = left if len(left) > 1 else rf"(?<![A-Za-z]){left}(?![a-z])"
        if re.search(pattern, name):
            return re.sub(pattern, right, name, count=1)
    raise ValueError(name)
