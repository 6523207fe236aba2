"""Losses mean what they say: small cases done by hand, and terms that can be left out."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.body.parts import Part
from core.body.rotation import rot6d_to_matrix as numpy_matrix
from core.body.rotation import rotvec_to_rot6d
from training.stages.losses import (
    EVENNESS,
    PUBLISHED_PART,
    PUBLISHED_ROOT,
    PartLoss,
    PartWeights,
    RootLoss,
    even_joints,
    geodesic,
    standing_mean,
)


def test_geodesic_is_the_angle_between_rotations():
    for angle in (0.01, 0.5, 3.0):
        turned = numpy_matrix(rotvec_to_rot6d(np.array([0.0, angle, 0.0])))
        assert float(geodesic(torch.tensor(turned), torch.eye(3).double())) == pytest.approx(angle, rel=1e-2)


def test_root_loss_is_small_for_planted_feet_and_large_for_sliding_ones(corpus):
    lower = torch.tensor(np.array(corpus.takes[0].channels[Part.LOWER]))[None]
    loss = RootLoss(corpus.rest_joints)
    right, _ = loss(lower, lower, lower)
    wrong = lower.clone()
    wrong[..., 54] += 1.0
    worse, report = loss(wrong, lower, lower)
    assert worse > right + 1
    assert report["path"] > 0.1


def test_published_losses_hold_the_published_terms(corpus):
    rest = corpus.rest_joints
    random = np.random.default_rng(4)
    for part in Part:
        true = torch.tensor(np.array(corpus.takes[0].channels[part][:64]))[None]
        wrong = true + 0.05 * torch.tensor(random.normal(size=true.shape), dtype=torch.float32)
        right, _ = PartLoss(part, rest, PUBLISHED_PART)(true, true)
        value, terms = PartLoss(part, rest, PUBLISHED_PART)(wrong, true)
        assert value > right
        expected = {"rotation", "turn", "turn_change", "place_squared", "velocity", "acceleration", "point_cm"}
        expected |= {"expression", "expression_velocity", "expression_acceleration"} if part is Part.FACE else set()
        expected |= {"contact", "root", "plant"} if part is Part.LOWER else set()
        assert set(terms) == expected
        turned, target = PartLoss(part, rest).matrices(wrong), PartLoss(part, rest).matrices(true)
        assert float(terms["turn"]) == pytest.approx(float(torch.diff(turned - target, dim=1).abs().mean()), rel=1e-5)


def test_a_term_that_is_left_out_counts_nothing(corpus):
    true = torch.tensor(np.array(corpus.takes[0].channels[Part.UPPER][:64]))[None]
    wrong = true.roll(3, 1)
    full, terms = PartLoss(Part.UPPER, corpus.rest_joints)(wrong, true)
    rest, left = PartLoss(Part.UPPER, corpus.rest_joints, replace(PartWeights(), place=0.0))(wrong, true)
    assert "place" not in left
    assert float(full - rest) == pytest.approx(float(terms["place"]), rel=1e-4)


def test_joints_that_turn_little_count_more(corpus):
    true = torch.tensor(np.array(corpus.takes[0].channels[Part.HANDS][:64]))[None]
    calm = true.clone()
    calm[..., :6] = true[0, 0, :6] + 0.3 * (true[..., :6] - true[0, 0, :6])
    weights = even_joints(calm[0].numpy(), Part.HANDS)
    assert weights.mean() == pytest.approx(1)
    alike = even_joints(true[0].numpy(), Part.HANDS)
    assert weights[0] / weights[1] == pytest.approx(alike[0] / alike[1] * 0.3**-EVENNESS, rel=0.01)
    wrong = calm.clone()
    wrong[..., :6] = true[..., :6]
    upper = even_joints(np.array(corpus.takes[0].channels[Part.UPPER][:64]), Part.UPPER)
    assert upper.mean() > 1, "neck and head count twice"
    plain, even = (PartLoss(Part.HANDS, corpus.rest_joints, None, w)(wrong, calm)[1] for w in (None, weights))
    for term in ("rotation", "turn"):
        assert float(even[term] / plain[term]) == pytest.approx(weights[0], rel=0.05)


def test_root_loss_counts_the_integrated_path(corpus):
    lower = torch.tensor(np.array(corpus.takes[0].channels[Part.LOWER][:64]))[None]
    drifting = lower.clone()
    drifting[..., 54] += 0.3  # m/s
    _, terms = RootLoss(corpus.rest_joints, PUBLISHED_ROOT)(drifting, lower, lower)
    # 0.3 m/s is 1 cm per frame: from 0 to 63 cm, in one of the two axes
    assert float(terms["path"]) == pytest.approx(0.5 * 0.315, rel=1e-3)
    assert float(terms["path_change"]) == pytest.approx(5 * 0.5 * 0.01, rel=1e-2)


def test_means_over_standing_feet_are_the_same_however_the_batch_is_cut():
    values, standing = torch.rand(6, 5, 4), (torch.rand(6, 5, 4) > 0.5).float()
    halves = [standing_mean(values[rows], standing[rows]) for rows in (slice(0, 3), slice(3, 6))]
    assert float(sum(halves) / 2) == pytest.approx(float(standing_mean(values, standing)), rel=1e-5)
