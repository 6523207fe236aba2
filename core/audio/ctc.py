"""Letters that a speech recogniser recognises, as the released weights take them: one number per 16 kHz sample.

The recogniser is wav2vec2-base-960h with its CTC head (Baevski et al. 2020), read by `transformers` from a folder of
the user's. It gives one letter for every 20 ms. Long recordings are recognised in pieces that overlap, because its
memory grows with the square of the length:

    piece 0    |----------------|~~|
    piece 1                  |~~|----------------|~~|        of what two pieces share, each gives the nearer half
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..clock import SAMPLE_RATE
from ..errors import GestureError

PIECE_S, OVERLAP_S = 30, 4
FOLDER = "ctc"


def normalised(samples: np.ndarray) -> np.ndarray:
    """Return a recording (N,) with mean 0 and variance 1, float32, as the recogniser was trained."""
    values = samples.astype(np.float64)
    return ((values - values.mean()) / np.sqrt(values.var() + 1e-7)).astype(np.float32)


def load_recogniser(folder: Path) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from a normalised recording (N,) to its letters (F,), int64.

    Args:
        folder: config.json and weights, as `transformers` stores them.

    Raises:
        GestureError: no folder, no `transformers`, or files that it cannot read.
    """
    if not (folder / "config.json").is_file():
        raise GestureError(
            "These weights need the letters of a speech recogniser, and their folder has none.",
            remedy="Import the weights again with --ctc and the folder of wav2vec2-base-960h.",
            detail=str(folder),
        )
    try:
        import torch
        from transformers import Wav2Vec2ForCTC
    except ImportError as error:
        raise GestureError(
            "These weights need the package transformers.",
            remedy="Install it into the Python with PyTorch: PYTHON -m pip install transformers.",
            detail=str(error),
        ) from error
    try:
        network = Wav2Vec2ForCTC.from_pretrained(str(folder), local_files_only=True, use_safetensors=None).eval()
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise GestureError(
            f"The speech recogniser in {folder} cannot be read.",
            remedy="Download wav2vec2-base-960h again.",
            detail=str(error),
        ) from error

    def recognise(piece: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return network(torch.from_numpy(piece)[None]).logits[0].argmax(-1).numpy()

    return recognise


def letters_per_sample(samples: np.ndarray, recognise: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Recognise a recording piece by piece, and stretch the letters over its samples.

    Args:
        samples: (N,) normalised, 16 kHz.
        recognise: see `load_recogniser`; called with pieces of at most 30 s.

    Returns:
        (N,) float32, the number of the letter at each sample.
    """
    piece, overlap = PIECE_S * SAMPLE_RATE, OVERLAP_S * SAMPLE_RATE
    out = np.zeros(len(samples), np.float32)
    step = piece - overlap
    starts = range(0, max(len(samples) - overlap, 1), step)
    for start in starts:
        part = samples[start : start + piece]
        letters = recognise(part)
        stretched = letters[np.arange(len(part)) * len(letters) // len(part)] if len(letters) else np.zeros(len(part))
        first = 0 if start == 0 else overlap // 2
        out[start + first : start + len(part)] = stretched[first:]
    return out


def amplitude_ctc_wave(samples: np.ndarray, folder: Path) -> np.ndarray:
    """Compute the `amplitude+ctc+wave` features of the released weights.

    Args:
        samples: (N,) 16 kHz mono.
        folder: the recogniser's folder.

    Returns:
        (N, 3) float32: the amplitude envelope, the recognised letter, and the normalised recording.

    Raises:
        GestureError: see `load_recogniser`.
    """
    from .features import amplitude_envelope

    wave = normalised(samples)
    letters = letters_per_sample(wave, load_recogniser(folder))
    return np.stack([amplitude_envelope(samples), letters, wave], 1).astype(np.float32)
