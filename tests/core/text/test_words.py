"""Every frame gets the vector of the word that covers its centre."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import GestureError
from core.text.timing import Word
from core.text.words import WordVectors

STARTER = Path(__file__).resolve().parents[3] / "weights" / "starter" / "words.bin"


@pytest.fixture(scope="module")
def vectors(tmp_path_factory) -> WordVectors:
    import fasttext

    folder = tmp_path_factory.mktemp("words")
    lines = ["the cat sat on the five mats", "a dog paid two dollars", "the dog and the cat sat"] * 20
    (folder / "text.txt").write_text("\n".join(lines))
    model = fasttext.train_unsupervised(
        str(folder / "text.txt"), dim=8, minCount=1, bucket=200, epoch=2, thread=1, verbose=0
    )
    model.save_model(str(folder / "words.bin"))
    return WordVectors.load(folder / "words.bin")


def slow_frames(words, frame_count, vectors):
    """One frame at a time."""
    table = np.zeros((frame_count, vectors.dimension), np.float32)
    for frame in range(frame_count):
        centre_s = (frame + 0.5) / 30
        for word in words:
            if word.start_s <= centre_s < word.end_s:
                table[frame] = vectors.vector(word.word)
    return table


def test_frames_equal_their_definition(vectors):
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.uniform(0.02, 0.4, 40))
    words = [Word(w, a, b) for w, a, b in zip(["cat", "dog"] * 10, times[::2], times[1::2], strict=True)]
    assert np.array_equal(vectors.frames(words, 300), slow_frames(words, 300, vectors))


def test_an_hour_in_a_word_is_still_on_its_frame(vectors):
    table = vectors.frames([Word("cat", 3599.0, 3599.5)], 30 * 3600)
    assert np.flatnonzero(table.any(axis=1)).tolist() == list(range(30 * 3599, 30 * 3599 + 15))


def test_silence_and_what_lies_outside_is_zero(vectors):
    table = vectors.frames([Word("cat", 0.5, 1.0), Word("dog", 1.9, 9.0)], 60)
    assert table.dtype == np.float32
    assert not table[:15].any()
    assert not table[30:57].any()
    assert table[57:].any(axis=1).all()
    assert vectors.frames([], 10).shape == (10, 8)


def test_unknown_words_get_a_vector_from_their_letters(vectors):
    assert vectors.vector("catlike").any()
    assert np.array_equal(vectors.vector("Cat"), vectors.vector("cat"))


def test_a_number_is_the_mean_of_its_spoken_words(vectors):
    expected = (vectors.vector("five") + vectors.vector("dollars")) / 2
    assert np.allclose(vectors.vector("$5"), expected, atol=1e-6)


def test_loading_is_silent_and_bad_files_are_named(tmp_path, capfd):
    with pytest.raises(GestureError, match="missing"):
        WordVectors.load(tmp_path / "words.bin")
    (tmp_path / "words.bin").write_bytes(b"no vectors")
    with pytest.raises(GestureError, match="not a fastText model"):
        WordVectors.load(tmp_path / "words.bin")
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(not STARTER.exists(), reason="no bundled word vectors yet")
def test_the_bundled_vectors_know_which_words_are_alike():
    vectors = WordVectors.load(STARTER)

    def likeness(a: str, b: str) -> float:
        x, y = vectors.vector(a), vectors.vector(b)
        return float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))

    pairs = [
        ("king", "queen", "seven"),
        ("big", "large", "yesterday"),
        ("man", "woman", "seven"),
        ("up", "down", "king"),
    ]
    assert sum(likeness(a, b) > likeness(a, c) for a, b, c in pairs) >= 3
