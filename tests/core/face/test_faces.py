"""Faces in other terms: mouth shapes, jaw and eye joints, and SMPL-X's coefficients through a stand-in model file."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from core.body.motion import Motion
from core.body.parts import ARKIT_NAMES
from core.errors import GestureError
from core.face.flame import ShapedHead, load_flame_head, solve
from core.face.jaw_and_eyes import with_face_joints
from core.face.least_squares import bounded_least_squares
from core.face.visemes import LIPS, TEMPLATES, VISEMES, blend_lips, fit_visemes, speak
from tests.conftest import ROOT

INDEX = {name: index for index, name in enumerate(ARKIT_NAMES)}


def test_bounded_least_squares_agrees_with_scipy():
    rng = np.random.default_rng(0)
    matrix, values = rng.normal(size=(40, 9)), rng.normal(size=(25, 40)) * 3
    found = bounded_least_squares(matrix.T @ matrix, values @ matrix, sweeps=500)
    for row, value in zip(found, values, strict=True):
        assert np.allclose(row, lsq_linear(matrix, value, (0, 1), tol=1e-12).x, atol=1e-4)


def test_every_mouth_shape_is_recognised_as_itself():
    spoken = [viseme for viseme in VISEMES if viseme != "sil"]
    mixes = fit_visemes(TEMPLATES[1:], spoken)
    assert (mixes.argmax(axis=1) == np.arange(14)).all()
    assert np.abs(mixes @ TEMPLATES[1:] - TEMPLATES[1:])[:, LIPS].max() < 0.05
    assert not fit_visemes(np.zeros((1, 52)), spoken).any()


def test_five_vowels_reach_the_opening_of_the_mouth():
    vowels = ("aa", "ih", "ou", "E", "oh")
    half = fit_visemes(0.5 * TEMPLATES[[VISEMES.index("aa")]], vowels)[0]
    assert half[0] == pytest.approx(0.5, abs=0.1)
    assert half[1:].max() < 0.1


def test_phones_shape_the_mouth_at_their_time():
    times_s = np.arange(60) / 30
    phones = [("M", 0.4, 0.5), ("AA1", 0.5, 0.8), ("F", 0.8, 0.9), ("UW0", 0.9, 1.2)]
    mix = speak(phones, times_s)
    assert np.allclose(mix.sum(axis=1), 1)
    for viseme, at in (("sil", 0.0), ("PP", 0.44), ("aa", 0.63), ("FF", 0.83), ("ou", 1.03), ("sil", 1.9)):
        assert mix[round(at * 30)].argmax() == VISEMES.index(viseme), viseme
    opening = mix @ TEMPLATES[:, INDEX["jawOpen"]]
    assert opening[13] < 0.1 < 0.3 < opening[19]
    assert np.abs(np.diff(mix, axis=0)).max() < 0.9


def test_lips_blend_and_brows_stay():
    rng = np.random.default_rng(0)
    weights, mix = rng.random((5, 52)), rng.dirichlet(np.ones(15), 5)
    assert np.array_equal(blend_lips(weights, mix, 0.0), weights)
    full = blend_lips(weights, mix, 1.0)
    others = sorted(set(range(52)) - set(LIPS))
    assert np.array_equal(full[:, others], weights[:, others])
    assert np.allclose(full[:, LIPS], (mix @ TEMPLATES)[:, LIPS])
    assert np.allclose(blend_lips(weights, mix, 0.25), 0.75 * weights + 0.25 * full)


def motion_of(**weights):
    expression = np.zeros((3, 52))
    for name, value in weights.items():
        expression[:, INDEX[name]] = value
    return Motion(rotations=np.zeros((3, 55, 3)), translation=np.zeros((3, 3)), expression=expression)


def test_a_jaw_without_shapes_opens_as_far_as_the_shape_would():
    motion = with_face_joints(motion_of(jawOpen=0.6), jaw=True, eyes=False)
    assert np.allclose(np.degrees(motion.rotations[:, 22]), [0.6 * 23, 0, 0])
    assert not motion.rotations[:, 23:].any()
    moving = motion_of(jawOpen=1.0)
    moving.rotations[1, 22, 0] = 0.3
    assert np.array_equal(with_face_joints(moving, jaw=True, eyes=True).rotations[:, 22], moving.rotations[:, 22])


def test_eyes_without_shapes_look_where_the_weights_look():
    left = with_face_joints(
        motion_of(eyeLookOutLeft=1, eyeLookInRight=1, eyeLookUpLeft=0.5, eyeLookUpRight=0.5), False, True
    )
    turned = np.degrees(left.rotations[0, 23:25])
    # The character's left is +X, and a turn about +Y takes its front (+Z) there.
    assert np.allclose(turned, [[-12.5, 30, 0], [-12.5, 30, 0]])


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    """The bundled face, and a stand-in model file: the same face moved and scaled, its coefficients mixes of shapes."""
    asset = dict(np.load(ROOT / "addon" / "assets" / "character.npz", allow_pickle=False))
    count = len(asset["vertices"])
    shapes = np.zeros((52, count, 3))
    for index in range(52):
        part = slice(asset["shape_starts"][index], asset["shape_starts"][index + 1])
        shapes[index, asset["shape_vertices"][part]] = asset["shape_deltas"][part]
    triangles = asset["faces"][:, :3].astype(int)
    ours = ShapedHead(asset["vertices"].astype(float), triangles, shapes, asset["rest_joints"].astype(float))
    random = np.random.default_rng(0)
    # Coefficient k is a mix of three shapes; 52 of them span all, the rest repeat.
    mixes = np.zeros((100, 52))
    for row in range(100):
        mixes[row, row % 52] = 1.0
        mixes[row, random.choice(52, 2, replace=False)] += random.uniform(0.1, 0.4, 2)
    scale, shift = 1.07, np.array([0.0, -1.4, 0.02])
    # Their vertices lie between ours: each moved towards a neighbour.
    neighbour = np.arange(count)
    neighbour[triangles[:, 0]] = triangles[:, 1]
    between = lambda values: 0.75 * values + 0.25 * values[..., neighbour, :]  # noqa: E731
    vertices, joints = scale * between(ours.vertices) + shift, scale * ours.joints + shift
    directions = np.zeros((count, 3, 400))
    directions[:, :, 300:] = scale * np.einsum("kvc,ek->vce", between(shapes), mixes)
    weights = np.zeros((count, 55))
    np.put_along_axis(weights, asset["weight_joints"].astype(int), asset["weights"], axis=1)
    regressor = np.zeros((55, count))
    nearest = np.square(vertices[None, :, :] - joints[:, None, :]).sum(2).argsort(axis=1)[:, :8]
    for joint, chosen in enumerate(nearest):
        # Affine weights of some vertices that give the joint exactly.
        system = np.concatenate([vertices[chosen].T, np.ones((1, 8))])
        regressor[joint, chosen] = np.linalg.lstsq(system, np.append(joints[joint], 1.0), rcond=None)[0]
    path = tmp_path_factory.mktemp("model") / "SMPLX_NEUTRAL.npz"
    np.savez(
        path,
        v_template=vertices,
        shapedirs=directions,
        posedirs=np.zeros((count, 3, 2)),
        J_regressor=regressor,
        weights=weights,
        f=triangles.astype(np.uint32),
    )
    return ours, path, mixes


def test_coefficients_become_the_arkit_weights_that_move_the_face_alike(heads):
    ours, path, mixes = heads
    flame = load_flame_head(path)
    assert np.abs(flame.joints[15] - (1.07 * ours.joints[15] + [0, -1.4, 0.02])).max() < 1e-6
    translation = solve(flame, ours)
    random = np.random.default_rng(1)
    coefficients = random.dirichlet(np.full(100, 0.05), 20) * 0.8
    wanted = coefficients @ mixes
    assert wanted.max() < 1
    weights = translation.to_arkit(coefficients)
    assert weights.min() >= 0
    assert weights.max() <= 1
    face = ours.shapes[:, np.linalg.norm(ours.shapes, axis=2).max(axis=0) > 0.002]
    moved, meant = (np.einsum("tk,kvc->tvc", w, face) for w in (weights, wanted))
    error = np.linalg.norm(moved - meant, axis=2)
    size = np.linalg.norm(meant, axis=2)
    assert error.max(axis=1).mean() < 0.05 * size.max(axis=1).mean()
    assert np.corrcoef(weights.ravel(), wanted.ravel())[0, 1] > 0.98
    # And back: the coefficients differ, for they repeat each other, but the face does not.
    again = translation.to_flame(weights) @ mixes
    moved = np.einsum("tk,kvc->tvc", again, face)
    assert np.linalg.norm(moved - meant, axis=2).max(axis=1).mean() < 0.15 * size.max(axis=1).mean()


def test_other_files_are_refused(tmp_path):
    np.savez(tmp_path / "x.npz", v_template=np.zeros((3, 3)))
    with pytest.raises(GestureError, match="not an SMPL-X"):
        load_flame_head(tmp_path / "x.npz")
    with pytest.raises(GestureError, match="no model file"):
        load_flame_head(tmp_path / "none.npz")
