"""The demo of a dialogue: two characters share the bundled speech by turns, and each listens while the other speaks.

    recording   |sentence 1|sentence 2|sentence 3|sentence 4|sentence 5|
    Ann's track |  speech  |  silence |  speech  |  silence |  speech  |
    Bob's track |  silence |  speech  |  silence |  speech  |  silence |

Each has a recording of its own, as long as the dialogue. Run it in the Python of the bpy module, 4.5 or newer:

    python -m devtools.demo.dialogue OUT [--video] [--first 5 --seconds 12]

docs/dialogue.mp4 is made so, with all of these options.
"""

import argparse
import math
import sys
from pathlib import Path

import bpy
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "addon" / "assets" / "demo"
WIDTH, HEIGHT, VIDEO_FPS = 560, 512, 12
# Seconds at which the turn passes to the other one: in the pauses between the five sentences.
TURNS_S = (8.5, 13.0, 19.8, 27.3)
# Name, place and turn of each character; they stand half turned to each other.
CAST = (("Ann", -0.45, 48.0), ("Bob", 0.45, -48.0))
# What the second one wears and how dark its hair is, linear colours, so that two bundled characters look like two.
OTHER_CLOTHES = {"Top": (0.30, 0.07, 0.05), "Trousers": (0.045, 0.05, 0.075), "Hair": (0.10, 0.055, 0.025)}
FLOOR_RADIUS_M = 0.85
# Frames in which the characters are measured for the camera, and metres around their joints.
EVERY, AROUND_M = 10, 0.06


def main(arguments: list[str]) -> None:
    """Make dialogue.blend and, where it is asked for, dialogue.mp4 in the result folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--video", action="store_true", help="render a video, too, which takes minutes")
    parser.add_argument("--first", type=float, default=0.0, help="second at which the video begins")
    parser.add_argument("--seconds", type=float, help="length of the video (default: the whole dialogue)")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    from devtools.extension import registered_extension

    with registered_extension():
        _run(options)


def _run(options: argparse.Namespace) -> None:
    from devtools.demo import scene as demo_scene
    from devtools.demo import stage, video

    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    scene.render.fps, scene.render.fps_base = (VIDEO_FPS if options.video else 30), 1.0
    scene.frame_end = scene.frame_start
    scene.view_settings.view_transform = "Standard"
    people = [_perform(scene, number, options.out) for number in range(len(CAST))]
    if bpy.ops.mambatalk.listen() != {"FINISHED"}:
        raise SystemExit("Nobody listens.")
    for armature in people:
        print(armature.name, armature.animation_data.action.mambatalk_take.listening, flush=True)
    _dress(people[1])
    stage.build(scene, _points(scene, people), FLOOR_RADIUS_M)
    demo_scene.save(options.out / "dialogue.blend")
    if options.video:
        scene.frame_start += round(options.first * VIDEO_FPS)
        if options.seconds:
            scene.frame_end = min(scene.frame_end, scene.frame_start + round(options.seconds * VIDEO_FPS) - 1)
        video.render(scene, options.out / "dialogue.mp4", options.threads, lambda frame: None, quality="LOW")


def _perform(scene: bpy.types.Scene, number: int, folder: Path) -> bpy.types.Object:
    """Add a character, and let it speak its turns."""
    name, x, degrees = CAST[number]
    bpy.ops.mambatalk.add_character()
    armature, settings = scene.mambatalk.character, scene.mambatalk
    armature.name, armature.location.x, armature.rotation_euler.z = name, x, math.radians(degrees)
    bpy.context.view_layer.update()
    settings.audio_source, settings.audio_file = "FILE", str(_track(number, folder))
    settings.transcript_source, settings.transcript_file = "FILE", str(_text(number, folder))
    if bpy.ops.mambatalk.generate() != {"FINISHED"}:
        raise SystemExit(f"{name} has no take.")
    return armature


def _track(number: int, folder: Path) -> Path:
    """Write the recording of one character: the turns of the other are silent."""
    from mambatalk_demo.addon.blender import sound

    samples, rate = sound.read(SAMPLE / "speech.flac")
    place = np.searchsorted(TURNS_S, np.arange(len(samples)) / rate)
    path = folder / f"{CAST[number][0].lower()}.wav"
    mine = place % len(CAST) == number
    sound.write_wav(path, np.where(mine.reshape(-1, *[1] * (samples.ndim - 1)), samples, 0).astype(np.float32), rate)
    return path


def _text(number: int, folder: Path) -> Path:
    """Write the transcript of one character: every other sentence."""
    sentences = [line for line in (SAMPLE / "transcript.txt").read_text(encoding="utf-8").splitlines() if line]
    path = folder / f"{CAST[number][0].lower()}.txt"
    path.write_text("\n".join(sentences[number :: len(CAST)]), encoding="utf-8")
    return path


def _dress(armature: bpy.types.Object) -> None:
    """Give a character other clothes and hair than the bundled ones."""
    for mesh in (each for each in armature.children if each.type == "MESH"):
        for material in mesh.data.materials:
            colour = OTHER_CLOTHES.get(material.name.partition(".")[0])
            if colour is not None:
                material.diffuse_color = (*colour, 1.0)
                shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
                shader.inputs["Base Color"].default_value = (*colour, 1.0)


def _points(scene: bpy.types.Scene, people: list[bpy.types.Object]) -> np.ndarray:
    """Return the corners of a box around all bones in some frames, in the world: (8, 3) metres."""
    ends = []
    for frame in range(scene.frame_start, scene.frame_end + 1, EVERY):
        scene.frame_set(frame)
        for armature in people:
            for bone in armature.pose.bones:
                ends += [armature.matrix_world @ bone.head, armature.matrix_world @ bone.tail]
    places = np.array(ends)
    low, high = places.min(0) - AROUND_M, places.max(0) + AROUND_M
    scene.frame_set(scene.frame_start)
    return np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(sys.argv[1:])
