"""The face of a character: which shape keys play which expression."""

import bpy
import numpy as np

from ..core.body.parts import ARKIT_NAMES
from . import character, versions


def read_arkit(armature: bpy.types.Object, action: bpy.types.Action, frames: np.ndarray) -> np.ndarray | None:
    """ARKit weights (T, 52) that an action keys on a character's face at scene frames (T,); None when it keys none."""
    mesh = character.find_face_mesh(armature)
    if mesh is None:
        return None
    keys = mesh.data.shape_keys
    own = versions.action_for(action, keys)
    curves = {} if own is None else {curve.data_path: curve for curve in versions.curves_for(own, keys)}
    weights, found = np.zeros((len(frames), len(ARKIT_NAMES))), False
    for index, name in enumerate(ARKIT_NAMES):
        curve = curves.get(f'key_blocks["{name}"].value')
        if curve is not None:
            weights[:, index] = [curve.evaluate(frame) for frame in frames]
            found = True
    return weights if found else None
