"""Keys of a character's face: values of shape keys from a motion's expression, and the expression from keyed values.

A motion's expression has one of two bases: 52 ARKit weights, or 100 SMPL-X coefficients ("FLAME"). Shape keys play
signals of either, by the rows of a table (see `names`):

    expression (T, 52) or (T, 100) ──▶ signals (T,) by name ──▶ value of a key = gain · sum of signals + offset
"""

from collections.abc import Iterable, Sequence

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.parts import ARKIT_NAMES, EXPRESSION_WIDTHS
from ...core.errors import GestureError
from ...core.face.jaw_and_eyes import with_face_joints
from ...core.face.visemes import VISEMES, fit_visemes
from ..blender import versions
from ..blender.fcurves import Channel
from ..blender.paths import shape_key_path
from ..character import armature as character_armature
from . import flame as face_flame
from . import names as face_names
from .names import FLAME, VISEME, Row

_GROUP = "Face"
OVERRIDE_MESH = "override the mesh's data, too, with the chain beside its name in the Object Data tab"


def find_face_mesh(armature: bpy.types.Object) -> bpy.types.Object | None:
    """Return the mesh of an armature with the most shape keys that play expressions; None where no mesh has any."""
    best, most = None, 0
    for candidate in character_armature.meshes_of(armature):
        keys = candidate.data.shape_keys
        count = 0 if keys is None else len(face_names.rows_of(keys))
        if count > most:
            best, most = candidate, count
    return best


def face_keys(armature: bpy.types.Object) -> list[bpy.types.Key]:
    """Return the shape keys of every mesh of a character that plays expressions, the main face first."""
    main = find_face_mesh(armature)
    every = [] if main is None else [main.data.shape_keys]
    for mesh in character_armature.meshes_of(armature):
        keys = mesh.data.shape_keys
        if keys is not None and keys not in every and face_names.rows_of(keys):
            every.append(keys)
    return every


def with_bones(motion: Motion, armature: bpy.types.Object) -> Motion:
    """Turn jaw and eye joints by the motion's expression, where the character has no shape keys for them."""
    by_keys = parts_by_keys(armature)
    return with_face_joints(motion, jaw="jaw" not in by_keys, eyes="left_eye" not in by_keys)


def opens_by_bone(armature: bpy.types.Object) -> bool:
    """Return whether only a jaw bone can open a character's mouth."""
    return "jaw" not in parts_by_keys(armature)


def parts_by_keys(armature: bpy.types.Object) -> tuple[str, ...]:
    """Return the parts of a character's face that shape keys move: if bones moved them, too, they would move twice."""
    signals = {
        signal
        for keys in face_keys(armature)
        for row in face_names.rows_of(keys)
        for signal in face_names.parse(row.source)
    }
    # SMPL-X's coefficients do not open the mouth; its jaw does.
    mouth = any(signal == "jawOpen" or signal.startswith(VISEME) for signal in signals)
    eyes = any(signal.startswith("eyeLook") for signal in signals)
    return (*(("jaw",) if mouth else ()), *(("left_eye", "right_eye") if eyes else ()))


def channels(motion: Motion, keys: bpy.types.Key, shapes: Sequence[int] | None = None) -> list[Channel]:
    """Return the values over time of every shape key that plays a signal of a motion's expression.

    Shape keys that a driver moves are left out, because keyframes on them would do nothing.

    Args:
        motion: with ARKit weights or FLAME coefficients.
        keys: the shape keys of one mesh.
        shapes: only keys that play one of these ARKit shapes are returned; None means all.
    """
    rows = [
        row
        for row in face_names.rows_of(keys)
        if row.key in keys.key_blocks and shape_key_path(row.key) not in _driven(keys)
    ]
    if shapes is not None:
        wanted = {ARKIT_NAMES[index] for index in shapes}
        # Every mouth shape and FLAME coefficient depends on all ARKit shapes.
        rows = [row for row in rows if any(s in wanted or s not in ARKIT_NAMES for s in face_names.parse(row.source))]
    signals = _signals(motion, rows)
    found = []
    for row in rows:
        terms = face_names.parse(row.source)
        if not terms.keys() <= signals.keys():
            continue
        block = keys.key_blocks[row.key]
        value = row.gain * sum(factor * signals[name] for name, factor in terms.items()) + row.offset
        found.append(
            Channel(shape_key_path(row.key), np.clip(value, block.slider_min, block.slider_max)[:, None], _GROUP)
        )
    return found


