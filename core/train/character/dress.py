"""Which face of the rest mesh is made of what: clothes instead of the body under them, hair, lips, eyes."""

import numpy as np

from ...body.skeleton import JOINT
from .skeleton import Fit
from .source import GROUPS, Source

# Linear colour and roughness. A quiet mannequin: readable hands and face, clothes that do not compete.
MATERIALS: dict[str, tuple[tuple[float, float, float], float]] = {
    "skin": ((0.56, 0.33, 0.235), 0.55),
    "lips": ((0.44, 0.17, 0.145), 0.45),
    "mouth": ((0.16, 0.03, 0.03), 0.7),
    "tongue": ((0.45, 0.14, 0.13), 0.45),
    "teeth": ((0.80, 0.77, 0.70), 0.3),
    "eye_white": ((0.82, 0.82, 0.80), 0.15),
    "iris": ((0.085, 0.14, 0.16), 0.1),
    "pupil": ((0.004, 0.004, 0.004), 0.08),
    "lashes": ((0.015, 0.010, 0.008), 0.8),
    "hair": ((0.030, 0.018, 0.012), 0.65),
    "top": ((0.035, 0.055, 0.085), 0.85),
    "trousers": ((0.055, 0.052, 0.050), 0.9),
    "shoes": ((0.018, 0.016, 0.015), 0.5),
}
MATERIAL = {name: index for index, name in enumerate(MATERIALS)}
# A plane through the base of the neck, lower in front: clothes below it, skin above.
COLLAR_ABOVE_NECK_M = -0.012
COLLAR_NORMAL = np.array([0.0, 0.93, 0.36])
UNDERLAP_M = 0.035
WAIST_ABOVE_HIPS_M = 0.105
SHOE_ABOVE_ANKLE_M = 0.012
IRIS_M, PUPIL_M = 0.0060, 0.0028


def dress(source: Source, vertices: np.ndarray, fit: Fit) -> tuple[np.ndarray, np.ndarray]:
    """Choose the faces to keep.

    Args:
        source: the body.
        vertices: (N, 3) its vertices in the rest pose.
        fit: the skeleton.

    Returns:
        faces (F, 4) of vertex indices and their materials (F,).
    """
    middle = vertices[source.faces].mean(axis=1)
    group = np.array(list(GROUPS))[source.face_group]
    material = np.full(len(source.faces), -1)
    above = collar_distance(middle, fit)
    wrist = fit.rest[JOINT["left_wrist"], 0]
    is_hand = np.abs(middle[:, 0]) > wrist - UNDERLAP_M
    is_head = (np.abs(middle[:, 0]) < 0.3) & (above > -UNDERLAP_M)
    body = group == "body"
    material[body & (is_hand | is_head)] = MATERIAL["skin"]
    kept = material >= 0
    material[kept & _painted(source, "lips")] = MATERIAL["lips"]
    material[kept & _painted(source, "inside-mouth")] = MATERIAL["mouth"]
    clothes = (group == "clothes") & (above < 0)
    hips, ankle = fit.rest[JOINT["left_hip"], 1], fit.rest[JOINT["left_ankle"], 1]
    height = np.where(np.abs(middle[:, 0]) < 0.35, middle[:, 1], np.inf)
    material[clothes] = MATERIAL["top"]
    material[clothes & (height < hips + WAIST_ABOVE_HIPS_M)] = MATERIAL["trousers"]
    material[clothes & (height < ankle + SHOE_ABOVE_ANKLE_M)] = MATERIAL["shoes"]
    for name in ("teeth", "tongue", "lashes"):
        material[group == name] = MATERIAL[name]
    eyes = group == "eyes"
    material[eyes] = _eye_material(middle[eyes], fit)
    return source.faces[material >= 0], material[material >= 0]


def collar_distance(points: np.ndarray, fit: Fit) -> np.ndarray:
    """Metres (...,) above the plane where the clothes end at the neck."""
    normal = COLLAR_NORMAL / np.linalg.norm(COLLAR_NORMAL)
    return (points - fit.rest[JOINT["neck"]]) @ normal - COLLAR_ABOVE_NECK_M


def _painted(source: Source, mask: str) -> np.ndarray:
    image = source.masks[mask]
    has_uv = np.isfinite(source.uv[:, 0])
    uv = np.where(has_uv[:, None], source.uv, 0.0)
    row = np.clip(((1 - uv[:, 1]) * image.shape[0]).astype(int), 0, image.shape[0] - 1)
    column = np.clip((uv[:, 0] * image.shape[1]).astype(int), 0, image.shape[1] - 1)
    return has_uv & (image[row, column] > 0.5)


def _eye_material(middle: np.ndarray, fit: Fit) -> np.ndarray:
    centre = fit.rest[JOINT["left_eye_smplhf"]]
    offset = middle * [1, 1, 1]
    offset[:, 0] = np.abs(offset[:, 0])
    offset = offset - centre
    from_axis = np.hypot(offset[:, 0], offset[:, 1])
    front = offset[:, 2] > 0
    material = np.full(len(middle), MATERIAL["eye_white"])
    material[front & (from_axis < IRIS_M)] = MATERIAL["iris"]
    material[front & (from_axis < PUPIL_M)] = MATERIAL["pupil"]
    return material
