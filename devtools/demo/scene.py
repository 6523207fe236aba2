"""The demo's part in Blender: put a take on the bundled character, save it as .blend and FBX, render a video.

Runs in the bpy module's Python, or in `blender --background --python`; the arguments stand after `--`. Lines that
begin with `@` report the progress to the caller.
"""

import argparse
import dataclasses
import sys
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 512, 672
PREVIEW_FPS = 15


def main(arguments: list[str]) -> None:
    """Make take.blend, take.fbx and preview.mp4 in the result folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("take", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--final", type=Path, help="final path of the take folder")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    from devtools.extension import registered_extension

    with registered_extension():
        _run(options)


def _run(options: argparse.Namespace) -> None:
    from mambatalk_demo.core.clock import FPS

    from devtools.demo import stage, video

    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    scene.render.resolution_percentage = 100
    scene.render.fps, scene.render.fps_base = FPS, 1.0
    scene.view_settings.view_transform = "Standard"
    _report("Keying the character")
    bpy.ops.mambatalk.add_character()
    _load(scene, options.take)
    armature = scene.mambatalk.character
    if options.final:
        _remember(armature.animation_data.action, options.final)
    stage.build(scene, performance_points(options.take))
    _report("Saving take.blend")
    save(options.out / "take.blend")
    _report("Exporting take.fbx")
    export_fbx(armature, options.out / "take.fbx")

    # The preview has its own frame rate, and the add-on puts a take on frames of any rate.
    _report("Preparing the video")
    _drop_sound(scene)
    scene.render.fps = PREVIEW_FPS
    _load(scene, options.take)
    total = scene.frame_end - scene.frame_start + 1
    video.render(
        scene,
        options.out / "preview.mp4",
        options.threads,
        lambda frame: _report(f"Rendering frame {frame - scene.frame_start + 1} of {total}"),
    )
    _report("Done")


def _load(scene: bpy.types.Scene, take: Path) -> None:
    """Key the take, and make the scene as long as the take: by itself, a range only becomes longer."""
    scene.frame_end = scene.frame_start
    bpy.ops.mambatalk.load_take(folder=str(take))


def performance_points(take: Path):
    """Return the places of all joints and of the top of the head during a take: (N, 3) metres, Blender axes."""
    import numpy as np
    from mambatalk_demo.core.body.kinematics import forward_kinematics
    from mambatalk_demo.core.body.motion import load_motion
    from mambatalk_demo.core.body.skeleton import JOINT, default_rest_joints

    from devtools.demo.stage import HEAD_TOP_M

    motion = load_motion(take / "motion.npz")
    # The character keeps its own bone lengths, whatever skeleton the motion was made for.
    positions, world = forward_kinematics(motion.rotations, motion.translation, default_rest_joints())
    top = positions[:, JOINT["head"]] + world[:, JOINT["head"]] @ np.array([0.0, HEAD_TOP_M, 0.0])
    points = np.concatenate([positions, top[:, None]], axis=1).reshape(-1, 3)
    return points @ np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])


def save(path: Path) -> None:
    """Save with the sound inside, so that the file is complete by itself."""
    for sound in bpy.data.sounds:
        sound.pack()
    bpy.context.preferences.filepaths.save_version = 0
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True, relative_remap=True)


def export_fbx(armature: bpy.types.Object, path: Path) -> None:
    """Export the character with every frame: no simplified curves, no extra leaf bones, no stage."""
    for item in bpy.context.view_layer.objects:
        item.select_set(item == armature or item.parent == armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.export_scene.fbx(
        filepath=str(path),
        use_selection=True,
        object_types={"ARMATURE", "MESH"},
        add_leaf_bones=False,
        bake_anim_simplify_factor=0,
        bake_anim_use_nla_strips=False,
        bake_anim_use_all_actions=False,
    )


def _remember(action: bpy.types.Action, folder: Path) -> None:
    from mambatalk_demo.addon.take import info as take_info

    take_info.store(action, dataclasses.replace(take_info.stored(action), folder=str(folder)))


def _drop_sound(scene: bpy.types.Scene) -> None:
    from mambatalk_demo.addon.blender import sequencer

    for strip in sequencer.sound_strips(scene):
        sequencer.remove(scene, strip)


def _report(text: str) -> None:
    print(f"@ {text}", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(sys.argv[sys.argv.index("--") + 1 :])
