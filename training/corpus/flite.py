"""Four plain English voices that need no network weights: text to sound with the program flite.

    apt-get install flite                                        (2.2; the voices are inside, free to redistribute)

They are less natural than Kokoro's, and about fifty times faster. They add more words and other pronunciations to the
training corpus.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from core.errors import GestureError

SAMPLE_RATE = 16000
# The corpus' name of a voice -> flite's own: an American woman, an American, a Scot and an older, rougher American.
VOICES = {"flite_slt": "slt", "flite_rms": "rms", "flite_awb": "awb", "flite_kal": "kal16"}


def why_not() -> str:
    """Return a sentence that says what is missing to speak; "" when nothing is."""
    return "" if shutil.which("flite") else "Missing program: flite."


def speak(voice: str, text: str, speed: float = 1.0) -> np.ndarray:
    """Say one sentence.

    Args:
        voice: a key of `VOICES`.
        text: words and plain punctuation, numbers spelt out.
        speed: 1.0 is the voice's own pace, larger is faster.

    Returns:
        (N,) float32 at 16 kHz.

    Raises:
        GestureError: flite is missing or fails.
    """
    if reason := why_not():
        raise GestureError(reason, remedy="Install flite 2.2, on Debian and Ubuntu: apt-get install flite.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sentence.wav"
        stretch = f"duration_stretch={1 / speed:.4f}"
        command = ["flite", "-voice", VOICES[voice], "--setf", stretch, "-t", text, "-o", str(path)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode or not path.exists():
            raise GestureError(
                f"flite could not say: {text}", remedy="Reinstall flite 2.2.", detail=done.stderr.strip()
            )
        samples, rate = soundfile.read(path, dtype="float32")
    if rate != SAMPLE_RATE:
        raise GestureError(f"flite's voice {voice} has {rate} Hz.", remedy=f"Install flite 2.2 ({SAMPLE_RATE} Hz).")
    return samples
