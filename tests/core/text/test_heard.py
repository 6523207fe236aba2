"""Speech sounds that are heard without a text: lips, phrases, and the form in which a take stores them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.audio.load import load_audio
from core.audio.prosody import analyse
from core.body.parts import ARKIT_NAMES
from core.face.visemes import TEMPLATES, VISEMES, speak
from core.phones.acoustic_model import STATES, acoustic_model
from core.take.gate import check_description
from core.text import heard as heard_module
from core.text.align import align
from core.text.heard import heard_phones
from core.text.timing import Phone, Word, phrases_of, sounds_beside, sounds_from_json, sounds_to_json
from tests.conftest import ROOT

DEMO = ROOT / "addon" / "assets" / "demo"


@pytest.fixture(scope="module")
def demo():
    samples = load_audio(DEMO / "speech.flac").samples
    return samples, align(samples, (DEMO / "transcript.txt").read_text()).words, heard_phones(samples)


def test_the_jaw_follows_the_heard_sounds_and_the_lips_close_at_p_b_m(demo):
    samples, words, sounds = demo
    times_s = np.arange(len(samples) * 30 // 16000) / 30
    said, heard = (
        speak([(p.phone, p.start_s, p.end_s) for p in phones], times_s)
        for phones in ([p for word in words for p in word.phones], sounds)
    )
    jaw = TEMPLATES[:, ARKIT_NAMES.index("jawOpen")]
    assert np.corrcoef(heard @ jaw, said @ jaw)[0, 1] >= 0.7
    middles = [round((p.start_s + p.end_s) * 15) for word in words for p in word.phones if p.phone in ("P", "B", "M")]
    assert np.mean(heard[middles, VISEMES.index("PP")] > 0.4) >= 0.75


def test_phrases_of_the_heard_sounds_are_those_of_the_words(demo):
    samples, words, sounds = demo
    known, heard = analyse(samples, words).phrases, analyse(samples, sounds=sounds).phrases
    assert len(known) == len(heard) == len(phrases_of(sounds))
    assert all(
        abs(a.start_s - b.start_s) < 0.15 and abs(a.end_s - b.end_s) < 0.15 for a, b in zip(known, heard, strict=True)
    )


def test_a_word_with_sounds_of_its_own_replaces_those_that_were_heard_there():
    sounds = (Phone("AH", 0.1, 0.2), Phone("P", 0.5, 0.6))
    word = Word("pa", 0.45, 0.7, 1.0, (Phone("P", 0.45, 0.55), Phone("AA", 0.55, 0.7)))
    assert sounds_beside(sounds, [word]) == sounds[:1]
    assert sounds_beside(sounds, [Word("pa", 0.45, 0.7)]) == sounds


def test_silence_has_no_sounds():
    assert heard_phones(np.zeros(16000)) == ()
    assert heard_phones(np.zeros(0)) == ()


def test_sounds_travel_in_take_json_and_damaged_ones_are_refused():
    sounds = (Phone("AH", 0.1, 0.2), Phone("P", 0.5, 0.55))
    stored = json.loads(json.dumps(sounds_to_json(sounds)))
    assert sounds_from_json(stored) == sounds
    assert [phrase.word for phrase in phrases_of(sounds)] == ["", ""]
    description = {
        "format": 1, "frames": 3, "fps": 30, "seed": 0, "speaker": 0, "speaker_name": "calm",
        "weights": {"name": "w", "sha256": "0"}, "settings": {"finish": True, "variation": 0.5},
        "audio": {"path": "a", "sha256": "0", "offset_s": 0.0, "duration_s": None},
        "layers": [{"joints": "all", "frames": [0, 3], "codes": "codes.npz", "seed": 0}],
    }  # fmt: skip
    check_description({**description, "sounds": stored, "alignment": {"words": "none"}})
    for sound in (["AH", 0.1], [1, 0.1, 0.2], ["AH", "0", 0.2], ["AH", -1.0, 0.2], "AH"):
        with pytest.raises(ValueError, match="sounds"):
            check_description({**description, "sounds": [sound]})


def test_a_stop_is_kept_while_it_is_silent_if_speech_follows(monkeypatch):
    samples = np.random.default_rng(0).standard_normal(16000).astype(np.float32)  # 100 frames
    pieces = [("SIL", 10, 0), ("T", 10, 0), ("SIL", 10, 0), ("P", 8, 0), ("AA", 20, 1), ("S", 6, 0), ("IY", 6, 1)]
    pieces += [("B", 24, 0), ("AA", 6, 1)]
    model, sound = acoustic_model(), heard_module.hear(samples)
    names = [name for name, frames, _ in pieces for _ in range(frames)]
    active = np.array([bool(spoken) for _, frames, spoken in pieces for _ in range(frames)])
    path = np.array([STATES * model.number(name) for name in names])
    monkeypatch.setattr(heard_module, "hear", lambda samples, tell: replace(sound, active=active))
    monkeypatch.setattr(heard_module, "best_phones", lambda own, count, every: (path, np.zeros(count)))
    found = [(phone.phone, phone.start_s, phone.end_s) for phone in heard_phones(samples)]
    # The T is followed by silence, an S is never silent, and no stop is closed as long as the B.
    assert found == [("P", 0.3, 0.38), ("AA", 0.38, 0.58), ("IY", 0.64, 0.7), ("AA", 0.94, 1.0)]
