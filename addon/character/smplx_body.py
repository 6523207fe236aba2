"""The exact SMPL-X body as a character, built from what the worker computed of the user's model file.

The mesh has three kinds of shape keys: "Shape000" and on for the person, "Exp000" and on for the face, and
"Pose000" and on for correctives. A corrective repairs the skin at a bent joint; a driver lets it follow the
joint's bone.
"""

import bpy
import numpy as np

from ...core.body.skeleton import JOINT_NAMES
from ...core.errors import GestureError
from ...core.smplx.body import SmplxBody
from ..blender import paths, versions
from . import armature as character_armature
from . import building
from . import mesh as character_mesh
from .bone_space import TO_BLENDER, RestSpace

# Custom property of the armature, (E, 55, 3) float32: how far each coefficient of the expression moves the joints, in
# metres.
EXPRESSION_JOINTS = "mambatalk_expression_joints"
# Blender's sliders of shape keys end at this value.
SLIDER_LIMIT = 10.0
# Shapes that move no vertex further than this are left out, metres.
_NOTHING_M = 1e-7
_SKIN = ("skin", (0.56, 0.39, 0.31, 0.55))


def add_smplx_body(
    context: bpy.types.Context, body: SmplxBody, name: str, collection: bpy.types.Collection | None = None
) -> bpy.types.Object:
    """Build the armature and the mesh of a body; mode, active object and selection stay as they were.

    Armature space is the model's own space in Blender's axes. So a keyed motion puts the body where the model would.

    Args:
        context: its scene and view layer get the body.
        body: the worker's answer.
        name: name of the armature; the mesh is called "NAME Body".
        collection: gets both objects; None means the context's.

    Returns:
        The armature object; until it is animated, its soles are on Z = 0.

    Raises:
        GestureError: a coefficient of the person is larger than Blender's sliders allow.
    """
    if np.abs(body.betas).max(initial=0.0) > SLIDER_LIMIT:
        raise GestureError(
            f"A shape coefficient of {body.betas[np.abs(body.betas).argmax()]:.3g} is no person's.",
            remedy="Coefficients are mostly between -3 and 3, and at most 10.",
        )
    with building.built(context, _asset(body), name, collection) as (armature, mesh):
        _set_uv(mesh.data, body)
        _set_sliders(mesh.data.shape_keys, body)
        _drive_correctives(mesh.data.shape_keys, armature)
    versions.set_bytes(armature, EXPRESSION_JOINTS, np.asarray(body.expression_joints, "<f4").tobytes())
    pelvis = armature.pose.bones[JOINT_NAMES[0]]
    lift = TO_BLENDER @ [0.0, -float(body.vertices[:, 1].min()), 0.0]
    pelvis.location = np.array(pelvis.bone.matrix_local.to_3x3()).T @ lift
    return armature


def remove(armature: bpy.types.Object) -> None:
    """Delete a body, with its meshes and materials."""
    meshes = character_armature.meshes_of(armature)
    made = [*(mesh for body in meshes for mesh in (*body.data.materials, body.data)), armature.data]
    bpy.data.batch_remove([*meshes, armature, *made])


def _asset(body: SmplxBody) -> character_mesh.Asset:
    """Return a body as the asset from which characters are built."""
    shapes = {f"Shape{index:03d}": shape for index, shape in enumerate(body.shapes)}
    shapes |= {f"Exp{index:03d}": shape for index, shape in enumerate(body.skinned_expressions())}
    shapes |= {f"Pose{index:03d}": shape for index, shape in enumerate(body.correctives) if _moves(shape)}
    moved = [np.flatnonzero(np.abs(shape).max(axis=1) > 0) for shape in shapes.values()]
    faces = np.full((len(body.faces), 4), character_mesh.NO_VERTEX, np.int64)
    faces[:, :3] = body.faces
    # The vertex with the most joints decides how many joints every vertex lists.
    most = max(int((body.weights > 0).sum(axis=1).max(initial=1)), 1)
    joints = np.argsort(-body.weights, axis=1, kind="stable")[:, :most]
    name, colour = _SKIN
    return character_mesh.Asset(
        vertices=body.template,
        faces=faces,
        face_material=np.zeros(len(faces), np.int64),
        material_names=np.array([name]),
        material_colours=np.array([colour]),
        weight_joints=joints,
        weights=np.take_along_axis(body.weights, joints, axis=1),
        shape_names=np.array(list(shapes)),
        shape_starts=np.cumsum([0, *(len(vertices) for vertices in moved)]),
        shape_vertices=np.concatenate(moved),
        shape_deltas=np.concatenate([shape[vertices] for shape, vertices in zip(shapes.values(), moved, strict=True)]),
        rest_joints=body.rest_joints,
    )


