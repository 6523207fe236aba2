import subprocess
import sys

import numpy as np
import pytest

from core.body import blocks
from core.body.parts import EYES, Part
from core.body.rotation import rot6d_to_rotvec, rotvec_to_matrix
from core.generate.decode import decode_take, integrate_root, motion_vector
from core.generate.network import WindowOutput
from core.generate.sample import nearest_codes, pick_codes

from .. import tiny


def test_velocity_becomes_a_path_from_the_start():
    velocity = np.array([[3.0, 0.9, 0.0], [3.0, 1.0, -6.0], [9.0, 1.1, 9.0]])
    path = integrate_root(velocity, np.array([1.0, 5.0, 2.0]))
    np.testing.assert_allclose(path, [[1, 0.9, 2], [1.1, 1.0, 2], [1.2, 1.1, 1.8]])


def test_a_decoded_take_is_a_clean_motion():
    network = tiny.network()
    random = np.random.default_rng(0)
    motion = decode_take(network, {part: random.integers(0, 12, 40) for part in Part}, np.array([1.0, 0.0, 2.0]))
    assert np.allclose(motion.translation[0, [0, 2]], [1, 2])
    assert not motion.rotations[:, list(EYES)].any()
    assert motion.rotations[:, 22].any()
    assert (motion.contacts.min(), motion.contacts.max()) >= (0, 0)
    assert motion.contacts.max() <= 1
    assert motion.expression.shape == (40, 52)
    assert motion.expression.min() >= 0
    assert motion.expression.max() <= 1
    matrices = rotvec_to_matrix(motion.rotations)
    np.testing.assert_allclose(
        matrices @ np.swapaxes(matrices, -1, -2), np.broadcast_to(np.eye(3), matrices.shape), atol=1e-9
    )


@pytest.mark.parametrize("length", [1, 99, 100, 101, 350])
def test_a_take_that_is_decoded_in_blocks_has_the_same_bits(monkeypatch, length):
    network, random = tiny.network(), np.random.default_rng(length)
    codes = {part: random.integers(0, 12, length) for part in Part}
    whole = decode_take(network, codes, np.zeros(3))
    monkeypatch.setattr(blocks, "BLOCK_FRAMES", 50)
    in_blocks = decode_take(network, codes, np.zeros(3))
    for name in ("rotations", "translation", "expression", "contacts"):
        assert np.array_equal(getattr(whole, name), getattr(in_blocks, name)), name


def test_the_motion_vector_holds_pose_place_and_contacts():
    motion = tiny.neutral(x=0.3)
    vector = motion_vector(motion)
    assert vector.shape == (4, 337)
    np.testing.assert_allclose(rot6d_to_rotvec(vector[:, :330].reshape(4, 55, 6)), motion.rotations, atol=1e-5)
    np.testing.assert_allclose(vector[:, 330:333], motion.translation, atol=1e-6)
    assert (vector[:, 333:] == 1).all()


def test_the_face_is_picked_by_latent_and_the_body_by_score():
    book = np.eye(3)
    logits = {part: np.array([[0.0, 2.0, 1.0]]) for part in Part}
    latents = {part: np.array([[0.1, 0.2, 0.9]]) for part in Part}
    codes = pick_codes(WindowOutput(logits, latents), {Part.FACE: book})
    assert codes[Part.FACE].tolist() == [2]
    assert codes[Part.UPPER].tolist() == [1]
    assert nearest_codes(np.array([[0.4, 0.3, 0.0]]), book).tolist() == [0]


def test_windows_and_decoding_need_neither_torch_nor_scipy():
    program = (
        "import sys; sys.modules.update(dict.fromkeys(('torch', 'scipy', 'librosa')))\n"
        "from core.generate import decode, network, sample, window_inputs, windows"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
