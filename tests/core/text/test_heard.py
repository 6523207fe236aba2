"""Speech sounds that are heard without a text: lips, phrases, and the form in which a take stores them."""

import json

import numpy as np
import pytest

from core.audio.load import load_audio
from core.audio.prosody import analyse
from core.body.parts import ARKIT_NAMES
from core.face.visemes import TEMPLATES, VISEMES, speak
from core.take.gate import check_description
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
