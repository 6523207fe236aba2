"""Hands and forearms stay out of the body; told by the mesh's winding number, not by what pushes them."""

import numpy as np
import pytest

from core.body.curves import min_jerk
from core.body.joints import ARM_CHAINS, WRISTS
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion
from core.body.skeleton import JOINT, default_rest_joints
from core.clearance import push
from core.clearance.arm_turns import ArmPoses
from core.clearance.body import default_body
from core.clearance.gaps import FAR_M, Surroundings
from core.clearance.hands_out import hands_out
from core.clearance.push import push_out
from core.clearance.skin import default_skin, regions_of
from core.clearance.watched import POINTS, WATCH_M, depth_of, watched
from core.clearance.ways import SIDE_OF_REGION
from core.direct.chain import direct
from core.direct.clip_statistics import clip_statistics
from core.direct.levels import Levels
from devtools.measure.winding import winding_numbers
from tests.conftest import ROOT

REST = default_rest_joints()
# Rotation vectors of shoulder and elbow of the left arm: hanging, in front, and four places that are inside something.
HANGING = ((0.0, 0.0, -1.25), (0.0, -0.3, 0.0))
INSIDE = {
    "belly": ((0.28, -0.91, -1.5), (0.0, -1.6, 0.0)),
    "chest": ((0.19, -1.1, -0.1), (0.0, -2.21, 0.0)),
    "thigh": ((0.28, -0.38, -1.51), (0.0, -0.37, 0.0)),
}


def visit(place: str, frames: int = 90, both: bool = False) -> Motion:
    """A hand that goes to a place and back, in three seconds; with `both`, the right one does the same."""
    there = (min_jerk(np.linspace(0, 2, frames)) * min_jerk(np.linspace(2, 0, frames)))[:, None]
    rotations = np.zeros((frames, 55, 3))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        away, goal = HANGING, INSIDE[place] if both or side == "left" else HANGING
        for joint, start, end in zip(("shoulder", "elbow"), away, goal, strict=True):
            start, end = (np.array(values) * [1.0, sign, sign] for values in (start, end))
            rotations[:, JOINT[f"{side}_{joint}"]] = start + there * (end - start)
    return Motion(rotations, np.zeros((frames, 3)), np.zeros((frames, 52)), rest_joints=REST)


class Mesh:
    """The bundled character's mesh, posed, without its own arm."""

    def __init__(self):
        with np.load(ROOT / "addon" / "assets" / "character.npz") as data:
            self.vertices, faces = data["vertices"].astype(float), data["faces"].astype(int)
            self.joints, self.weights = data["weight_joints"].astype(int), data["weights"].astype(float)
        three = faces[:, 3] == 65535
        four = faces[~three]
        self.triangles = np.concatenate([faces[three][:, :3], four[:, [0, 1, 2]], four[:, [0, 2, 3]]])
        self.region = regions_of(self.joints, self.weights)

    def posed(self, rotations: np.ndarray) -> np.ndarray:
        positions, world = forward_kinematics(rotations[None], np.zeros((1, 3)), REST)
        shift = positions[0] - (world[0] @ REST[:, :, None])[..., 0]
        moved = np.zeros_like(self.vertices)
        for column in range(self.joints.shape[1]):
            joint = self.joints[:, column]
            turned = (world[0][joint] @ self.vertices[:, :, None])[..., 0] + shift[joint]
            moved += self.weights[:, column, None] * turned
        return moved

    def depths(self, rotations: np.ndarray, body: Surroundings, side: int = 0) -> np.ndarray:
        """How deep the six points of an arm that come nearest to anything are inside all but that arm, metres."""
        vertices, near = self.posed(rotations), body.of(rotations[None])
        points = near.points[0, side][np.argsort(near.gaps[0, side])[:6]]
        own = (self.region > 3 * side) & (self.region <= 3 * side + 3)
        corners = vertices[self.triangles[~own[self.triangles].any(1)]]
        surface = np.concatenate([corners.mean(1), *corners.transpose(1, 0, 2)])
        distance = np.sqrt(((points[:, None] - surface) ** 2).sum(-1).min(1))
        return distance * (winding_numbers(points, corners) > 0.5)


