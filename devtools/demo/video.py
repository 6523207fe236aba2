"""A quick video of a scene, by Cycles on the CPU with one light that casts shadows; materials add all other light.

Cycles runs wherever Blender does, with or without a screen or a GPU. One bounce-free ray per light sample and shading
that needs no rays for ambient, fill and rim give a picture without noise at two samples per pixel.
"""

from collections.abc import Callable
from pathlib import Path

import bpy

from devtools.demo import stage

SAMPLES = 2
AMBIENT_TOP, AMBIENT_BOTTOM = (0.30, 0.32, 0.36), (0.15, 0.14, 0.14)


def render(
    scene: bpy.types.Scene, path: Path, threads: int, on_frame: Callable[[int], None], quality: str = "HIGH"
) -> None:
    """Render the scene's frame range, with the sequencer's sound, to an MP4 (H.264 and AAC).

    This function changes the scene and its materials, so save the file before.

    Args:
        scene: with its stage.
        path: the video.
        threads: of the renderer.
        on_frame: called with each frame that was written.
        quality: Blender's name of the output quality; "LOW" makes a third of the bytes.
    """
    prepare(scene, threads)
    _set_video(scene, path)
    scene.render.ffmpeg.constant_rate_factor = quality

    def written(rendered: bpy.types.Scene, *_) -> None:
        on_frame(rendered.frame_current)

    bpy.app.handlers.render_write.append(written)
    try:
        bpy.ops.render.render(animation=True)
    finally:
        bpy.app.handlers.render_write.remove(written)


def prepare(scene: bpy.types.Scene, threads: int) -> None:
    """Give a scene of `stage` the engine and the materials for pictures that are made quickly."""
    for material in bpy.data.materials:
        _paint(material)
    for name in ("Fill", "Rim"):
        bpy.data.objects[name].hide_render = True
    bpy.data.objects["Key"].data.angle = 0.0
    _set_engine(scene, threads)


def _set_engine(scene: bpy.types.Scene, threads: int) -> None:
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples = SAMPLES
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = False
    cycles.max_bounces = 0
    cycles.transparent_max_bounces = 0
    # Both options would remove some light to reduce noise.
    cycles.light_sampling_threshold = 0.0
    cycles.use_light_tree = False
    scene.world.cycles.sampling_method = "NONE"
    scene.render.use_persistent_data = True
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.use_motion_blur = False
    scene.view_settings.view_transform = "Standard"


def _set_video(scene: bpy.types.Scene, path: Path) -> None:
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    ffmpeg = scene.render.ffmpeg
    ffmpeg.format, ffmpeg.codec = "MPEG4", "H264"
    ffmpeg.ffmpeg_preset = "GOOD"
    ffmpeg.audio_codec, ffmpeg.audio_bitrate, ffmpeg.audio_channels = "AAC", 160, "STEREO"
    # Without the sequencer there would be no sound. It has only sound strips, so the picture still comes from the
    # scene.
    scene.render.use_sequencer = True
    scene.render.use_file_extension = False
    scene.render.filepath = str(path)


def _paint(material: bpy.types.Material) -> None:
    """Make a material diffuse for the key light, and add the other lights by the surface's normal alone."""
    base = tuple(material.diffuse_color)
    tree = material.node_tree
    tree.nodes.clear()

    def node(kind: str, **inputs):
        made = tree.nodes.new(kind)
        for name, value in inputs.items():
            socket = made.inputs[int(name[1:])] if name[0] == "i" else made.inputs[name]
            if isinstance(value, bpy.types.NodeSocket):
                tree.links.new(value, socket)
            else:
                socket.default_value = value
        return made

    def lambert(direction) -> bpy.types.NodeSocket:
        dot = node("ShaderNodeVectorMath", i0=normal, i1=tuple(direction))
        dot.operation = "DOT_PRODUCT"
        return dot.outputs["Value"]

    def scaled(colour: bpy.types.NodeSocket | tuple, factor: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        scale = node("ShaderNodeVectorMath", i0=colour)
        scale.operation = "SCALE"
        tree.links.new(factor, scale.inputs["Scale"])
        return scale.outputs[0]

    def added(first: bpy.types.NodeSocket, second: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        return node("ShaderNodeVectorMath", i0=first, i1=second).outputs[0]

    normal = node("ShaderNodeNewGeometry").outputs["Normal"]
    up = node("ShaderNodeMapRange", i0=lambert((0, 0, 1)), i1=-1.0)
    ambient = node("ShaderNodeMix")
    ambient.data_type = "RGBA"
    tree.links.new(up.outputs[0], ambient.inputs["Factor"])
    colours = [socket for socket in ambient.inputs if socket.type == "RGBA"]
    colours[0].default_value, colours[1].default_value = (*AMBIENT_BOTTOM, 1), (*AMBIENT_TOP, 1)
    light = next(socket for socket in ambient.outputs if socket.type == "RGBA")
    for lamp in stage.LIGHTS[1:]:
        positive = node("ShaderNodeMath", i0=lambert(lamp.direction), i1=0.0)
        positive.operation = "MAXIMUM"
        # A sun of strength pi lights a white surface that faces it to exactly one.
        colour = tuple(channel * lamp.strength / 3.1416 for channel in lamp.colour)
        light = added(light, scaled(colour, positive.outputs[0]))
    tint = node("ShaderNodeVectorMath", i0=light, i1=base[:3])
    tint.operation = "MULTIPLY"
    glow = node("ShaderNodeEmission", Color=tint.outputs[0], Strength=1.0)
    diffuse = node("ShaderNodeBsdfDiffuse", Color=base)
    both = node("ShaderNodeAddShader", i0=diffuse.outputs[0], i1=glow.outputs[0])
    node("ShaderNodeOutputMaterial", Surface=both.outputs[0])
    material.cycles.emission_sampling = "NONE"