def _moves(shape: np.ndarray) -> bool:
    """Return whether a shape (V, 3) moves any vertex."""
    return float(np.abs(shape).max(initial=0.0)) > _NOTHING_M


def _set_uv(mesh: bpy.types.Mesh, body: SmplxBody) -> None:
    """Give the mesh its texture coordinates."""
    corners = body.uv.reshape(-1, 2)
    # Blender removes faces without area. Then corners are missing, and coordinates cannot be assigned to the rest.
    if len(corners) and len(corners) == len(mesh.loops):
        layer = mesh.uv_layers.new(name="UVMap")
        layer.data.foreach_set("uv", np.ascontiguousarray(corners, np.float32).ravel())


def _set_sliders(keys: bpy.types.Key, body: SmplxBody) -> None:
    """Widen the range of the shape keys, and set those of the person."""
    for block in keys.key_blocks[1:]:
        block.slider_min, block.slider_max = -SLIDER_LIMIT, SLIDER_LIMIT
    for index, beta in enumerate(body.betas):
        keys.key_blocks[f"Shape{index:03d}"].value = beta


def _drive_correctives(keys: bpy.types.Key, armature: bpy.types.Object) -> None:
    """Give each corrective a driver that follows one element of its joint's rotation matrix.

    So correctives are right in any pose, also between keys. The expressions are plain arithmetic: Blender computes them
    without Python, so they also work where scripts may not run.
    """
    axes = RestSpace.of(armature).joint_axes
    for block in keys.key_blocks:
        if not block.name.startswith("Pose"):
            continue
        joint, number = divmod(int(block.name.removeprefix("Pose")), 9)
        joint += 1
        driver = block.driver_add("value").driver
        driver.type = "SCRIPTED"
        for index, letter in enumerate("wxyz"):
            variable = driver.variables.new()
            variable.name = letter
            variable.targets[0].id = armature
            variable.targets[0].data_path = f"{paths.bone_path(JOINT_NAMES[joint])}.rotation_quaternion[{index}]"
        driver.expression = matrix_expression(axes[joint], *divmod(number, 3))


def matrix_expression(axes: np.ndarray, row: int, column: int) -> str:
    """Write an element of a joint's rotation matrix, less the identity, as a formula of its bone's quaternion.

    Let p be `axes` times (x, y, z), which is the quaternion's vector in the model's axes, and n = w² + x² + y² + z².

        element (i, j) = 2 (p_i p_j ± w p_k) / n         off the diagonal; k is the third index
        element (i, i) = 2 (p_i² - x² - y² - z²) / n     on the diagonal

    Args:
        axes: (3, 3) the bone's rest axes, as columns, in the model's axes.
        row: row of the element.
        column: column of the element.
    """
    terms = ["(" + "".join(f"{axes[i, k]:+.6f}*{letter}" for k, letter in enumerate("xyz")) + ")" for i in range(3)]
    if row == column:
        inner = f"{terms[row]}*{terms[row]}-x*x-y*y-z*z"
    else:
        sign = "-" if (column - row) % 3 == 1 else "+"
        inner = f"{terms[row]}*{terms[column]}{sign}w*{terms[3 - row - column]}"
    return f"2*({inner})/(w*w+x*x+y*y+z*z)"