@pytest.fixture(scope="module")
def mesh():
    return Mesh()


@pytest.fixture(scope="module")
def body():
    return default_body(REST)


@pytest.mark.parametrize("place", INSIDE)
def test_a_hand_that_enters_the_body_stops_at_its_skin(place, mesh, body):
    motion = visit(place)
    out, pushed = hands_out(motion, body)
    assert pushed.before.sum() > 10
    assert not pushed.after.any()
    assert mesh.depths(motion.rotations[45], body).max() > 0.02
    assert mesh.depths(out.rotations[45], body).max() < 0.01


def test_most_of_an_elbow_in_the_body_is_seen_although_its_own_upper_arm_is_nearer(mesh, body):
    rotations = np.repeat(visit("belly").rotations[:1], 6, 0)
    rotations[:, JOINT["left_shoulder"], 2] = np.linspace(-1.6, -1.9, 6)
    rotations[:, JOINT["left_elbow"], 1] = -1.6
    near, missed, found = body.of(rotations), 0, 0
    corners = mesh.triangles[~((mesh.region > 0) & (mesh.region <= 3))[mesh.triangles].any(1)]
    for row, frame in enumerate(near.rows):
        vertices = mesh.posed(rotations[frame])
        elbow = forward_kinematics(rotations[frame : frame + 1], np.zeros((1, 3)), REST)[0][0, JOINT["left_elbow"]]
        points, gaps = near.points[row, 0], near.gaps[row, 0]
        close = np.linalg.norm(points - elbow, axis=1) < 0.07
        surface = vertices[corners].reshape(-1, 3)
        distance = np.sqrt(((points[close, None] - surface) ** 2).sum(-1).min(1))
        deep = (winding_numbers(points[close], vertices[corners]) > 0.5) & (distance > 0.02)
        missed, found = missed + (gaps[close][deep] > 0).sum(), found + deep.sum()
    assert found > 20
    assert missed < found / 2


def test_hands_that_pass_through_each_other_pass_beside_each_other(body):
    motion = visit("belly", both=True)
    rotations = motion.rotations.copy()
    rotations[:, [JOINT["left_shoulder"], JOINT["right_shoulder"]], 2] *= 0.75
    motion = motion.replace(rotations=rotations)
    _, pushed = hands_out(motion, body)
    print(pushed.as_dict())
    assert pushed.before.sum() > 5
    assert not pushed.after.any()


def test_a_push_is_smooth_and_changes_nothing_else(body):
    still = visit("belly")
    motion = still.replace(
        rotations=np.concatenate([np.repeat(still.rotations[:1], 90, 0), still.rotations]),
        translation=np.zeros((180, 3)),
        expression=np.zeros((180, 52)),
    )
    out, _ = hands_out(motion, body)
    arms = [joint for chain in ARM_CHAINS for joint in chain[1:]]
    others = np.setdiff1d(np.arange(55), arms)
    assert np.array_equal(out.rotations[:, others], motion.rotations[:, others])
    assert np.array_equal(out.rotations[:60], motion.rotations[:60])
    paths = [forward_kinematics(each.rotations, each.translation, REST)[0][:, WRISTS] for each in (motion, out)]
    before, after = (np.linalg.norm(np.diff(path, n=3, axis=0), axis=-1) for path in paths)
    assert after.max() < 3 * before.max()
    step = np.linalg.norm(np.diff(paths[1] - paths[0], axis=0), axis=-1)
    assert step.max() < 0.03


def test_the_elbow_gives_way_before_the_hand_does(body):
    motion = visit("belly")
    out, _ = hands_out(motion, body)
    poses = [forward_kinematics(each.rotations[45:46], each.translation[45:46], REST)[0][0] for each in (motion, out)]
    moved = poses[1] - poses[0]
    elbow, wrist = (moved[JOINT[f"left_{name}"]] for name in ("elbow", "wrist"))
    assert np.linalg.norm(elbow) > 0.05
    assert np.linalg.norm(wrist) < 0.03
    assert abs(wrist[0]) < 0.01  # as seen from the front, the hand stays where it is


