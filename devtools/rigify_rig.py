"""A rig as Blender's own Rigify generates it: `python -m devtools.rigify_rig OUT.blend`, in a bpy environment.

It runs in a process of its own, because Rigify does not unregister all of its classes.
"""

import os
import sys
import traceback
from pathlib import Path

import bpy

RIG = "rig"


def generate(path: Path) -> None:
    """Write a .blend with the rig of the human metarig; without its face, whose generation takes a minute."""
    # This can only be imported after Blender's module.
    import addon_utils

    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    metarig = bpy.context.object
    bpy.ops.object.mode_set(mode="EDIT")
    bones = metarig.data.edit_bones
    for name in [bone.name for bone in bones["face"].children_recursive] + ["face", "breast.L", "breast.R"]:
        bones.remove(bones[name])
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.pose.rigify_generate()
    bpy.data.objects.remove(metarig)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True)


def append(path: Path) -> bpy.types.Object:
    """Append the rig of a file that `generate` wrote to the present scene."""
    with bpy.data.libraries.load(str(path)) as (there, here):
        here.objects = [name for name in there.objects if name == RIG]
    rig = here.objects[0]
    bpy.context.scene.collection.objects.link(rig)
    return rig


if __name__ == "__main__":
    status = 1
    try:
        generate(Path(sys.argv[1]))
        status = 0
    except Exception:
        traceback.print_exc()
    sys.stdout.flush()
    # Blender's module may hang while it ends.
    os._exit(status)
