"""Where a new character stands: at the 3D cursor, or beside what stands there already.

    seen from above, with X to the right:

        ┌──────┐
        │ cube │ ←gap→ ├── body ──┤       the body moves along X, as little as it must
        └──────┘

A box is an array (2, 3) in world axes, metres: the lowest and the highest corner.
"""

from collections.abc import Iterable

import bpy
import numpy as np

from .armature import meshes_of

# Room between a body and what it stands beside, metres.
GAP_M = 0.1
# A body that has no free place within this distance stays where it is.
FURTHEST_M = 8.0
# Boxes that share less than this height or width only touch, as soles and floor do.
_TOUCH_M = 0.02


def stand_at_cursor(context: bpy.types.Context, armature: bpy.types.Object) -> None:
    """Move an armature, whose soles are at its origin, to the 3D cursor, or beside the meshes that are there."""
    armature.location = context.scene.cursor.location
    context.view_layer.update()
    own = meshes_of(armature)
    meshes = [each for each in context.view_layer.objects if each.type == "MESH" and each not in own]
    others = [box_of(context, [each]) for each in meshes if each.visible_get(view_layer=context.view_layer)]
    armature.location.x += free_shift(box_of(context, own or [armature]), others)


def box_of(context: bpy.types.Context, objects: Iterable[bpy.types.Object]) -> np.ndarray:
    """Return the box (2, 3) around objects, as modifiers and animation leave them now: its least and greatest corner.

    Metres, in the scene's axes.
    """
    graph = context.evaluated_depsgraph_get()
    corners = []
    for each in objects:
        evaluated = each.evaluated_get(graph)
        matrix = np.array(evaluated.matrix_world)
        corners.append(np.array(evaluated.bound_box) @ matrix[:3, :3].T + matrix[:3, 3])
    every = np.concatenate(corners)
    return np.array([every.min(axis=0), every.max(axis=0)])


def free_shift(box: np.ndarray, others: list[np.ndarray]) -> float:
    """Return how far, metres, a box (2, 3) must move along X so that it meets none of the others (as `box_of`).

    It is 0 where no place is near enough.

    It moves to the side of positive X, if it can: characters that are added one after another stand in a row. A mesh
    whose box holds the whole body is what the body stands in, such as a room.
    """
    others = [each for each in others if not _is_around(each, box)]
    shifts = [0.0]
    for other in others:
        shifts += [other[1, 0] - box[0, 0] + GAP_M, other[0, 0] - box[1, 0] - GAP_M]
    for shift in sorted(shifts, key=lambda shift: (shift < 0, abs(shift))):
        moved = box + np.array([shift, 0.0, 0.0])
        if abs(shift) <= FURTHEST_M and not any(_meet(moved, other) for other in others):
            return float(shift)
    return 0.0


def _is_around(other: np.ndarray, box: np.ndarray) -> bool:
    """Whether a box leaves room around another one, on all sides and above."""
    room = np.concatenate([(box[0] - other[0])[:2], other[1] - box[1]])
    return bool((room > GAP_M).all() and other[0, 2] < box[0, 2] + _TOUCH_M)


def _meet(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((np.minimum(one[1], other[1]) - np.maximum(one[0], other[0]) > _TOUCH_M).all())
