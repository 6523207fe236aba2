"""Sound files of every kind come in as 16 kHz mono; bad ones are told apart, with a remedy."""

import hashlib
import os
import struct
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from core.audio.load import load_audio
from core.errors import GestureError


def tone(seconds: float, rate: int) -> np.ndarray:
    time_s = np.arange(round(seconds * rate)) / rate
    return 0.4 * np.sin(2 * np.pi * 220 * time_s) * (1 + np.sin(2 * np.pi * 3 * time_s)) / 2


@pytest.mark.parametrize(("ending", "rate", "channels"), [
    ("wav", 44100, 2), ("wav", 8000, 1), ("wav", 96000, 8), ("flac", 48000, 2), ("mp3", 44100, 2), ("mp3", 16000, 1),
    ("ogg", 22050, 1), ("ogg", 48000, 2),
])  # fmt: skip
def test_any_format_rate_and_channel_count_becomes_16_khz_mono(tmp_path, ending, rate, channels):
    path = tmp_path / f"my speech.{ending}"
    soundfile.write(path, np.stack([tone(2, rate)] * channels, axis=1), rate)
    audio = load_audio(path)
    assert audio.samples.dtype == np.float32
    assert audio.samples.ndim == 1
    assert audio.seconds == pytest.approx(2, abs=0.08)  # mp3 and ogg pad
    assert audio.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    if ending in ("wav", "flac"):
        error = audio.samples[800:-800] - tone(2, 16000)[800 : len(audio.samples) - 800]
        assert np.abs(error).max() < 2e-3


def test_resampling_in_blocks_equals_resampling_at_once(tmp_path, monkeypatch):
    sound = tone(3, 44100).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", sound, 44100, subtype="FLOAT")
    monkeypatch.setattr("core.audio.load.BLOCK_SAMPLES", 5000)
    in_blocks = load_audio(tmp_path / "a.wav").samples
    monkeypatch.undo()
    assert np.array_equal(load_audio(tmp_path / "a.wav").samples, in_blocks)
    assert np.allclose(in_blocks, soxr.resample(sound, 44100, 16000, "HQ"), atol=1e-4)


def test_channels_that_cancel_each_other_do_not_make_silence(tmp_path):
    sound = tone(2, 16000)
    soundfile.write(tmp_path / "a.wav", np.stack([sound, -sound], axis=1), 16000, subtype="FLOAT")
    assert np.abs(load_audio(tmp_path / "a.wav").samples).max() == pytest.approx(np.abs(sound).max(), rel=1e-3)


def test_a_part_of_a_file_is_exactly_that_part(tmp_path):
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, 16000 * 5).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", sound, 16000, subtype="FLOAT")
    assert np.array_equal(load_audio(tmp_path / "a.wav", offset_s=1.5, duration_s=2).samples, sound[24000:56000])
    assert len(load_audio(tmp_path / "a.wav", offset_s=3, duration_s=60).samples) == 32000


def _bad(folder, kind):
    path = folder / f"{kind}.wav"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("this is not sound at all, it is a sentence")
    elif kind == "silent":
        soundfile.write(path, np.zeros(32000), 16000)
    elif kind == "no samples":
        soundfile.write(path, np.zeros(0), 16000)
    elif kind == "short":
        soundfile.write(path, tone(0.3, 16000), 16000)
    elif kind == "not a number":
        sound = tone(2, 16000)
        sound[16000] = np.nan
        soundfile.write(path, sound, 16000, subtype="FLOAT")
    elif kind == "folder":
        path.mkdir()
    elif kind == "long":
        with soundfile.SoundFile(path, "w", 100, 1) as file:
            file.write(np.full(100 * 3700, 0.1))
    return path


@pytest.mark.parametrize(("kind", "said"), [
    ("missing", "no sound file"), ("empty", "empty file"), ("text", "could not be read as sound"), ("silent", "silent"),
    ("no samples", "no sound"), ("short", "0.3 s"), ("not a number", "1.000 s"), ("folder", "folder"),
    ("long", "61.7 min"),
])  # fmt: skip
def test_bad_audio_is_named_and_has_a_remedy(tmp_path, kind, said):
    with pytest.raises(GestureError, match=said) as error:
        load_audio(_bad(tmp_path, kind))
    assert error.value.remedy.endswith(".")


def test_a_part_outside_the_file_is_refused(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(3, 16000), 16000)
    for part in ({"offset_s": 5.0}, {"offset_s": -1.0}, {"duration_s": 0.0}):
        with pytest.raises(GestureError):
            load_audio(tmp_path / "a.wav", **part)


def wav_header(rate: int = 16000, channels: int = 1, size: int = 2**32 - 1) -> bytes:
    """The start of a 16-bit wav that says these things of itself."""
    form = struct.pack("<HHIIHH", 1, channels, rate, min(rate * channels * 2, 2**32 - 1), channels * 2 % 65536, 16)
    return (
        b"RIFF"
        + struct.pack("<I", size)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", size)
    )


@pytest.mark.parametrize("rate", [0, 1, 1999, 192_001, 399_999, 400_001, 2**31 - 1, 2**32 - 1])
@pytest.mark.parametrize("channels", [0, 1, 60_000])
def test_headers_of_impossible_sounds_are_refused_at_once(tmp_path, rate, channels):
    (tmp_path / "a.wav").write_bytes(wav_header(rate, channels) + bytes(64_000))
    began = time.process_time()
    with pytest.raises(GestureError):
        load_audio(tmp_path / "a.wav")
    assert time.process_time() - began < 2


@pytest.mark.parametrize("name", ["a.raw", "a.wav", "a.flac", "a.mp3", "a.ogg", "a.opus", "a.sd2", "a"])
@pytest.mark.parametrize("content", [b"\xff" * 5000, b"OggS" + bytes(5000), b"fLaC" + b"\xff" * 5000, b"RIFF"])
def test_bytes_that_are_no_sound_are_refused_whatever_their_name(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GestureError):
        load_audio(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_and_devices_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    for path in (tmp_path / "pipe.wav", Path("/dev/zero"), Path(os.devnull)):
        with pytest.raises(GestureError, match="device"):
            load_audio(path)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_is_read(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    path.write_bytes(wav_header(size=64_000) + np.full(32_000, 9000, "<i2").tobytes())
    assert load_audio(path).seconds == 2
