"""The points of a skin lie on the outer surface of a mesh, however its rig rests, and as densely as it is bent."""

import numpy as np

from core.body.kinematics import forward_kinematics
from core.body.rotation import rotvec_to_matrix
from core.body.skeleton import JOINT, default_rest_joints
from core.clearance.misfits import misfits, with_misfits
from core.clearance.sampling import Resting, Surface, farthest, sample_skin
from core.clearance.skin import BODY, FOREARM, PosedSkin, moves_of

REST = default_rest_joints()
LIMBS = [f"{side}_{part}" for side in ("left", "right") for part in ("shoulder", "elbow", "wrist")]


def cubes(size: float = 1.0) -> Surface:
    """A cube for each region, and a smaller one inside the body's."""
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float) - 0.5
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([[a, b, c] for a, b, c, _ in quads] + [[a, c, d] for a, _, c, d in quads])
    found = [(JOINT[name], 1.0, np.array([3.0 * number, 0, 0])) for number, name in enumerate(["pelvis", *LIMBS])]
    found.append((JOINT["pelvis"], 0.5, np.zeros(3)))
    weights = np.zeros((8 * len(found), 55))
    for number, (joint, _, _) in enumerate(found):
        weights[8 * number : 8 * number + 8, joint] = 1
    vertices = size * np.concatenate([scale * corners + at for _, scale, at in found])
    return Surface(vertices, np.concatenate([faces + 8 * number for number in range(len(found))]), weights)


