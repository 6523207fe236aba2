"""A video of several motions side by side on the bundled character, from the front, with the recording's sound.

    .venv-bpy-5.0/bin/python -m devtools.demo.side_by_side styles.mp4 --audio speech.flac calm=takes/calm lively=a.npz

A figure is LABEL=PATH with a take folder or a motion npz. `--recorded` adds a recorded motion of GESTURE_REAL_DIR on
the left; such a video is made from research data and stays on the machine that made it. All figures begin at their own
place and walk from there.
"""

import argparse
import math
import os
import sys
from pathlib import Path

import bpy
import numpy as np

from devtools.demo import stage, video
from devtools.demo.contact_sheet import add_label, labelled_paths, load
from devtools.extension import registered_extension

APART_M = 1.3
TOP_M, BOTTOM_M = 2.0, -0.12
LABEL_SIZE_M = 0.11
PIXELS_PER_METRE = 200
FPS = 15
FORWARDS_M = 0.45  # labels lie before the feet


def main(arguments: list[str] | None = None) -> int:
    """Render the video."""
    options = _parser().parse_args(arguments)
    figures = labelled_paths(options.figures, options.recorded, options.out)
    if options.audio and not options.audio.is_file():
        raise SystemExit(f"There is no recording {options.audio}.")
    with registered_extension():
        _build(figures, options)
        if options.audio:
            _add_sound(bpy.context.scene, options)
        threads = min(os.cpu_count() or 2, 8)
        video.render(bpy.context.scene, options.out.resolve(), threads, lambda frame: None)
    print(options.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devtools.demo.side_by_side", description=__doc__)
    parser.add_argument("out", type=Path, help="the video (mp4)")
    parser.add_argument("figures", nargs="+", metavar="LABEL=PATH", help="a take folder or a motion npz")
    parser.add_argument("--audio", type=Path, help="the recording (wav or flac)")
    parser.add_argument("--recorded", metavar="NAME", help="gt_NAME.npz of GESTURE_REAL_DIR as the first figure")
    parser.add_argument("--first", type=float, default=0.0, metavar="S", help="where the video begins")
    parser.add_argument("--seconds", type=float, default=12.0, metavar="S", help="its length")
    return parser


def _build(figures: list[tuple[str, Path]], options: argparse.Namespace) -> None:
    """Put a keyed character for each motion into the scene, with floor, label, lights and a camera."""
    from mambatalk_demo.addon.character.building import add_character
    from mambatalk_demo.addon.take.keying import apply_motion
    from mambatalk_demo.core.body.motion import resample

    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = FPS, 1.0
    scene.view_settings.view_transform = "Standard"
    scene.frame_start, scene.frame_end = 1, round(options.seconds * FPS)
    times_s = options.first + np.arange(scene.frame_end) / FPS
    for number, (label, path) in enumerate(figures):
        motion = resample(load(path), times_s)
        motion = motion.replace(translation=motion.translation - motion.translation[0] * [1, 0, 1])
        place = np.array([number * APART_M, 0.0, 0.0])
        armature = add_character(bpy.context, label)
        armature.location = place
        apply_motion(scene, armature, motion, label, scene.frame_start)
        _put_on_floor(scene, armature)
        stage.add_floor(scene.collection, place)
        add_label(scene, label, (place[0], -FORWARDS_M, BOTTOM_M + 0.02), LABEL_SIZE_M, "CENTER")
    scene.frame_end = round(options.seconds * FPS)
    for light in stage.LIGHTS:
        stage.add_light(scene.collection, light)
    stage.set_backdrop(scene)
    _add_camera(scene, len(figures))


def _put_on_floor(scene: bpy.types.Scene, armature: bpy.types.Object) -> None:
    """Move a figure so that its lower foot is as high at its lowest as at rest: motions of other bodies may float."""
    feet = [armature.pose.bones[f"{side}_foot"] for side in ("left", "right")]
    heights = []
    for frame in range(scene.frame_start, scene.frame_end, FPS // 3):
        scene.frame_set(frame)
        heights += [foot.head.z - foot.bone.head_local.z for foot in feet]
    armature.location.z -= min(heights)


def _add_camera(scene: bpy.types.Scene, count: int) -> None:
    width, height = count * APART_M, TOP_M - BOTTOM_M
    data = bpy.data.cameras.new("Camera")
    data.type, data.ortho_scale = "ORTHO", max(width, height)
    camera = bpy.data.objects.new("Camera", data)
    camera.location = ((count - 1) * APART_M / 2, -10, (TOP_M + BOTTOM_M) / 2)
    camera.rotation_euler = (math.pi / 2, 0, 0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    # H.264 needs even numbers of pixels.
    scene.render.resolution_x = 2 * round(width * PIXELS_PER_METRE / 2)
    scene.render.resolution_y = 2 * round(height * PIXELS_PER_METRE / 2)
    scene.render.resolution_percentage = 100


def _add_sound(scene: bpy.types.Scene, options: argparse.Namespace) -> None:
    """Put the recording into the sequencer, so that the part that is shown begins at the first frame."""
    if not bpy.app.build_options.audaspace:
        raise SystemExit("This Blender was built without sound: leave --audio out, or use another one.")
    from mambatalk_demo.addon.blender import versions

    first = scene.frame_start - round(options.first * FPS)
    versions.new_sound_strip(scene.sequence_editor_create(), options.audio.resolve(), 1, first)


if __name__ == "__main__":
    sys.exit(main())
