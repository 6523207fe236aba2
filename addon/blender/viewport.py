"""Show something whole in the 3D view, in the part of it that the sidebar and the toolbar leave free.

A view looks along its -Z axis at a point, from a distance. In a perspective view of Blender, the longer side of the
region shows `_SENSOR_MM / lens` metres for each metre of distance; an orthographic view shows as much at any depth.
"""

from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Euler, Quaternion

# Blender shows twice its sensor of 36 mm in a view.
_SENSOR_MM = 72.0
# How much of the free part is filled.
_FILLED = 0.85
# A view from the front, a little from the side and from above, radians.
FRONT = Euler((1.4, 0.0, -0.3)).to_quaternion()
# A view is not moved closer than this, metres.
_LEAST_M = 0.5


@dataclass(frozen=True)
class Glass:
    """The region of a 3D view, and what covers it.

    Attributes:
        width, height: width and height of the region, pixels.
        left, right: how many pixels the toolbar and the sidebar cover.
        lens: focal length of the view, mm.
    """

    width: int
    height: int
    left: int
    right: int
    lens: float


def frame(context: bpy.types.Context, box: np.ndarray, turn: Quaternion | None = None) -> bool:
    """Move the 3D view so that it shows a box.

    Args:
        context: where the user works.
        box: (2, 3) lowest and highest corner, metres.
        turn: the rotation of the view; None leaves it as it is.

    Returns:
        Whether there is a 3D view; in background mode there is none.
    """
    area = view_area(context)
    if area is None:
        return False
    space = area.spaces.active
    regions = {region.type: region for region in area.regions}
    window, bars = regions["WINDOW"], [regions.get(kind) for kind in ("TOOLS", "UI")]
    overlap = context.preferences.system.use_region_overlap
    left, right = (bar.width if overlap and bar is not None and bar.width > 1 else 0 for bar in bars)
    view = space.region_3d
    if view.view_perspective == "CAMERA":
        view.view_perspective = "PERSP"
    if turn is not None:
        view.view_rotation = turn
    rotation = np.array((turn or view.view_rotation).to_matrix())
    glass = Glass(window.width, window.height, left, right, space.lens)
    view.view_location, view.view_distance = place(box, rotation, glass)
    area.tag_redraw()
    return True


def view_area(context: bpy.types.Context) -> bpy.types.Area | None:
    """Return the 3D view that the user works in, else the largest one of the window; None where there is none."""
    if bpy.app.background or context.window is None:
        return None
    if context.area is not None and context.area.type == "VIEW_3D":
        return context.area
    areas = [area for area in context.window.screen.areas if area.type == "VIEW_3D"]
    return max(areas, key=lambda area: area.width * area.height, default=None)


def place(box: np.ndarray, rotation: np.ndarray, glass: Glass) -> tuple[np.ndarray, float]:
    """Return the point (3,) that a view must look at, and its distance from the point, metres, to show a box.

    Args:
        box: (2, 3) lowest and highest corner.
        rotation: (3, 3) axes of the view as columns: right, up, towards the eye.
        glass: where the box must be seen.
    """
    corners = np.array([[box[i, 0], box[j, 1], box[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    centre = box.mean(axis=0)
    half = np.abs((corners - centre) @ rotation).max(axis=0)
    longer = max(glass.width, glass.height)
    # Half the visible width and height at a distance of 1 m.
    across = np.array([max(glass.width - glass.left - glass.right, longer / 8), glass.height]) / longer
    distance = max(float((half[:2] / (across * _FILLED)).max()) * 2 * glass.lens / _SENSOR_MM + half[2], _LEAST_M)
    metres_per_pixel = distance * _SENSOR_MM / glass.lens / longer
    return centre + rotation[:, 0] * (glass.right - glass.left) / 2 * metres_per_pixel, distance
