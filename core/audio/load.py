"""A sound file of any rate and number of channels, read as 16 kHz mono."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from ..clock import SAMPLE_RATE
from ..errors import GestureError
from ..files import sha256_of
from ..inputs import check_regular
from .resampling import Resampler, table_size

MIN_SECONDS = 1.0
MAX_SECONDS = 3600.0
# Sample rates in use are from 8,000 to 384,000; odd ones need a filter for each place between two samples.
LEAST_RATE, MOST_RATE, MOST_TABLE = 2000, 400_000, 20_000_000
_MOST_OFFSET_S = 1e6
_MOST_BESIDE, _MOST_OF_FILM = 256 << 20, 64 << 30
SILENT_PEAK = 10.0 ** (-60 / 20)  # -60 dBFS
BLOCK_SAMPLES = 1 << 20  # values per block over all channels: a long 8-channel file never lies in memory whole
CANCELLED_SHARE = 0.05  # a mean with less than this share of the loudest channel's energy is not used
CONVERT = "Convert it to WAV, FLAC, MP3 or OGG and choose that file."


@dataclass(frozen=True)
class Audio:
    """A recording as 16 kHz mono.

    Attributes:
        samples: (N,) float32, 16 kHz, mono, full scale 1.
        path: the file it came from.
        sha256: SHA-256 of the file's content, in hex.
    """

    samples: np.ndarray
    path: Path
    sha256: str

    @property
    def seconds(self) -> float:
        """Return the length in seconds."""
        return len(self.samples) / SAMPLE_RATE


def load_audio(
    path: Path | str, offset_s: float = 0.0, duration_s: float | None = None, decoded: Path | None = None
) -> Audio:
    """Read a recording, or the part of it from `offset_s` on that is `duration_s` long.

    Channels are averaged; where they cancel each other out, the loudest one is taken. A part that reaches beyond the
    file's end stops there.

    Args:
        path: the recording.
        offset_s: start of the part.
        duration_s: its length; None for all that follows the offset.
        decoded: a sound file with just this part, where the recording itself is of a kind that cannot be read here.

    Raises:
        GestureError: the file is missing, is not sound, is empty, silent, under 1 s or over an hour long, or holds
            values that are not numbers.
    """
    path = Path(path)
    _check_file(path)
    if decoded is not None:
        _check_file(decoded)
    if not offset_s >= 0 or offset_s > _MOST_OFFSET_S or (duration_s is not None and not duration_s > 0):
        raise GestureError(
            f"The part of {path.name} from {offset_s:g} s, {duration_s} s long, does not exist.",
            remedy="Choose a start of 0 s or later and a positive length.",
        )
    try:
        with soundfile.SoundFile(_name(path if decoded is None else decoded)) as sound:
            samples = _read(sound, path, offset_s if decoded is None else 0.0, duration_s)
            values = sound.frames * sound.channels
    # soundfile asks for rate and channels of files that end in .raw, and cannot seek in all.
    except (soundfile.SoundFileError, TypeError, ValueError, RuntimeError, OSError) as error:
        raise GestureError(f"{path.name} could not be read as sound.", remedy=CONVERT, detail=str(error)) from error
    _check_samples(samples, path)
    # No kind of sound has more than 8 bytes a value; texts and pictures may stand beside them, in a film many.
    most_bytes = _MOST_OF_FILM if decoded is not None else 8 * values + _MOST_BESIDE
    return Audio(samples, path, sha256_of(path, most_bytes))


def _name(path: Path) -> str | bytes:
    """Return a path as soundfile takes it also where it is no text."""
    return str(path) if os.name == "nt" else os.fsencode(path)


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise GestureError(f"{path.name} is a folder, not a sound file.", remedy="Choose a sound file.")
    if not path.exists():
        raise GestureError(f"There is no sound file {path}.", remedy="Check the path, or choose the recording again.")
    try:
        check_regular(path)
        with path.open("rb") as file:
            first = file.read(1)
    except OSError as error:
        raise GestureError(
            f"{path.name} could not be opened.", remedy="Check the file's permissions.", detail=str(error)
        ) from error
    if not first:
        raise GestureError(f"{path.name} is an empty file.", remedy="Export or copy the recording again.")


def _read(sound: soundfile.SoundFile, path: Path, offset_s: float, duration_s: float | None) -> np.ndarray:
    """Read the wanted part at 16 kHz, mono; its length is checked before anything is decoded."""
    rate = max(1, sound.samplerate)
    start = round(offset_s * rate)
    available = max(0, sound.frames - start)
    wanted = available if duration_s is None else min(available, round(duration_s * rate))
    if offset_s and not available:
        raise GestureError(
            f"{path.name} ends at {sound.frames / rate:.1f} s, before the chosen start at {offset_s:.1f} s.",
            remedy="Choose an earlier start.",
        )
    _check_length(wanted / rate, path)
    if not LEAST_RATE <= rate <= MOST_RATE or table_size(rate) > MOST_TABLE:
        raise GestureError(f"{path.name} has a sample rate of {rate} Hz.", remedy="Convert it to a rate of 48000 Hz.")
    mono, energies, mean_energy = _downmixed(sound, path, start, wanted, channel=None)
    loudest = int(np.argmax(energies))
    if mean_energy < CANCELLED_SHARE * energies[loudest]:
        mono, _, _ = _downmixed(sound, path, start, wanted, channel=loudest)
    return mono


def _downmixed(
    sound: soundfile.SoundFile, path: Path, start: int, count: int, channel: int | None
) -> tuple[np.ndarray, np.ndarray, float]:
    """Read one channel, or the mean of all, at 16 kHz; with the energies of every channel and of the mean."""
    resampler = Resampler(sound.samplerate)
    energies = np.zeros(sound.channels)
    mean_energy = 0.0
    parts = []
    sound.seek(start)
    block = max(1, BLOCK_SAMPLES // sound.channels)
    done = 0
    while done < count:
        data = sound.read(min(block, count - done), dtype="float32", always_2d=True)  # (n, channels)
        if not len(data):
            break  # the file is truncated: the samples that exist are used
        if not np.isfinite(data).all():
            bad = done + int(np.argmax(~np.isfinite(data).all(axis=1)))
            raise GestureError(
                f"{path.name} holds a sample that is not a number, at {bad / sound.samplerate:.3f} s.",
                remedy="Export the recording again; 16- or 24-bit WAV cannot hold such values.",
            )
        done += len(data)
        mean = data.mean(axis=1) if channel is None else data[:, channel]
        energies += np.einsum("nc,nc->c", data, data, dtype=np.float64)
        mean_energy += float(np.dot(mean.astype(np.float64), mean))
        parts.append(resampler.push(mean))
    parts.append(resampler.finish())
    return np.concatenate(parts), energies, mean_energy


def _check_length(seconds: float, path: Path) -> None:
    if seconds <= 0:
        raise GestureError(f"{path.name} holds no sound.", remedy="Pick another recording.")
    if seconds < MIN_SECONDS:
        raise GestureError(
            f"{path.name} holds {seconds:.1f} s of sound; a take needs at least {MIN_SECONDS:.0f} s.",
            remedy="Pick a longer recording.",
        )
    if seconds > MAX_SECONDS:
        minutes = math.ceil(seconds / 6) / 10  # never the limit itself
        raise GestureError(
            f"{path.name} is {minutes:g} min long; a take can be {MAX_SECONDS / 60:.0f} min at most.",
            remedy="Cut the recording into parts, or choose a start and a length.",
        )


def _check_samples(samples: np.ndarray, path: Path) -> None:
    _check_length(len(samples) / SAMPLE_RATE, path)  # a file may hold less than its header says
    if np.abs(samples).max() < SILENT_PEAK:
        raise GestureError(
            f"{path.name} is silent: it never reaches -60 dB.",
            remedy="Check that the right track was exported, or raise its level.",
        )
