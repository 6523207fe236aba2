"""The autoencoder of the Frechet gesture distance: its training, its folder, and files that do not fit."""

import numpy as np
import pytest
import torch

from core.errors import GestureError
from training.evaluation import published_metrics as published
from training.evaluation.fgd_autoencoder import FgdAutoencoder, FgdConfig, FgdSettings, channels, features, train_fgd
from training.evaluation.fgd_files import convert_fgd, load_fgd, save_fgd
from training.evaluation.fgd_parts import AREAS, WHOLE, area_autoencoders, area_distances

from ..random_motion import wander

TINY = FgdSettings(steps=30, batch=4, window=32)


def test_the_autoencoder_is_the_same_for_the_same_seed_and_tells_a_frozen_body_from_a_moving_one():
    real, other = channels(wander(0, 400)), channels(wander(1, 400))
    first, again = (train_fgd([real], FgdConfig(16, 4), TINY) for _ in range(2))
    assert np.array_equal(features(first, real), features(again, real))
    assert features(first, real).shape == (100, 4)
    frozen = np.repeat(other[:1], len(other), axis=0)
    distance = [published.frechet_distance(features(first, x), features(first, real)) for x in (real, other, frozen)]
    assert distance[0] == pytest.approx(0, abs=1e-6)
    assert distance[1] < distance[2]


def test_training_lowers_the_rebuilding_error():
    real = channels(wander(0, 400))
    x = torch.as_tensor(real[None])

    def error(network):
        with torch.no_grad():
            shown = network.standard(x)
            return float((network.decoder(network.encoder(shown)) - shown).abs().mean())

    short = error(train_fgd([real], FgdConfig(32, 8), FgdSettings(steps=2, batch=4)))
    long = error(train_fgd([real], FgdConfig(32, 8), FgdSettings(steps=200, batch=4, learning_rate=3e-3)))
    assert long < 0.7 * short


def test_the_autoencoder_survives_its_folder_and_what_does_not_fit_is_refused(tmp_path):
    network = train_fgd([channels(wander(0, 200))], FgdConfig(16, 4), TINY)
    save_fgd(network, tmp_path / "fgd", "a test")
    x = channels(wander(3, 100))
    assert np.array_equal(features(load_fgd(tmp_path / "fgd"), x), features(network, x))
    state = {f"module.{key}": value for key, value in network.state_dict().items()}
    torch.save({"model_state": state}, tmp_path / "fits.bin")
    assert np.array_equal(features(convert_fgd(tmp_path / "fits.bin"), x), features(network, x))
    torch.save({"model_state": {"encoder.layers.0.0.weight": torch.zeros(3)}}, tmp_path / "other.bin")
    (tmp_path / "text.bin").write_text("no weights")
    torch.save(FgdAutoencoder(FgdConfig(4, 2)), tmp_path / "pickle.bin")
    for name in ("other.bin", "text.bin", "pickle.bin"):
        with pytest.raises(GestureError, match=name):
            convert_fgd(tmp_path / name)
    with pytest.raises(GestureError, match="nowhere"):
        load_fgd(tmp_path / "nowhere")
    with pytest.raises(GestureError, match="frames"):
        train_fgd([x[:20]], settings=TINY)


def test_distances_of_parts_count_equally_many_frames_and_are_shown_beside_the_recorded_halves(tmp_path):
    for area, joints in AREAS.items():
        folder = tmp_path if area == WHOLE else tmp_path / area
        save_fgd(FgdAutoencoder(FgdConfig(8, 4), 6 * len(joints)), folder, "a test")
    recorded, other = wander(0, 400), wander(1, 400)
    networks = area_autoencoders([recorded], tmp_path)
    stiff_hands = recorded.rotations.copy()
    stiff_hands[:, 25:] = 0
    motions = {"recorded": recorded, "same": wander(0, 400), "other": other}
    motions["stiff hands"] = recorded.replace(rotations=stiff_hands)
    rows = area_distances(networks, motions, "recorded")
    assert rows["same"]["fgd"] == pytest.approx(0, abs=1e-6)
    assert rows["recorded"]["fgd_to_halves"] == 1
    assert rows["other"]["fgd_upper_to_halves"] == rows["other"]["fgd_upper"] / rows["recorded"]["fgd_upper"]
    assert rows["stiff hands"]["fgd_upper"] == pytest.approx(0, abs=1e-6)
    assert rows["stiff hands"]["fgd_hands"] > 0
    cut = {name: motion.replace(**_first(motion, 320)) for name, motion in motions.items()}
    rows = area_distances(networks, {"recorded": recorded, "other": cut["other"]}, "recorded")
    assert rows["other"] == area_distances(networks, cut, "recorded")["other"]


def _first(motion, frames):
    return {name: getattr(motion, name)[:frames] for name in ("rotations", "translation", "expression")}
