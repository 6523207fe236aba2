"""Materials of the character, and the meshes that carry them: skin, clothes, hair, brows, lips and eyes."""

import numpy as np
from scipy.spatial import cKDTree

from core.body.skeleton import JOINT
from training.character.anny_body import GROUPS, Source
from training.character.mesh import Mesh, cut, join, refined
from training.character.skeleton import Fit

# Linear colour and roughness. A plain mannequin: hands and face are easy to see, and clothes do not distract from them.
MATERIALS: dict[str, tuple[tuple[float, float, float], float]] = {
    "skin": ((0.56, 0.33, 0.235), 0.55),
    "lips": ((0.47, 0.20, 0.165), 0.45),
    "mouth": ((0.26, 0.055, 0.05), 0.7),
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
COLLAR_ABOVE_NECK_M = 0.002
COLLAR_NORMAL = np.array([0.0, 0.93, 0.36])
# Metres by which the skin reaches under the clothes.
COLLAR_UNDERLAP_M, CUFF_UNDERLAP_M = 0.04, 0.06
WAIST_ABOVE_HIPS_M = 0.09
SHOE_ABOVE_ANKLE_M = 0.008
CLOTH_M = 0.005
IRIS_M, PUPIL_M = 0.0060, 0.0028
LASH_LENGTH = 0.28
# Hairline: metres above the eyes by degrees around the head, from the front.
HAIRLINE = np.array(
    [[0, 0.066], [25, 0.064], [42, 0.052], [52, 0.036], [62, 0.016], [72, 0.012], [78, 0.026], [92, 0.034],
     [104, 0.026], [114, -0.020], [130, -0.062], [180, -0.070]]
)  # fmt: skip
HAIR_M = 0.011
# Brow: metres from the middle of the face, metres above the eyes, height in metres.
BROW = np.array(
    [[0.0105, 0.0165, 0.0010], [0.0125, 0.0172, 0.0062], [0.020, 0.0195, 0.0070], [0.034, 0.0235, 0.0058],
     [0.046, 0.0215, 0.0034], [0.0535, 0.0165, 0.0006]]
)  # fmt: skip
BROW_M = 0.0009


def dress(source: Source, vertices: np.ndarray, weights: np.ndarray, shapes: np.ndarray, fit: Fit) -> Mesh:
    """Return the dressed character in its rest pose.

    Args:
        source: the body: faces, groups, painted masks.
        vertices: (N, 3) its vertices in the rest pose.
        weights: (N, 55).
        shapes: (52, N, 3) in the rest pose.
        fit: the skeleton.
    """
    group = np.array(list(GROUPS))[source.face_group]
    everything = Mesh(vertices, weights, shapes, source.faces, np.full(len(source.faces), MATERIAL["skin"]))
    for mask, material in (("lips", "lips"), ("inside-mouth", "mouth")):
        everything = everything.painted(MATERIAL[material], _painted(source, mask) & (group == "body"))
    parts = {name: everything.take(group == name) for name in GROUPS}
    for name in ("teeth", "tongue", "lashes"):
        parts[name] = parts[name].painted(MATERIAL[name])
    skin = parts["body"]
    parts["lashes"] = _shorter(parts["lashes"], skin)
    parts["eyes"] = _eyes(parts["eyes"], fit)
    brows = _brows(skin, fit)
    parts["body"] = _hair(_uncovered(skin, fit), fit)
    parts["clothes"] = _clothes(parts["clothes"], fit)
    return join([*parts.values(), brows])


def collar_distance(points: np.ndarray, fit: Fit) -> np.ndarray:
    """Return how far points are above the plane where the clothes end at the neck, metres (...,)."""
    normal = COLLAR_NORMAL / np.linalg.norm(COLLAR_NORMAL)
    return (points - fit.rest[JOINT["neck"]]) @ normal - COLLAR_ABOVE_NECK_M


def _uncovered(skin: Mesh, fit: Fit) -> Mesh:
    middle = skin.middles()
    across = np.abs(middle[:, 0])
    is_hand = across > fit.rest[JOINT["left_wrist"], 0] - CUFF_UNDERLAP_M
    is_head = (across < 0.11) & (collar_distance(middle, fit) > -COLLAR_UNDERLAP_M)
    return skin.take(is_hand | is_head)


def _clothes(suit: Mesh, fit: Fit) -> Mesh:
    suit = suit.inflated(CLOTH_M)
    # a shoe is flat underneath
    suit.vertices[:, 1] = np.maximum(suit.vertices[:, 1], 0.0)
    suit, kept = cut(suit, lambda points: -collar_distance(points, fit))
    suit = suit.take(kept).painted(MATERIAL["top"])
    arm = fit.rest[JOINT["left_shoulder"], 0] * 2
    for name, height in (
        ("trousers", fit.rest[JOINT["left_hip"], 1] + WAIST_ABOVE_HIPS_M),
        ("shoes", fit.rest[JOINT["left_ankle"], 1] + SHOE_ABOVE_ANKLE_M),
    ):

        def below(points: np.ndarray, height: float = height) -> np.ndarray:
            return np.where(np.abs(points[..., 0]) < arm, height - points[..., 1], -1.0)

        suit, inside = cut(suit, below)
        suit = suit.painted(MATERIAL[name], inside)
    return suit


def _hair(skin: Mesh, fit: Fit) -> Mesh:
    eye, head = fit.rest[JOINT["left_eye_smplhf"]], fit.rest[JOINT["head"]]

    def level(points: np.ndarray) -> np.ndarray:
        around = np.degrees(np.arctan2(np.abs(points[..., 0]), points[..., 2] - head[2]))
        height = points[..., 1] - eye[1] - np.interp(around, *HAIRLINE.T)
        return np.where(np.abs(points[..., 0]) < 0.3, height, -1.0)

    skin, inside = cut(skin, level)
    depth = np.clip(level(skin.vertices) / 0.03, 0.0, 1.0)
    return skin.painted(MATERIAL["hair"], inside).inflated(HAIR_M * np.sqrt(depth))


def _brows(skin: Mesh, fit: Fit) -> Mesh:
    eye = fit.rest[JOINT["left_eye_smplhf"]]

    def level(points: np.ndarray) -> np.ndarray:
        across, above = np.abs(points[..., 0]), points[..., 1] - eye[1]
        middle, height = np.interp(across, BROW[:, 0], BROW[:, 1]), np.interp(across, BROW[:, 0], BROW[:, 2])
        band = height / 2 - np.abs(above - middle)
        ends = np.minimum(across - BROW[0, 0], BROW[-1, 0] - across)
        return np.minimum(band, ends)

    middle = skin.middles()
    near = (level(middle) > -0.01) & (middle[:, 2] > eye[2] - 0.02)
    fine = refined(refined(skin.take(near)))
    fine, inside = cut(fine, level)
    return fine.inflated(BROW_M).take(inside).painted(MATERIAL["hair"])


def _shorter(lashes: Mesh, skin: Mesh) -> Mesh:
    """Shorten the lashes: without a texture, long ones look like a solid fan; short ones mark the edge of the lid."""
    _, root = cKDTree(skin.vertices).query(lashes.vertices)
    blend = lambda own, lid: lid + (own - lid) * LASH_LENGTH  # noqa: E731
    return Mesh(
        blend(lashes.vertices, skin.vertices[root]),
        lashes.weights,
        blend(lashes.shapes, skin.shapes[:, root]),
        lashes.faces,
        lashes.material,
    )


def _painted(source: Source, mask: str) -> np.ndarray:
    image = source.masks[mask]
    has_uv = np.isfinite(source.uv[:, 0])
    uv = np.where(has_uv[:, None], source.uv, 0.0)
    row = np.clip(((1 - uv[:, 1]) * image.shape[0]).astype(int), 0, image.shape[0] - 1)
    column = np.clip((uv[:, 0] * image.shape[1]).astype(int), 0, image.shape[1] - 1)
    return has_uv & (image[row, column] > 0.5)


def _eyes(balls: Mesh, fit: Fit) -> Mesh:
    """Return finer eyeballs with round irises and pupils."""
    balls = refined(balls).painted(MATERIAL["eye_white"])
    centre = fit.rest[JOINT["left_eye_smplhf"]]

    # the new vertices lie on chords
    side = np.where(balls.vertices[:, :1] > 0, 1.0, -1.0) * [1, 0, 0] + [0, 1, 1]
    from_centre = balls.vertices * side - centre
    radius = np.linalg.norm(from_centre, axis=1, keepdims=True)
    balls.vertices[:] = (centre + from_centre * (radius.max() / radius)) * side
    for name, size in (("iris", IRIS_M), ("pupil", PUPIL_M)):

        def level(points: np.ndarray, size: float = size) -> np.ndarray:
            across = np.hypot(np.abs(points[..., 0]) - centre[0], points[..., 1] - centre[1])
            return np.where(points[..., 2] > centre[2], size - across, -size)

        balls, inside = cut(balls, level)
        balls = balls.painted(MATERIAL[name], inside)
    return balls