def test_a_long_motion_is_pushed_piece_by_piece(body, monkeypatch):
    still = np.repeat(visit("belly").rotations[:1], 180, 0)
    one = np.concatenate([still, visit("belly").rotations, still])
    twice = np.concatenate([one, one])
    alone, together = push_out(one, 30.0, body), push_out(twice, 30.0, body)
    monkeypatch.setattr(push, "_TOGETHER", 1)
    apart = push_out(twice, 30.0, body)
    assert np.array_equal(apart.rotations, np.concatenate([alone.rotations, alone.rotations]))
    assert np.abs(apart.rotations - together.rotations).max() < 0.01


def test_what_stays_inside_is_pushed_again_from_where_it_is(body, monkeypatch):
    rotations = visit("chest", both=True).rotations
    monkeypatch.setattr(push, "_ROUNDS", 1)
    again = push_out(rotations, 30.0, body).after
    monkeypatch.setattr(push, "_MOST_M", push._MOST_M[:1])
    once = push_out(rotations, 30.0, body).after
    assert once.max() > push.DEEP_M
    assert again.max() < once.max() / 2


def test_what_concerns_some_frames_is_felt_beside_them_and_in_no_other_stretch(body):
    rotations = np.concatenate([visit("belly").rotations] * 2)
    stretches, strengths = push._Stretches(rotations, [(0, 90), (200, 290)], 30, body), np.zeros(180)
    assert not stretches._felt(strengths).any()
    strengths[[60, 62]] = 1.0, 0.5
    felt = stretches._felt(strengths)
    assert (felt[51:70] == 1).all()
    assert (np.diff(felt[33:52]) >= 0).all()
    assert np.abs(np.diff(felt[:90])).max() < 0.12
    assert not felt[:33].any()
    assert not felt[90:].any()


def test_a_step_is_shortened_where_it_is_too_long(body):
    stretches = push._Stretches(visit("belly").rotations, [(0, 90)], 30, body)
    way = np.full((90, 14), 0.4)
    assert (stretches._share_of_step(way) == 1).all()
    way[45, 3] = -2.0
    share = stretches._share_of_step(way)
    assert np.isclose(share[45], 0.25)
    assert (np.abs(share * way) <= 0.5 + 1e-9).all()
    assert (share[:15] == 1).all()


def test_a_motion_with_free_hands_stays_as_it_is_to_the_bit(body):
    motion = visit("belly").replace(rotations=np.repeat(visit("belly").rotations[:1], 90, 0))
    out, pushed = hands_out(motion, body)
    assert out is motion
    assert not pushed.before.any()


def test_directing_pushes_hands_out_unless_the_level_is_off(body):
    clip = clip_statistics(visit("belly"), ())
    on, off = (direct(clip, Levels(hands_out=value), body=body) for value in (True, False))
    assert on.pushed is not None
    assert on.pushed.before.sum() > on.pushed.after.sum() == 0
    assert off.pushed is None
    assert np.array_equal(off.motion.rotations, clip.motion.rotations)
    again = direct(clip, Levels(hands_out=True), before=on, body=body)
    assert again.cleared.rotations is on.cleared.rotations
    assert not again.changed.joints


def test_gaps_grow_with_the_distance_from_the_skin():
    skin = default_skin()
    surroundings = Surroundings(skin)
    rotations = np.repeat(visit("belly").rotations[:1], 12, 0)
    rotations[:, JOINT["left_shoulder"], 2] = np.linspace(-1.7, -1.2, 12)
    gaps = surroundings.of(rotations).gaps[:, 0].min(-1)
    assert gaps[0] < -0.02
    assert (np.diff(gaps[gaps < FAR_M]) > 0).all()


def test_a_skin_on_a_taller_skeleton_keeps_its_places_beside_the_bones():
    skin = default_skin()
    taller = skin.on(1.2 * REST)
    assert np.allclose(taller.places, 1.2 * skin.places, atol=2e-3)
    assert skin.on(REST) is skin


