"""The file formats of the export, and the programs that read FBX: one row for each, with the exporter's options."""

from collections.abc import Callable
from dataclasses import dataclass, field

import bpy

from ...core.errors import GestureError


@dataclass(frozen=True)
class Format:
    """A file format of the export panel.

    Attributes:
        label, description: in the menu.
        extension: with its dot.
        operator: Blender's exporter as "module.name"; None where `writers` writes the file.
        package: the add-on of Blender's that has the exporter; empty where the exporter is built in.
        options: the exporter's arguments, without the path.
        smplx_only: whether the format holds no other skeleton than SMPL-X.
    """

    label: str
    description: str
    extension: str
    operator: str | None = None
    package: str = ""
    options: dict = field(default_factory=dict)
    smplx_only: bool = False


FORMATS: dict[str, Format] = {
    "FBX": Format(
        "FBX",
        "Skeleton, meshes and shape keys for game engines and other programs",
        ".fbx",
        "export_scene.fbx",
        "io_scene_fbx",
        {
            "use_selection": True,
            "object_types": {"ARMATURE", "MESH"},
            "add_leaf_bones": False,
            "bake_anim": True,
            "bake_anim_simplify_factor": 0.0,
            "bake_anim_use_nla_strips": False,
            "bake_anim_use_all_actions": False,
            "bake_anim_use_all_bones": True,
            "bake_anim_force_startend_keying": True,
            # Blender leaves out the shape keys when it applies modifiers.
            "use_mesh_modifiers": False,
            "mesh_smooth_type": "FACE",
        },
    ),
    "GLB": Format(
        "glTF (GLB)",
        "Skeleton, meshes and morph animation in one file for the web, Godot and others",
        ".glb",
        "export_scene.gltf",
        "io_scene_gltf2",
        {
            "export_format": "GLB",
            "use_selection": True,
            "export_animations": True,
            "export_animation_mode": "ACTIVE_ACTIONS",
            # By default the exporter adds every other action that moves bones, of whichever take and character.
            "export_anim_single_armature": False,
            "export_frame_range": True,
            "export_force_sampling": True,
            "export_optimize_animation_size": False,
            "export_anim_slide_to_zero": False,
            "export_skins": True,
            "export_morph": True,
            "export_morph_animation": True,
            "export_all_influences": False,
        },
    ),
    "BVH": Format("BVH", "The skeleton alone, Y up, in centimetres", ".bvh"),
    "USD": Format(
        "USD",
        "Skeleton, meshes and blend shapes for Omniverse, Houdini, Maya and others",
        ".usdc",
        "wm.usd_export",
        "",
        {
            "selected_objects_only": True,
            "export_animation": True,
            "export_armatures": True,
            "export_shapekeys": True,
            "only_deform_bones": False,
            "export_cameras": False,
            "export_lights": False,
        },
    ),
    "NPZ": Format(
        "SMPL-X (npz)",
        "Rotations, path and face, named as in AMASS and BEAT2, for training, finishing and other tools",
        ".npz",
        smplx_only=True,
    ),
    "SMPL": Format(
        "SMPL-X (.smpl)",
        "Rotations and path for Meshcapade's tools, without the face",
        ".smpl",
        smplx_only=True,
    ),
    "CSV": Format("ARKit curves (CSV)", "The face and the head, in the format of the app Live Link Face", ".csv"),
}


@dataclass(frozen=True)
class FbxPreset:
    """What a program needs from an FBX file.

    Attributes:
        label, description: in the menu.
        options: arguments for the exporter, beside those of the format.
        armature_name: the name that the armature must have in the file; None keeps its own.
    """

    label: str
    description: str
    options: dict
    armature_name: str | None = None


# FBX_SCALE_ALL writes metres and states the unit; FBX_SCALE_NONE writes centimetres by scaling the top nodes.
FBX_PRESETS: dict[str, FbxPreset] = {
    "UNREAL": FbxPreset(
        "Unreal",
        "Centimetres; the top node is called Armature: Unreal drops it, and the skeleton begins at its root bone",
        {"axis_forward": "-Z", "axis_up": "Y", "apply_scale_options": "FBX_SCALE_NONE"},
        armature_name="Armature",
    ),
    "UNITY": FbxPreset(
        "Unity",
        "Metres without scaled nodes; set Rig > Humanoid in the importer",
        {"axis_forward": "-Z", "axis_up": "Y", "apply_scale_options": "FBX_SCALE_ALL"},
    ),
    "MAYA": FbxPreset(
        "Maya, MoBu",
        "For Maya and MotionBuilder: metres, Y up, facing Z, joints along X",
        {
            "axis_forward": "-Z",
            "axis_up": "Y",
            "apply_scale_options": "FBX_SCALE_ALL",
            "primary_bone_axis": "X",
            "secondary_bone_axis": "Y",
        },
    ),
    "BLENDER": FbxPreset(
        "Blender",
        "For Blender itself; import the file with Animation Offset 0",
        {
            "axis_forward": "-Z",
            "axis_up": "Y",
            "apply_scale_options": "FBX_SCALE_ALL",
            "use_custom_props": True,
        },
    ),
}


def exporter(kind: Format) -> Callable:
    """Return Blender's export operator for a format.

    Raises:
        GestureError: this Blender has no such operator, or its add-on is switched off.
    """
    module, _, name = kind.operator.partition(".")
    if name in dir(getattr(bpy.ops, module)):
        return getattr(getattr(bpy.ops, module), name)
    raise GestureError(
        f"This Blender has no exporter for {kind.label}.",
        remedy=f"Switch on “{kind.package}” in Preferences > Add-ons, or choose another format."
        if kind.package
        else "Use Blender from blender.org, or choose another format.",
    )


def supported(operator: Callable, options: dict) -> dict:
    """Return the options that this Blender version's exporter knows."""
    known = operator.get_rna_type().properties
    return {name: value for name, value in options.items() if name in known}