def covered(places: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Whether a ray from within the outer cube of the pelvis has a wall before it: all of these have."""
    return (np.abs(places) < 0.4).all(1) if len(places) else np.zeros(0, bool)


def open_view(places: np.ndarray, directions: np.ndarray) -> np.ndarray:
    return np.zeros(len(places), bool)


def test_inner_layers_of_a_mesh_get_no_points():
    skin = sample_skin(cubes(), REST, covered)
    body = skin.places[skin.region == BODY]
    assert len(body) > 100
    assert np.abs(body).max(1).min() > 0.45
    outwards = (skin.normals * skin.places).sum(1)[skin.region == BODY]
    assert (outwards > 0).all()


def test_the_farthest_points_come_first():
    points = np.linspace(0, 1, 101)[:, None] * [1.0, 0, 0]
    assert sorted(farthest(points, 3)) == [0, 50, 100]


def test_a_wide_sleeve_has_as_many_points_to_its_area_as_a_narrow_one():
    narrow, wide = (sample_skin(cubes(size), REST, open_view) for size in (0.1, 0.15))
    for region in FOREARM:
        assert len(wide.rows(region)) > 1.5 * len(narrow.rows(region))


def sleeve(side_m: float) -> Surface:
    """The cubes, with a straight left sleeve of many triangles whose weight goes over from upper arm to forearm."""
    found = cubes(0.1)
    along, around = np.meshgrid(np.linspace(-0.15, 0.15, 31), np.arange(12), indexing="ij")
    angle = around * np.pi / 6
    vertices = np.stack([along, 3 + side_m * np.cos(angle), side_m * np.sin(angle)], -1).reshape(-1, 3)
    first = (12 * np.arange(30)[:, None] + np.arange(12)).ravel()
    following = (12 * np.arange(30)[:, None] + (np.arange(12) + 1) % 12).ravel()
    quads = [(first, following, first + 12), (following, following + 12, first + 12)]
    faces = np.concatenate([np.stack(quad, 1) for quad in quads]) + len(found.vertices)
    weights = np.zeros((len(vertices), 55))
    weights[:, JOINT["left_elbow"]] = np.clip(0.5 + along.ravel() / 0.08, 0, 1)
    weights[:, JOINT["left_shoulder"]] = 1 - weights[:, JOINT["left_elbow"]]
    parts = [(found.vertices, vertices), (found.triangles, faces), (found.weights, weights)]
    return Surface(*(np.concatenate(part) for part in parts))


def test_the_bend_of_an_elbow_has_points_beside_each_other_up_to_the_upper_arm():
    """A bent elbow juts out between points that are farther apart."""
    surface = sleeve(0.07)
    skin = sample_skin(surface, REST, open_view)
    points = skin.places[skin.rows(FOREARM[0])]
    tip = [0.002, 3.0, 0.0] + 0.069 * np.array([[0, np.cos(turn), np.sin(turn)] for turn in np.arange(0, 6.28, 0.1)])
    nearest = np.linalg.norm(tip[:, None] - points, axis=-1).min(1)
    assert nearest.max() < 0.015
    assert np.array_equal(skin.places, sample_skin(surface, REST, open_view).places)
    # A skin that must stay small gets none of them.
    few = sample_skin(surface, REST, open_view, most=1.0)
    assert len(few.rows(FOREARM[0])) < len(points) / 1.5


def distances_to(points: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far points (N, 3) are from the nearest of the triangles (F, 3, 3) below or above them, and which it is."""
    start, first, second = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    frames = np.stack([first, second, np.cross(first, second)], 2)
    shares = np.einsum("fij,nfj->nfi", np.linalg.inv(frames), points[:, None] - start)
    inside = (shares[..., :2] > -1e-3).all(-1) & (shares[..., :2].sum(-1) < 1 + 1e-3)
    height = np.abs(shares[..., 2]) * np.linalg.norm(frames[..., 2], axis=1)
    height = np.where(inside, height, np.inf)
    return height.min(1), height.argmin(1)


def test_points_lie_on_the_posed_mesh_of_a_rig_that_rests_with_its_arms_down():
    """Half of the body's cube goes with an upper arm, as the side of a wide coat does."""
    surface, shoulder = cubes(0.3), JOINT["left_shoulder"]
    vertices, weights = surface.vertices, surface.weights.copy()
    side = (weights[:, JOINT["pelvis"]] > 0) & (vertices[:, 0] > 0)
    weights[side, JOINT["pelvis"]], weights[side, shoulder] = 0.6, 0.4
    # The arm is raised by 50° from where the rig rests.
    turns, shifts = np.tile(np.eye(3), (55, 1, 1)), np.zeros((55, 3))
    turns[shoulder] = rotvec_to_matrix(np.array([0.0, 0.0, 0.87]))
    shifts[shoulder] = REST[shoulder] - turns[shoulder] @ REST[shoulder]
    by_joint = np.einsum("jxy,vy->vjx", turns, vertices) + shifts
    raised = (weights[..., None] * by_joint).sum(1)
    resting = Resting(vertices, turns, shifts)
    skin = sample_skin(Surface(raised, surface.triangles, weights, resting), REST, open_view)
    assert np.allclose((skin.weights[..., None] * skin.held.places).sum(1), skin.places, atol=1e-6)

    rotations = np.zeros((1, 55, 3))
    rotations[0, shoulder], rotations[0, JOINT["spine2"]] = (0.2, 0.3, -1.0), (0.3, 0.1, 0.2)
    moves = moves_of(*forward_kinematics(rotations, np.zeros((1, 3)), REST), skin)
    ones = np.concatenate([by_joint, np.ones((*by_joint.shape[:2], 1))], 2)
    posed = np.einsum("vj,vji,jix->vx", weights, ones, moves[..., 0])
    points, rows = PosedSkin(skin, np.arange(len(skin.places))), skin.rows(BODY)
    places, normals = points.places(moves)[rows, :, 0], points.normals(moves)[rows, :, 0]
    corners = posed[surface.triangles]
    distance, nearest = distances_to(places, corners)
    assert distance.max() < 1e-3
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[nearest]
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    assert (np.abs((across * normals).sum(1)) > 0.99).mean() > 0.95
    # Without what each joint holds, the same points are centimetres off.
    plain = PosedSkin(type(skin)(REST, skin.places, skin.normals, skin.joints, skin.weights), rows)
    assert distances_to(plain.places(moves)[..., 0], corners)[0].max() > 0.02


def test_a_ridge_gets_more_points_and_a_plane_none():
    random = np.random.default_rng(0)
    flat = np.column_stack([random.random((4000, 2)), np.zeros(4000)])
    ridge = flat - np.abs(flat[:, 1:2] - 0.5) * [0, 0, 2.0]
    side = np.sign(ridge[:, 1:2] - 0.5)
    up, sloping = np.tile([0.0, 0.0, 1.0], (4000, 1)), np.column_stack([0 * side, 2 * side, 1 + 0 * side]) / np.sqrt(5)
    few = farthest(flat, 200)
    assert np.array_equal(with_misfits(flat, up, few, 400), few)
    more = with_misfits(ridge, sloping, few, 400)
    assert np.array_equal(more[:200], few)
    assert (np.abs(ridge[more[200:], 1] - 0.5) < 0.1).all()
    before, after = (np.abs(misfits(ridge, sloping, chosen)[0]) for chosen in (few, more))
    assert before.max() > 0.02
    assert (after > 0.009).sum() < (before > 0.009).sum() / 4
