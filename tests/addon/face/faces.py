"""What the tests of faces share: ARKit's names, takes keyed on a character, and keyed values."""

import bpy
import numpy as np

from ..conftest import curves_of, keys_of, wobble, write_take

FRAMES = 12
ARKIT = 17  # jawOpen


def arkit_names():
    from mambatalk_ext.core.body.parts import ARKIT_NAMES

    return ARKIT_NAMES


def perform(tmp_path, recording, motion=None, words=None):
    folder = write_take(tmp_path / "take", motion or wobble(FRAMES), recording, words or ())
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}


def values(keys, name):
    """The values of a shape key's curve at every frame of its keys; a value that never changes has two keys."""
    points = keys_of(curves_of(keys)[f'key_blocks["{name}"].value', 0])
    frames = np.arange(round(points[0, 0]), round(points[-1, 0]) + 1)
    return np.interp(frames, points[:, 0], points[:, 1])