def test_gaps_are_those_of_a_search_over_all_points(body):
    """The fast search skips what is far; its slow twin compares every point of an arm with every point of the skin."""
    motion = visit("belly", both=True)
    rotations = motion.rotations[::9]
    skin, seen = body.skin, body.of(rotations)
    positions, world = forward_kinematics(rotations, np.zeros((len(rotations), 3)), REST)
    turns, shifts = world[:, skin.joints], (positions - (world @ REST[:, :, None])[..., 0])[:, skin.joints]
    places = (skin.weights[..., None] * ((turns @ skin.places[:, None, :, None])[..., 0] + shifts)).sum(2)
    normals = (skin.weights[..., None] * (turns @ skin.normals[:, None, :, None])[..., 0]).sum(2)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    compared = 0
    for row, frame in enumerate(seen.rows):
        for side in (0, 1):
            elbow = np.where(skin.joints == JOINT[("left_elbow", "right_elbow")[side]], skin.weights, 0).sum(1)
            own = np.isin(skin.region, (2 + 3 * side, 3 + 3 * side)) | (skin.region == 1 + 3 * side) & (elbow > 0.1)
            surface = ~own
            way = seen.points[row, side, :, None] - places[frame, surface]
            nearest = (way**2).sum(-1).argmin(-1)
            way = way[np.arange(len(way)), nearest]
            gap, region = (way * normals[frame, surface][nearest]).sum(-1), skin.region[surface][nearest]
            close = seen.gaps[row, side] < 0.02
            assert (region == seen.touched[row, side])[close].all()
            # The plane of the nearest point alone; `gaps` rounds it off by the points around.
            assert np.abs(gap - seen.gaps[row, side])[close].max(initial=0) < 0.015
            missed = ~close & (gap > 0) & (np.linalg.norm(way, axis=1) < 0.01) & (region != 1 + 3 * side)
            assert not missed.any()
            compared += close.sum()
    assert compared > 200


def test_the_record_of_a_frame_holds_the_deepest_points_beside_the_body_and_beside_the_other_arm(body):
    rotations = visit("belly", both=True).rotations
    seen, records = body.of(rotations, WATCH_M), watched(rotations, body, with_ways=True)
    is_arm, both = SIDE_OF_REGION[seen.touched] == np.array([[1], [0]]), 0
    for row, frame in enumerate(seen.rows):
        for side in (0, 1):
            gaps = seen.gaps[row, side]
            groups = [gaps[is_arm[row, side]], gaps[~is_arm[row, side]]]
            if all((group < WATCH_M).any() for group in groups):
                groups, both = [np.sort(group)[: POINTS // 2] for group in groups], both + 1
            deepest = np.sort(np.concatenate(groups))[:POINTS]
            assert np.array_equal(np.sort(records["gap"][frame, side]), deepest)
    assert both > 10
    assert np.array_equal(depth_of(records)[seen.rows], seen.depth)
    assert np.array_equal(np.flatnonzero(records["is_near"]), seen.rows)
    assert records["meet"].any()
    assert records["lengths"][records["meet"]].any()
    assert not watched(rotations, body)["lengths"].any()


def test_no_point_of_an_arm_moves_farther_than_the_bound_by_which_frames_are_not_measured_again(body):
    rotations = np.repeat(visit("belly").rotations[45:46], 12, 0)
    arms, numbers = ArmPoses.of(rotations, REST), np.random.default_rng(0).normal(0, 0.2, (12, 2, 7))
    turned = rotations.copy()
    for side, chain in enumerate(ARM_CHAINS):
        turned[:, chain[1:]] = arms.turned(numbers)[1][:, side]
    before, after = (body.of(each, 2.0).points for each in (rotations, turned))
    way, most = np.linalg.norm(after - before, axis=-1).max(2), arms.farthest_ways(numbers)
    assert (way <= most).all()
    assert (way > most / 3).any()


def test_arms_that_are_far_from_everything_are_not_measured(body):
    spread = np.zeros((5, 55, 3))
    assert not len(body.of(spread).rows)
    assert not len(body.of(spread[:0]).rows)
