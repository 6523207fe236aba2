"""Runs in Blender: the picture and the frames of the clip in README, of a take on the bundled character.

python stills.py -- TAKE OUT THREADS        writes OUT/picture.png and OUT/frames/0001.png and so on
"""

import math
import sys
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[2]
CLIP_FPS, CLIP_START_S, CLIP_END_S = 12, 7.0, 15.0
CLIP_SIZE = 336, 440
SKY = 0.6, 0.71, 0.86, 1
PICTURE_S, PICTURE_SIZE, PICTURE_SAMPLES = 10.0, (900, 620), 40
PICTURE_WIDTH_M = 1.4


def main(take: Path, out: Path, threads: int) -> None:
    """Make the picture, then the frames."""
    from devtools.extension import registered_extension

    with registered_extension():
        scene = _scene(take)
        _render_picture(scene, out / "picture.png", threads)
        # The materials of the clip are made for speed, so it comes last.
        _render_frames(scene, out / "frames", threads)


def _scene(take: Path) -> bpy.types.Scene:
    """Put the take on the bundled character, on the demo's stage."""
    from devtools.demo import stage
    from devtools.demo.scene import performance_points

    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = CLIP_FPS, 1.0
    scene.render.resolution_percentage = 100
    scene.render.resolution_x, scene.render.resolution_y = CLIP_SIZE
    bpy.ops.mambatalk.add_character()
    scene.frame_end = scene.frame_start
    bpy.ops.mambatalk.load_take(folder=str(take))
    stage.build(scene, performance_points(take))
    scene.render.use_sequencer = False
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    return scene


def _render_picture(scene: bpy.types.Scene, path: Path, threads: int) -> None:
    """Render one frame in daylight: a wide sky, a low sun, and light that bounces from the floor."""
    scene.render.engine, scene.cycles.device = "CYCLES", "CPU"
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.max_bounces = PICTURE_SAMPLES, True, 3
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    background = next(node for node in scene.world.node_tree.nodes if node.type == "BACKGROUND")
    before = tuple(background.inputs["Color"].default_value), background.inputs["Strength"].default_value
    background.inputs["Color"].default_value, background.inputs["Strength"].default_value = SKY, 1.0
    floor = bpy.data.objects["Floor"]
    floor.scale = (30, 30, 1)
    for name in ("Fill", "Rim"):
        bpy.data.objects[name].hide_render = True
    camera = scene.camera
    place = camera.matrix_world.copy()
    scene.frame_set(scene.frame_start + round(PICTURE_S * CLIP_FPS))
    _frame_upper_body(scene, camera)
    scene.render.resolution_x, scene.render.resolution_y = PICTURE_SIZE
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    scene.render.resolution_x, scene.render.resolution_y = CLIP_SIZE
    background.inputs["Color"].default_value, background.inputs["Strength"].default_value = before
    floor.scale, camera.matrix_world = (1, 1, 1), place


def _frame_upper_body(scene: bpy.types.Scene, camera: bpy.types.Object) -> None:
    """Put the camera before the chest, so that head, hands and hips are in the picture."""
    from mathutils import Vector

    armature = scene.mambatalk.character
    chest = armature.matrix_world @ armature.pose.bones["spine3"].head
    away = PICTURE_WIDTH_M / 2 / math.tan(camera.data.angle / 2)
    towards = Vector((0.3, -1.0, 0.05)).normalized()
    camera.location = chest + Vector((0, 0, 0.08)) + towards * away
    camera.rotation_euler = towards.to_track_quat("Z", "Y").to_euler()


def _render_frames(scene: bpy.types.Scene, folder: Path, threads: int) -> None:
    from devtools.demo import video

    video.prepare(scene, threads)
    first = scene.frame_start
    scene.frame_end = first + round(CLIP_END_S * CLIP_FPS) - 1
    scene.frame_start = first + round(CLIP_START_S * CLIP_FPS)
    scene.render.filepath = str(folder / "####")
    bpy.ops.render.render(animation=True)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    take, out, threads = sys.argv[sys.argv.index("--") + 1 :]
    main(Path(take), Path(out), int(threads))
