"""Sent into the Blender under test: what tests ask about the take."""

import hashlib
import sys

import bpy
import numpy as np
from bpy_extras.view3d_utils import location_3d_to_region_2d
from probe import area_of, override, region_of

MODULE = "bl_ext.user_default.mambatalk"
remembered = {}


def module(name):
    return sys.modules[f"{MODULE}.{name}"]


def job():
    return module("addon.job.state").current.job


def notes():
    """The message of the panel."""
    return " ".join(module("addon.job.messages").texts())


def character():
    return next((one for one in bpy.context.scene.objects if one.type == "ARMATURE"), None)


def action():
    data = character() and character().animation_data
    return data.action if data else None


def curves():
    return list(action().fcurves) if action() else []


def keys():
    """(path, index) → frames and values (K, 2) of a curve."""
    found = {}
    for curve in curves():
        points = np.empty(2 * len(curve.keyframe_points), np.float32)
        curve.keyframe_points.foreach_get("co", points)
        found[curve.data_path, curve.array_index] = points.reshape(-1, 2)
    return found


def remember(name="before"):
    remembered[name] = keys()


def is_as(name="before"):
    """Whether all keys are as they were."""
    before, now = remembered[name], keys()
    return before.keys() == now.keys() and all(np.array_equal(before[key], now[key]) for key in before)


def changed_bones(name="before"):
    before, now = remembered[name], keys()
    paths = {path for path, index in now if not np.array_equal(before.get((path, index)), now[path, index])}
    return sorted({path.split('"')[1] if '"' in path else path for path in paths})


def changed_frames(name="before"):
    """First and last frame on which a key is not what it was."""
    before, now = remembered[name], keys()
    frames = [now[key][(now[key] != before[key]).any(axis=1), 0] for key in now if len(now[key]) == len(before[key])]
    every = np.concatenate(frames)
    return [float(every.min()), float(every.max())] if len(every) else None


def lift(bone, frame, by):
    """Change one key as an animator does in the graph editor; return its value."""
    curve = action().fcurves.find(f'pose.bones["{bone}"].rotation_quaternion', index=1)
    point = min(curve.keyframe_points, key=lambda point: abs(point.co.x - frame))
    point.co.y += by
    curve.update()
    return point.co.y


def value_of(bone, frame):
    curve = action().fcurves.find(f'pose.bones["{bone}"].rotation_quaternion', index=1)
    return min(curve.keyframe_points, key=lambda point: abs(point.co.x - frame)).co.y


def open_panels(prefix):
    """Have panels open in sidebars that are made from now on: those whose name has a prefix, or one of several."""
    for name in dir(bpy.types):
        if name.startswith(prefix):
            kind = getattr(bpy.types, name)
            kind.bl_options = set(getattr(kind, "bl_options", ())) - {"DEFAULT_CLOSED"}
    # Registered again in the add-on's own order.
    bpy.ops.preferences.addon_disable(module=MODULE)
    bpy.ops.preferences.addon_enable(module=MODULE)


def open_panels_alone(names):
    """Have these panels open in sidebars that are made from now on, and the others closed."""
    for name in dir(bpy.types):
        kind = getattr(bpy.types, name)
        if name.startswith("MAMBATALK_PT_") and kind.bl_region_type == "UI" and hasattr(kind, "bl_parent_id"):
            options = set(getattr(kind, "bl_options", ()))
            closed = name.removeprefix("MAMBATALK_PT_") not in (*names, "takes")
            kind.bl_options = options | {"DEFAULT_CLOSED"} if closed else options - {"DEFAULT_CLOSED"}
    open_panels(tuple(f"MAMBATALK_PT_{name}" for name in names))


def corners():
    """The corners of the character in the 3D viewport: the fraction of the width and the height of each."""
    placement, armature = module("addon.character.placement"), module("addon.character.armature")
    region, view = region_of("WINDOW"), area_of("VIEW_3D").spaces.active.region_3d
    box = placement.box_of(bpy.context, armature.meshes_of(character()))
    every = [(box[i][0], box[j][1], box[k][2]) for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    return [list(location_3d_to_region_2d(region, view, corner)) for corner in every]


def timeline():
    """First and last frame that the timeline shows."""
    region = region_of("WINDOW", "DOPESHEET_EDITOR")
    return [region.view2d.region_to_view(x, 0)[0] for x in (0, region.width)]


def load_into_new_sidebars(path):
    """Load a file without its windows: they would bring along which panels were open."""
    bpy.ops.wm.read_homefile()
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)


def word_times(index):
    """Start and end of a word of the take, in frames of the scene."""
    word = action().mambatalk_take.words[index]
    return [round(word.start_at, 3), round(word.end_at, 3)]


def word_place(index, grip):
    """The place of a word, or of one of its edges, in the timeline: pixels from the window's lower left corner."""
    with override("WINDOW", "DOPESHEET_EDITOR"):
        view, region = module("addon.words.overlay").view_of(bpy.context), bpy.context.region
        left, right = (view.to_px(frame) for frame in word_times(index))
        x = {"start": left + 1, "word": (left + right) / 2, "end": right - 1}[grip]
        return [round(region.x + x), round(region.y + (view.bottom + view.top) / 2)]


def scrub_height():
    """The height of the frame numbers of the timeline."""
    region = region_of("WINDOW", "DOPESHEET_EDITOR")
    return region.y + region.height - 8


def show_frames(first, last):
    """Let the timeline show some frames only."""
    with override("WINDOW", "DOPESHEET_EDITOR"):
        view, height = bpy.context.region.view2d, bpy.context.region.height
        edges = [view.view_to_region(frame, 0, clip=False)[0] for frame in (first, last)]
        bpy.ops.view2d.zoom_border(
            xmin=edges[0], xmax=edges[1], ymin=0, ymax=height, zoom_out=False, wait_for_input=False
        )


def mouth():
    """The jaw's shape key over the first words."""
    keys = next(mesh.data.shape_keys for mesh in bpy.data.objects if mesh.type == "MESH" and mesh.data.shape_keys)
    curve = next(each for each in keys.animation_data.action.fcurves if '"jawOpen"' in each.data_path)
    return [round(curve.evaluate(frame), 4) for frame in range(20, 60)]


def name_words(names):
    """Give the first words of the take other texts."""
    listed = action().mambatalk_take.words
    for entry, name in zip(listed, names, strict=False):
        entry.name = name


def digest():
    """A hash of all keys of the body, which can be compared after Blender has started again."""
    parts = [f"{path} {index}".encode() + points.tobytes() for (path, index), points in sorted(keys().items())]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def directions():
    """What the take was told, and its words: levels, markers, mood, locks."""
    own = action().mambatalk_take
    words = [[word.name, round(word.start_s, 3), round(word.end_s, 3)] for word in own.words]
    return [round(own.upper, 3), [[marker.kind, round(marker.start_s, 3)] for marker in own.markers], words]


def takes():
    """Names of the takes of the character, as the panel lists them."""
    return [each.name for each in module("addon.take.info").of_character(character())]
