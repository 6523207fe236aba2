"""A sheet of pictures: frames of takes on the bundled character from the front, one row for each take.

    .venv-bpy-5.0/bin/python -m devtools.demo.contact_sheet docs/styles.png calm=takes/calm lively=takes/lively

A row is LABEL=PATH with a take folder or a motion npz. `--recorded` puts a recorded motion of GESTURE_REAL_DIR on top;
such a sheet is made from research data and stays on the machine that made it. The figures stay in place: the root's
horizontal path is removed.
"""

import argparse
import json
import math
import os
import sys
from pathlib import Path

import bpy
import numpy as np

from devtools.demo import stage
from devtools.extension import ROOT, registered_extension

CELL_M = (1.25, 2.05)
LABEL_M, HEADER_M = 0.75, 0.3
PIXELS_PER_METRE = 130
SAMPLES = 16
INK, PAPER = (0.02, 0.02, 0.025, 1.0), (0.62, 0.65, 0.69)


def main(arguments: list[str] | None = None) -> int:
    """Render the sheet."""
    options = _parser().parse_args(arguments)
    rows = labelled_paths(options.rows, options.recorded, options.out)
    with registered_extension():
        _draw(rows, options)
    print(options.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devtools.demo.contact_sheet", description=__doc__)
    parser.add_argument("out", type=Path, help="the picture (png)")
    parser.add_argument("rows", nargs="+", metavar="LABEL=PATH", help="a take folder or a motion npz")
    parser.add_argument("--recorded", metavar="NAME", help="gt_NAME.npz of GESTURE_REAL_DIR as the first row")
    parser.add_argument("--first", type=float, default=2.0, metavar="S", help="time of the first column")
    parser.add_argument("--step", type=float, default=0.5, metavar="S", help="seconds between columns")
    parser.add_argument("--count", type=int, default=8, help="columns")
    parser.add_argument("--raw", action="store_true", help="for take folders, show the motion before finishing")
    return parser


def labelled_paths(texts: list[str], recorded: str | None, out: Path) -> list[tuple[str, Path]]:
    """Return label and path of each LABEL=PATH; before them the recorded motion of a clip of GESTURE_REAL_DIR.

    Raises:
        SystemExit: there is nothing at a path, or the picture `out` of a recorded motion would lie in the project.
    """
    found = []
    if recorded:
        if ROOT in out.resolve().parents:
            raise SystemExit(f"{out} lies in the project, where nothing made from research data belongs.")
        path = Path(os.environ.get("GESTURE_REAL_DIR", "")) / f"gt_{recorded}.npz"
        if not path.is_file():
            raise SystemExit(f"There is no {path}. Set GESTURE_REAL_DIR to a folder with recorded motions.")
        found.append(("recorded", path))
    for text in texts:
        label, _, path = text.rpartition("=")
        if not Path(path).exists():
            raise SystemExit(f"There is no take or motion {path}.")
        found.append((label or Path(path).stem, Path(path)))
    return found


def _draw(rows: list[tuple[str, Path]], options: argparse.Namespace) -> None:
    from mambatalk_demo.addon.character.building import add_character

    scene = bpy.context.scene
    armature = add_character(bpy.context)
    times_s = options.first + options.step * np.arange(options.count)
    for number, (label, path) in enumerate(rows):
        figures = _figures(armature, load(path, options.raw), times_s)
        top = -number * CELL_M[1]
        for column, mesh in enumerate(figures):
            figure = bpy.data.objects.new(f"{label} {column}", mesh)
            figure.location = (column * CELL_M[0], 0, top)
            scene.collection.objects.link(figure)
        add_label(scene, label, (-LABEL_M - 0.45, 0, top + 0.95), 0.17)
    for column, text in enumerate(_captions(rows, times_s)):
        add_label(scene, text, (column * CELL_M[0], 0, CELL_M[1] - 0.1), 0.12, "CENTER")
    for item in (armature, *armature.children):
        item.hide_render = True
    _light(scene)
    _frame(scene, len(rows), options.count)
    _render(scene, options.out)


def load(path: Path, raw: bool = False):
    """Return the motion of a take folder or of a motion file."""
    from mambatalk_demo.core.body.motion import load_motion

    return load_motion(path / ("motion_raw.npz" if raw else "motion.npz") if path.is_dir() else path)


def _figures(armature: bpy.types.Object, motion, times_s: np.ndarray) -> list[bpy.types.Mesh]:
    """Return the character as a still mesh at each time; all meshes of a take stand on one floor."""
    from mambatalk_demo.addon.character.bone_space import RestSpace
    from mambatalk_demo.addon.face import channels as face_channels
    from mambatalk_demo.core.body.motion import resample
    from mambatalk_demo.core.body.skeleton import JOINT_NAMES

    motion = resample(motion, times_s)
    motion = motion.replace(translation=motion.translation * [0, 1, 0])
    space = RestSpace.of(armature)
    quaternions, locations = space.quaternions(motion.rotations), space.root_location(motion)
    body = face_channels.find_face_mesh(armature)
    keys = body.data.shape_keys
    values = face_channels.channels(motion, keys)
    meshes = []
    for frame in range(motion.frame_count):
        armature.pose.bones[JOINT_NAMES[0]].location = locations[frame]
        for joint, name in enumerate(JOINT_NAMES):
            armature.pose.bones[name].rotation_quaternion = quaternions[frame, joint]
        for block in keys.key_blocks:
            block.value = 0.0
        for channel in values:
            keys.path_resolve(channel.path.rsplit(".", 1)[0]).value = float(channel.values[frame, 0])
        bpy.context.view_layer.update()
        graph = bpy.context.evaluated_depsgraph_get()
        meshes.append(bpy.data.meshes.new_from_object(body.evaluated_get(graph), depsgraph=graph))
    points = [_points(mesh) for mesh in meshes]
    floor = min(p[:, 2].min() for p in points)
    for mesh, place in zip(meshes, points, strict=True):
        mesh.vertices.foreach_set("co", (place - [0, 0, floor]).astype(np.float32).ravel())
        mesh.update()
    return meshes


def _points(mesh: bpy.types.Mesh) -> np.ndarray:
    flat = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", flat)
    return flat.reshape(-1, 3)


def _captions(rows: list[tuple[str, Path]], times_s: np.ndarray) -> list[str]:
    """Return a caption for each time: the spoken word, where a take has words, and the time."""
    files = [path / "words.json" for _, path in rows if (path / "words.json").is_file()]
    words = json.loads(files[0].read_text(encoding="utf-8")) if files else []
    said = [next((w["word"] for w in words if w["start_s"] <= t < w["end_s"]), "") for t in times_s]
    return [f"{word}  {t:.1f} s".strip() for word, t in zip(said, times_s, strict=True)]


def add_label(scene: bpy.types.Scene, text: str, place: tuple, size: float, align: str = "LEFT") -> None:
    """Write a text into the scene, upright and facing the front; `place` is its lower left corner, or lower middle."""
    curve = bpy.data.curves.new(text, "FONT")
    curve.body, curve.size, curve.align_x = text, size, align
    ink = bpy.data.materials.get("Ink") or bpy.data.materials.new("Ink")
    if ink.node_tree is None:
        ink.use_nodes = True
    ink.node_tree.nodes.clear()
    shine = ink.node_tree.nodes.new("ShaderNodeEmission")
    shine.inputs["Color"].default_value = INK
    out = ink.node_tree.nodes.new("ShaderNodeOutputMaterial")
    ink.node_tree.links.new(shine.outputs[0], out.inputs["Surface"])
    curve.materials.append(ink)
    label = bpy.data.objects.new(text, curve)
    label.location, label.rotation_euler = place, (math.pi / 2, 0, 0)
    scene.collection.objects.link(label)


def _light(scene: bpy.types.Scene) -> None:
    for light in stage.LIGHTS[:2]:
        data = bpy.data.lights.new(light.name, "SUN")
        data.energy, data.color, data.angle = light.strength, light.colour, math.radians(light.angle)
        lamp = bpy.data.objects.new(light.name, data)
        lamp.rotation_euler = light.direction.to_track_quat("Z", "Y").to_euler()
        scene.collection.objects.link(lamp)
    scene.world = bpy.data.worlds.new("Paper")
    if scene.world.node_tree is None:
        scene.world.use_nodes = True
    background = next(node for node in scene.world.node_tree.nodes if node.type == "BACKGROUND")
    background.inputs["Color"].default_value = (*PAPER, 1.0)


def _frame(scene: bpy.types.Scene, row_count: int, column_count: int) -> None:
    left, right = -LABEL_M - 0.55, (column_count - 0.5) * CELL_M[0]
    low, high = -(row_count - 1) * CELL_M[1] - 0.2, CELL_M[1] - 0.1 + HEADER_M
    data = bpy.data.cameras.new("Camera")
    data.type, data.ortho_scale = "ORTHO", max(right - left, high - low)
    camera = bpy.data.objects.new("Camera", data)
    camera.location, camera.rotation_euler = ((left + right) / 2, -10, (low + high) / 2), (math.pi / 2, 0, 0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.resolution_x = round((right - left) * PIXELS_PER_METRE)
    scene.render.resolution_y = round((high - low) * PIXELS_PER_METRE)
    scene.render.resolution_percentage = 100


def _render(scene: bpy.types.Scene, out: Path) -> None:
    scene.render.engine, scene.cycles.device = "CYCLES", "CPU"
    scene.cycles.samples, scene.cycles.use_denoising = SAMPLES, True
    scene.cycles.max_bounces = 1
    scene.view_settings.view_transform = "Standard"
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode, settings.compression = "PNG", "RGB", 100
    scene.render.filepath = str(out.resolve())
    bpy.ops.render.render(write_still=True)


if __name__ == "__main__":
    sys.exit(main())
