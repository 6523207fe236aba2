"""The acoustic model scores as pocketsphinx does, the same on any number of threads."""

from pathlib import Path

import numpy as np
import pytest

from core.audio.load import load_audio
from core.parallel import in_order, thread_count
from core.phones import scores
from core.phones.acoustic_model import INSIDE, acoustic_model
from core.phones.activity import active_frames, energy_db
from core.text.align import align
from core.text.placing import hear

SPEECH = Path(__file__).resolve().parents[3] / "addon" / "assets" / "demo" / "speech.flac"
SENTENCE = (
    "and mister john dashwood had then leisure to consider how much there might be prudently in his power "
    "to do for them"
)


@pytest.fixture(scope="module")
def sentence() -> np.ndarray:
    return load_audio(SPEECH, 0.0, 7.6).samples


def test_words_lie_where_pocketsphinx_finds_them(sentence):
    import pocketsphinx

    decoder = pocketsphinx.Decoder(samprate=16000, lm=None, loglevel="FATAL")
    decoder.set_align_text(SENTENCE)
    decoder.start_utt()
    sound = np.clip(sentence / np.abs(sentence).max() * 0.7 * 32767, -32768, 32767).astype("<i2")
    decoder.process_raw(sound.tobytes(), full_utt=True)
    decoder.end_utt()
    theirs = [s.start_frame / 100 for s in decoder.seg() if s.word.partition("(")[0] in SENTENCE.split()]
    ours = [word.start_s for word in align(sentence, SENTENCE).words]
    assert len(ours) == len(theirs) == len(SENTENCE.split())
    apart = np.abs(np.array(ours) - theirs)
    assert np.median(apart) <= 0.02
    assert np.mean(apart <= 0.05) >= 0.85


def test_every_thread_count_gives_the_same_bits(sentence, monkeypatch):
    found = []
    for threads in ("1", "3"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        assert thread_count() == int(threads)
        sound = hear(sentence)
        found.append((sound.cepstra.tobytes(), sound.scores.own.tobytes(), align(sentence, SENTENCE).words))
    assert found[0] == found[1]


def test_words_have_the_same_times_with_and_without_a_library_for_linear_algebra(sentence, monkeypatch):
    found = []
    for has_blas in (True, False):
        monkeypatch.setattr(scores, "_has_blas", lambda has_blas=has_blas: has_blas)
        words = align(sentence, SENTENCE).words
        found.append([(word.word, word.phones) for word in words])
    assert found[0] == found[1]
    assert [word for word, _ in found[0]] == SENTENCE.split()


def test_results_come_in_order_and_an_error_ends_the_work(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert list(in_order(lambda value: value * value, range(50))) == [value * value for value in range(50)]
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda value: 1 // (value - 3), range(50)))


def test_a_phone_between_neighbours_has_states_of_its_own():
    model = acoustic_model()
    assert len(model.phones) == 42
    number = model.number
    alone = model.senones_of(number("T"), number("SIL"), number("SIL"), INSIDE)
    inside = model.senones_of(number("T"), number("S"), number("R"), INSIDE)
    assert alone.tolist() != inside.tolist()
    assert (inside >= 126).all()


def test_a_long_pause_hardly_changes_the_cepstra_of_speech(sentence):
    pause = np.zeros(16000 * 20, np.float32)
    longer = np.concatenate([sentence, pause])
    active = active_frames(energy_db(sentence))
    assert (active_frames(energy_db(longer))[: len(active)] == active).mean() > 0.93
    plain, with_pause = hear(sentence).cepstra, hear(longer).cepstra
    assert np.abs(plain[50:-150] - with_pause[50 : len(plain) - 150]).max() < 2.0
