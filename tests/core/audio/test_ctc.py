"""Letters of a recogniser per sample: pieces that overlap give what the whole would give."""

import numpy as np
import pytest

from core.audio import ctc
from core.clock import SAMPLE_RATE
from core.errors import GestureError
from core.generate.speech_features import AMPLITUDE_CTC_WAVE, speech_features


def sound(seconds: float) -> np.ndarray:
    return np.random.default_rng(0).normal(0.1, 0.2, round(seconds * SAMPLE_RATE)).astype(np.float32)


def sign_every_20_ms(piece: np.ndarray) -> np.ndarray:
    """A recogniser that depends on its own 20 ms only: letter 1 where they are louder than the mean, else 0."""
    frames = piece[: len(piece) // 320 * 320].reshape(-1, 320)
    return (np.abs(frames).mean(1) > 0.8).astype(np.int64)


@pytest.mark.parametrize("seconds", [0.02, 3, 30, 31, 57.5, 119.999])
def test_pieces_give_the_letters_of_the_whole(seconds):
    samples = ctc.normalised(sound(seconds))
    pieces = ctc.letters_per_sample(samples, sign_every_20_ms)
    whole = sign_every_20_ms(samples)
    wanted = whole[np.minimum(np.arange(len(samples)) // 320, len(whole) - 1)]
    assert pieces.shape == samples.shape
    # The letters of the last piece also cover its last, partial 20 ms.
    assert np.mean(pieces == wanted) > 0.95


def test_no_piece_is_longer_than_30_s():
    lengths = []
    ctc.letters_per_sample(sound(200), lambda piece: lengths.append(len(piece)) or np.zeros(len(piece) // 320, int))
    assert max(lengths) <= ctc.PIECE_S * SAMPLE_RATE


def test_the_recording_is_normalised():
    wave = ctc.normalised(sound(2))
    assert abs(wave.mean()) < 1e-5
    assert wave.std() == pytest.approx(1, abs=1e-4)


def test_without_a_recogniser_the_message_says_what_to_import(tmp_path):
    with pytest.raises(GestureError, match="recogniser") as error:
        speech_features(AMPLITUDE_CTC_WAVE, sound(1), [], tmp_path)
    assert "--ctc" in error.value.remedy


def test_a_recogniser_from_a_folder_gives_the_features(tmp_path):
    transformers = pytest.importorskip("transformers")
    config = transformers.Wav2Vec2Config(
        vocab_size=32, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        conv_dim=(8,) * 7, num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    transformers.Wav2Vec2ForCTC(config).save_pretrained(tmp_path / "ctc")
    features = speech_features(AMPLITUDE_CTC_WAVE, sound(40), [], tmp_path).fixed
    assert features.shape == (40 * SAMPLE_RATE, 3)
    assert features.dtype == np.float32
    letters = features[:, 1]
    assert ((letters >= 0) & (letters < 32) & (letters == letters.round())).all()
    np.testing.assert_allclose(features[:, 2], ctc.normalised(sound(40)), atol=1e-6)
    (tmp_path / "ctc" / "config.json").write_text("{}")
    with pytest.raises(GestureError, match="cannot be read"):
        speech_features(AMPLITUDE_CTC_WAVE, sound(1), [], tmp_path)
