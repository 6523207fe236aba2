"""Sound files that lie about themselves: containers, coded sound that is damaged, and recordings at the limits."""

import io
import random
import struct
from pathlib import Path

import numpy as np
import soundfile

RATE = 16_000
_PCM, _EXTENSIBLE = 1, 0xFFFE


def make_sounds(folder: Path, speech: Path) -> dict[str, tuple[Path, bool | None]]:
    """Write the files; each has whether it must be accepted, None where both are right.

    Args:
        folder: for the files.
        speech: a recording that works.
    """
    folder.mkdir(parents=True)
    samples, _ = soundfile.read(speech, dtype="float32")
    made = _containers(samples) | _coded(samples) | _limits(samples)
    found = {}
    for name, (content, legal) in made.items():
        (folder / name).write_bytes(content)
        found[name] = (folder / name, legal)
    return found


def _fmt(form: int = _PCM, channels: int = 1, rate: int = RATE, bits: int = 16, block: int | None = None) -> bytes:
    block = channels * bits // 8 if block is None else block
    return struct.pack("<HHIIHH", form, channels, rate, rate * block % 2**32, block, bits)


def _chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(content) if size is None else size) + content


def _riff(*chunks: bytes, head: bytes = b"RIFF", kind: bytes = b"WAVE", size: int | None = None) -> bytes:
    body = kind + b"".join(chunks)
    return head + struct.pack("<I", len(body) if size is None else size) + body


