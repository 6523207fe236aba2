"""Translation between SMPL-X's facial coefficients and ARKit weights, through the user's own SMPL-X model file.

The bundled head and the head in the model file are compared once per file, which takes seconds; the solution is cached
in a file beside the takes. Without a model file the two cannot be translated.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.parts import ARKIT_NAMES
from ...core.face.flame import FlameArkit, ShapedHead, load_flame_head, solve
from ...core.face.jaw_and_eyes import JAW_SHAPES
from ...core.files import DAMAGED, whole_file
from ..character.mesh import NO_VERTEX, load_asset
from ..job import preferences
from ..job.folder import data_folder

WHY_ONLY_JAW = (
    "The face is in SMPL-X's own coefficients, of which only the jaw was transferred: for the rest choose your "
    "SMPLX_*.npz in the extension's preferences"
)


def arkit_weights(motion: Motion) -> np.ndarray | None:
    """Return the ARKit weights (T, 52) of a motion; None where that needs an SMPL-X file and none is set.

    Raises:
        GestureError: the file is missing or is no SMPL-X model.
    """
    if motion.face_basis == "arkit52":
        return motion.expression
    translation = _translation()
    return None if translation is None else translation.to_arkit(motion.expression)


def coefficients(motion: Motion) -> np.ndarray | None:
    """Return the SMPL-X coefficients (T, 100) of a motion; None where that needs an SMPL-X file and none is set.

    SMPL-X opens the mouth by the jaw joint. So the ARKit weights that open it are set to 0 before the translation.

    Raises:
        GestureError: the file is missing or is no SMPL-X model.
    """
    if motion.face_basis == "flame100":
        return motion.expression
    translation = _translation()
    if translation is None:
        return None
    weights = motion.expression.copy()
    weights[:, [ARKIT_NAMES.index(name) for name in JAW_SHAPES]] = 0.0
    return translation.to_flame(weights)


def _translation() -> FlameArkit | None:
    """Return the translation for the model file in the preferences; None where no file is set."""
    path = preferences.smplx_model(bpy.context)
    if path is None:
        return None
    stamp = path.stat().st_mtime_ns if path.exists() else 0
    return _solved(path, stamp)


@lru_cache(maxsize=2)
def _solved(path: Path, stamp: int) -> FlameArkit:
    """Load the solution for a model file from the cache, or solve it; `stamp` is the time of the file's last change."""
    name = hashlib.sha256(f"{path.resolve()} {stamp}".encode()).hexdigest()[:16]
    cache = data_folder("faces") / f"{name}.npz"
    try:
        with np.load(cache, allow_pickle=False) as data:
            return FlameArkit(**{key: data[key] for key in FlameArkit.__dataclass_fields__})
    except DAMAGED:
        pass
    solution = solve(load_flame_head(path), _bundled_head())
    with whole_file(cache) as temporary, temporary.open("wb") as file:
        np.savez(file, **vars(solution))
    return solution


def _bundled_head() -> ShapedHead:
    """Return the head of the bundled character with its 52 shapes, in triangles."""
    asset = load_asset()
    shapes = np.zeros((len(asset.shape_names), len(asset.vertices), 3))
    for index in range(len(shapes)):
        part = slice(asset.shape_starts[index], asset.shape_starts[index + 1])
        shapes[index, asset.shape_vertices[part]] = asset.shape_deltas[part]
    faces = asset.faces.astype(np.int64)
    quads = faces[faces[:, 3] != NO_VERTEX]
    triangles = np.concatenate([faces[:, :3], quads[:, [0, 2, 3]]])
    return ShapedHead(asset.vertices.astype(np.float64), triangles, shapes, asset.rest_joints.astype(np.float64))
