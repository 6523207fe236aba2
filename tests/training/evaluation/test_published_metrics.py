"""The published metrics: golden numbers, and small cases done by hand."""

import numpy as np
import pytest

from training.evaluation import published_metrics as published


@pytest.fixture(scope="module")
def golden(data_dir):
    with np.load(data_dir / "golden_metrics_a.npz") as data:
        return {key: data[key] for key in data.files}


def test_published_metrics_match_the_golden_numbers(golden):
    joints = golden["joints"].astype(float).reshape(-1, 55, 3)
    beats = published.audio_beats(golden["audio"].astype(np.float32))
    assert np.abs(beats - golden["onset_times"]).max() < 1e-4
    consistency = published.beat_consistency(joints, golden["mean_velocity"], beats)
    assert consistency == pytest.approx(float(golden["beat_consistency"]), abs=1e-4)
    assert published.l1_diversity(joints) == pytest.approx(float(golden["l1_diversity"]), abs=1e-4)
    distance = published.frechet_distance(golden["fid_a"], golden["fid_b"])
    assert distance == pytest.approx(float(golden["frechet_distance"]), abs=1e-4)


def test_frechet_distance_of_shifted_and_stretched_gaussians_is_what_the_formula_says():
    random = np.random.default_rng(0)
    a = random.normal(size=(200_000, 2))
    b = a * 3 + [1.0, 2.0]
    # |(1, 2)|^2, and (3 - 1)^2 in each of two directions
    assert published.frechet_distance(a, b) == pytest.approx(5 + 8, rel=0.02)
    flat = np.concatenate([a, a], axis=1)  # a singular covariance
    assert published.frechet_distance(flat, flat) == pytest.approx(0, abs=1e-6)


def test_face_errors_by_hand():
    recorded = np.zeros((3, 2, 3))
    predicted = np.zeros((3, 2, 3))
    predicted[1, 0, 0] = 2.0
    # one of 18 coordinates is off by 2
    assert published.vertex_mse(predicted, recorded) == pytest.approx(4 / 18)
    # it goes up by 2 and down by 2, in two of 12 velocities
    assert published.vertex_lvd(predicted, recorded) == pytest.approx(4 / 12)
    still = predicted + 5.0
    assert published.vertex_lvd(still, predicted) == pytest.approx(0), "an offset has no velocity"