def _containers(samples: np.ndarray) -> dict[str, tuple[bytes, bool | None]]:
    """Make wav, aiff, au and others whose parts are in odd order, missing, twice, or of lying sizes."""
    pcm = (samples * 20_000).astype("<i2").tobytes()
    fmt, data = _chunk(b"fmt ", _fmt()), _chunk(b"data", pcm)
    sizes = struct.pack("<QQQI", 2**63, 2**63, 2**62, 0)
    made: dict[str, tuple[bytes, bool | None]] = {
        "junk_first.wav": (_riff(_chunk(b"JUNK", bytes(9000)), fmt, data), True),
        "list_after.wav": (_riff(fmt, data, _chunk(b"LIST", b"INFOISFT\x04\0\0\0abc\0")), True),
        "data_before_form.wav": (_riff(data, fmt), False),
        "no_form.wav": (_riff(data), False),
        "no_data.wav": (_riff(fmt), False),
        "two_forms.wav": (_riff(fmt, _chunk(b"fmt ", _fmt(rate=0)), data), None),
        "two_data.wav": (_riff(fmt, data, data), None),
        "form_of_0.wav": (_riff(_chunk(b"fmt ", b""), data), False),
        "form_of_2_gb.wav": (_riff(_chunk(b"fmt ", _fmt(), 2**31), data), False),
        "list_of_4_gb.wav": (_riff(_chunk(b"LIST", b"INFO", 2**32 - 1), fmt, data), None),
        "many_chunks.wav": (_riff(*[_chunk(b"abcd", b"")] * 200_000, fmt, data), None),
        "size_0.wav": (_riff(fmt, data, size=0), None),
        "size_of_riff_most.wav": (_riff(fmt, data, size=2**32 - 1), None),
        "data_of_nothing.wav": (_riff(fmt, _chunk(b"data", pcm, 0)), None),
        "odd_size.wav": (_riff(fmt, _chunk(b"data", pcm[:-1])), None),
        "big_endian.wav": (_riff(fmt, data, head=b"RIFX"), None),
        "rf64.wav": (_riff(_chunk(b"ds64", sizes), fmt, data, head=b"RF64", size=2**32 - 1), None),
        "rf64_without_sizes.wav": (_riff(fmt, data, head=b"RF64", size=2**32 - 1), None),
        "avi.wav": (_riff(fmt, data, kind=b"AVI "), False),
        "block_0.wav": (_riff(_chunk(b"fmt ", _fmt(block=0)), data), None),
        "block_wrong.wav": (_riff(_chunk(b"fmt ", _fmt(block=7)), data), None),
        "adpcm_block_0.wav": (_riff(_chunk(b"fmt ", _fmt(form=2, bits=4, block=0) + bytes(34)), data), None),
        "adpcm.wav": (_riff(_chunk(b"fmt ", _fmt(form=0x11, bits=4, block=1) + b"\x02\0\x01\0"), data), None),
        "gsm.wav": (_riff(_chunk(b"fmt ", _fmt(form=0x31, bits=0, block=65) + b"\x02\0\x40\x01"), data), None),
        "mpeg_inside.wav": (_riff(_chunk(b"fmt ", _fmt(form=0x55) + bytes(14)), data), None),
        "unknown_guid.wav": (_riff(_chunk(b"fmt ", _fmt(_EXTENSIBLE) + b"\x16\0" + b"\xff" * 22), data), False),
        "hertz_1e9.wav": (_riff(_chunk(b"fmt ", _fmt(rate=10**9)), data), False),
        "channels_64.wav": (_riff(_chunk(b"fmt ", _fmt(channels=64)), data), None),
        "name.mp3": (_riff(fmt, data), True),
        "upper.WAV": (_riff(fmt, data), True),
        "none": (_riff(fmt, data), True),
        "raw.raw": (pcm, False),
        "text.wav": (b"RIFF this is not a sound file at all, only text " * 50, False),
    }
    for kind, form in (("aiff", "AIFF"), ("au", "AU"), ("caf", "CAF"), ("w64", "W64"), ("voc", "VOC"), ("mat", "MAT5")):
        whole = _written(samples, form, "PCM_16")
        made[f"whole.{kind}"] = (whole, None)
        made[f"half.{kind}"] = (whole[: len(whole) // 2], None)
        for number in range(3):
            made[f"bytes_{number}.{kind}"] = (_damaged(whole[:64], number, 12) + whole[64:], None)
    return made


def _coded(samples: np.ndarray) -> dict[str, tuple[bytes, bool | None]]:
    """Make mp3, flac and ogg that are cut, damaged, empty behind their header, or of another kind than their name."""
    made: dict[str, tuple[bytes, bool | None]] = {}
    for kind, form, sub in (
        ("flac", "FLAC", "PCM_16"),
        ("ogg", "OGG", "VORBIS"),
        ("opus", "OGG", "OPUS"),
        ("mp3", "MP3", "MPEG_LAYER_III"),
    ):
        whole = _written(samples, form, sub)
        made |= {
            f"whole.{kind}": (whole, True),
            f"head.{kind}": (whole[:60], False),
            f"half.{kind}": (whole[: len(whole) // 2], None),
            f"tail.{kind}": (whole[len(whole) // 2 :], None),
            f"twice.{kind}": (whole + whole, None),
            f"noise_inside.{kind}": (whole[:400] + random.Random(4).randbytes(4000) + whole[4400:], None),
        }
        for number in range(4):
            made[f"bytes_{number}.{kind}"] = (_damaged(whole, number, 40), None)
            made[f"start_{number}.{kind}"] = (_damaged(whole[:80], number, 6) + whole[80:], None)
    flac = _written(samples, "FLAC", "PCM_16")
    info = bytearray(flac)
    info[21:26] = b"\x0f\xff\xff\xff\xff"
    made["samples_2_36.flac"] = (bytes(info), None)
    tag = b"ID3\x04\0\0\x7f\x7f\x7f\x7f"
    made |= {
        "tag_256_mb.mp3": (tag + _written(samples, "MP3", "MPEG_LAYER_III"), None),
        "tag_alone.mp3": (tag + bytes(9000), False),
        "frames_of_noise.mp3": ((b"\xff\xfb\x90\x64" + random.Random(2).randbytes(413)) * 200, None),
        "frames_of_zeros.mp3": ((b"\xff\xfb\x90\x64" + bytes(413)) * 200, None),
        "pages.ogg": (b"OggS\0\x02" + bytes(20) + b"\xff" * 20_000, False),
        "movie.mp4": (b"\0\0\0\x18ftypmp42" + bytes(2000), False),
    }
    return made


def _limits(samples: np.ndarray) -> dict[str, tuple[bytes, bool | None]]:
    """Make recordings that are as short, quiet, loud or many-channelled as can be."""
    second = samples[:RATE]
    most = np.float32(3.4e38)
    tone = np.where(np.arange(RATE * 2) % 2, 0.5, -0.5)
    return {
        "a_sample_less.wav": (_written(second[:-1], "WAV", "PCM_16"), False),
        "a_second.wav": (_written(second, "WAV", "PCM_16"), True),
        "constant.wav": (_written(np.full(RATE * 2, 0.5), "WAV", "FLOAT"), None),
        "highest_tone.wav": (_written(tone, "WAV", "FLOAT"), None),
        "click.wav": (_written(np.eye(1, RATE * 2, RATE)[0], "WAV", "FLOAT"), None),
        "opposite.wav": (_written(np.stack((samples, -samples), 1), "WAV", "FLOAT"), True),
        "one_nan.wav": (_written(np.where(np.arange(len(samples)) == 99, np.nan, samples), "WAV", "FLOAT"), False),
        "loud.wav": (_written(samples * most / 2, "WAV", "FLOAT"), None),
        "loud_double.wav": (_written(samples.astype(float) * 1e308, "WAV", "DOUBLE"), None),
        "smallest.wav": (_written(samples * np.float32(1e-44), "WAV", "FLOAT"), False),
        "channels_8.wav": (_written(np.repeat(samples[:, None], 8, 1), "WAV", "PCM_16"), True),
    }


def _written(samples: np.ndarray, form: str, kind: str) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, RATE, format=form, subtype=kind)
    return out.getvalue()


def _damaged(data: bytes, seed: int, count: int) -> bytes:
    chance, own = random.Random(seed), bytearray(data)
    for _ in range(count):
        own[chance.randrange(4, len(own))] = chance.randrange(256)
    return bytes(own)