def _signals(motion: Motion, rows: Iterable[Row]) -> dict[str, np.ndarray]:
    """Compute the signals (T,) that the rows need, by name; those that the motion cannot give are left out."""
    names = {name for row in rows for name in face_names.parse(row.source)}
    flame = [name for name in names if name.startswith(FLAME)]
    visemes = sorted(name.removeprefix(VISEME) for name in names if name.startswith(VISEME))
    signals: dict[str, np.ndarray] = {}
    coefficients = face_flame.coefficients(motion) if flame else None
    if coefficients is not None:
        signals |= {name: coefficients[:, int(name.removeprefix(FLAME))] for name in flame}
    weights = face_flame.arkit_weights(motion) if len(flame) < len(names) else None
    if weights is None:
        return signals
    signals |= dict(zip(ARKIT_NAMES, weights.T, strict=True))
    # The first mouth shape is silence: it never moves.
    shaped = [viseme for viseme in visemes if viseme != VISEMES[0]]
    if shaped:
        signals |= {f"{VISEME}{name}": mix for name, mix in zip(shaped, fit_visemes(weights, shaped).T, strict=True)}
    if VISEMES[0] in visemes:
        signals[f"{VISEME}{VISEMES[0]}"] = np.zeros(motion.frame_count)
    return signals


def notes(armature: bpy.types.Object, motion: Motion) -> list[str]:
    """Return lines that say which part of a motion's face a character cannot show, and why."""
    if not np.abs(motion.expression).max(initial=0.0) > 0:
        return []
    every = face_keys(armature)
    if not every:
        return [f"{armature.name} has no shape keys of a known face: only jaw and eye bones move"]
    said = []
    for keys in every:
        driven = [row.key for row in face_names.rows_of(keys) if shape_key_path(row.key) in _driven(keys)]
        if driven:
            said.append(f"{len(driven)} shape keys ({driven[0]}, …) are moved by drivers and were left alone")
        if not is_editable(keys):
            said.append(
                f"The shape keys of {keys.user.name} belong to another file and were left alone: {OVERRIDE_MESH}"
            )
    if motion.face_basis == "flame100" and not any(channels(motion, keys) for keys in every):
        said.append(face_flame.WHY_ONLY_JAW)
    return said


def is_editable(keys: bpy.types.Key) -> bool:
    """Return whether shape keys can be animated here."""
    return keys.library is None


def require_editable(keys: bpy.types.Key) -> None:
    """Make sure that shape keys can be keyed here.

    Raises:
        GestureError: the shape keys belong to another file.
    """
    if not is_editable(keys):
        raise GestureError(
            f"The shape keys of {keys.user.name} belong to another file.",
            remedy=f"Use Object > Library Override > Make on the character, and {OVERRIDE_MESH}.",
        )


def _driven(keys: bpy.types.Key) -> set[str]:
    """Return the data paths that drivers move."""
    data = keys.animation_data
    return set() if data is None else {driver.data_path for driver in data.drivers}


def read(motion: Motion, armature: bpy.types.Object, action: bpy.types.Action, frames: np.ndarray) -> Motion:
    """Give a motion the face that an action keys at scene frames (T,).

    The face is read as ARKit weights, or else as SMPL-X's coefficients; without either the motion keeps its face.
    """
    if (weights := read_arkit(armature, action, frames)) is not None:
        return motion.replace(expression=weights, face_basis="arkit52")
    names = [f"{FLAME}{index:03d}" for index in range(EXPRESSION_WIDTHS["flame100"])]
    if (coefficients := _read(armature, action, frames, names)) is not None:
        return motion.replace(expression=coefficients, face_basis="flame100")
    return motion


def read_arkit(armature: bpy.types.Object, action: bpy.types.Action, frames: np.ndarray) -> np.ndarray | None:
    """Read the ARKit weights (T, 52) that an action keys on a character at scene frames (T,); None without any."""
    return _read(armature, action, frames, ARKIT_NAMES)


def _read(armature, action, frames: np.ndarray, names: Sequence[str]) -> np.ndarray | None:
    """Compute signals (T, S) from keyed shape keys, through their gain and offset.

    Only shape keys that play a single signal count. Where several play the same one, the signal is their mean. The
    result is None where no signal is keyed.
    """
    number = {name: index for index, name in enumerate(names)}
    total, count = np.zeros((len(frames), len(names))), np.zeros(len(names))
    for keys in face_keys(armature):
        own = versions.action_for(action, keys)
        curves = {} if own is None else {curve.data_path: curve for curve in versions.curves_for(own, keys)}
        for row in face_names.rows_of(keys):
            curve, terms = curves.get(shape_key_path(row.key)), face_names.parse(row.source)
            (name, factor), *more = terms.items()
            if curve is None or more or name not in number or not row.gain * factor:
                continue
            values = np.array([curve.evaluate(frame) for frame in frames])
            total[:, number[name]] += (values - row.offset) / (row.gain * factor)
            count[number[name]] += 1
    return total / np.maximum(count, 1) if count.any() else None
