"""Recordings that the worker cannot read, decoded for it by Blender: m4a, the sound of a video, and many more.

    speech.wav   ───────────────────────────────────▶ worker       it reads wav, flac, mp3, ogg and aiff itself
    speech.m4a   ── Blender ── part.wav ────────────▶ worker       take.json, panel and messages name speech.m4a

The wav files are in Blender's temporary folder, which goes with Blender. They are kept for the next request on the same
part of the same recording; only the newest few stay.
"""

import hashlib
import os
from pathlib import Path

import bpy

from ...core.errors import GestureError
from ...core.files import whole_file
from ..blender import sound

MOST_KEPT = 4
_FOLDER = "mambatalk-recordings"
# So many bytes at the start of a file say which kind it is.
_HEAD = 64
_CONVERT = "Convert it to WAV, FLAC, MP3 or OGG and choose that file."


def for_worker(path: Path, offset_s: float, duration_s: float | None) -> Path | None:
    """Return a wav file with a part of a recording; None where the worker can read the recording itself.

    Args:
        path: the recording. A file that is missing or empty is left to the worker, which says so.
        offset_s: start of the part.
        duration_s: its length; None for all that follows the offset.

    Raises:
        GestureError: neither the worker nor Blender can read the recording.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return None
    if not head or is_read_by_worker(head):
        return None
    out = _folder() / f"{_key(path, offset_s, duration_s)}.wav"
    if out.is_file():
        os.utime(out)
        return out
    try:
        samples, rate = sound.read(path, None if duration_s is None else offset_s + duration_s)
    except sound.NoSound as error:
        raise GestureError(_why_not(path), remedy=_CONVERT, detail=str(error)) from error
    with whole_file(out) as temporary:
        sound.write_wav(temporary, samples[round(offset_s * rate) :], rate)
    _remove_old()
    return out


def is_read_by_worker(head: bytes) -> bool:
    """Return whether the worker reads a kind of file by itself, from the first bytes of the file."""
    if head[:4] in (b"RIFF", b"RF64"):
        return head[8:12] == b"WAVE"
    if head[:4] == b"FORM":
        return head[8:11] == b"AIF"
    if head[:4] == b"OggS":
        return any(codec in head for codec in (b"vorbis", b"OpusHead", b"FLAC"))
    # A frame of MPEG audio begins with eleven bits that are set; AAC has no layer in the two bits that name it.
    is_mpeg = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0
    return is_mpeg or head[:4] in (b"fLaC", b".snd") or head[:3] == b"ID3"


def _why_not(path: Path) -> str:
    if not sound.exists():
        return f"{path.name} can be read only by a Blender with sound, and this one was built without."
    return f"{path.name} could not be read as sound."


def _key(path: Path, offset_s: float, duration_s: float | None) -> str:
    stamp = path.stat()
    text = f"{path.resolve()} {stamp.st_mtime_ns} {stamp.st_size} {offset_s} {duration_s}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _folder() -> Path:
    folder = Path(bpy.app.tempdir) / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _remove_old() -> None:
    """Remove all but the newest files; the worker has read the others long ago."""
    newest = sorted(_folder().glob("*.wav"), key=lambda each: each.stat().st_mtime_ns, reverse=True)
    for each in newest[MOST_KEPT:]:
        each.unlink(missing_ok=True)
