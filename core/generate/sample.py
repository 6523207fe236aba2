"""From the network's output to codes."""

import numpy as np

from ..body.parts import Part
from .network import WindowOutput

# The face's latents, regressed, are truer than its classifier; the other parts' classifiers are truer.
BY_LATENT = (Part.FACE,)


def nearest_codes(latents: np.ndarray, codebook: np.ndarray) -> np.ndarray:
    """Codes (T,) of the entries (K, D) nearest to latents (T, D) by squared distance."""
    latents, codebook = np.asarray(latents, np.float64), np.asarray(codebook, np.float64)
    return ((codebook**2).sum(-1) - 2 * latents @ codebook.T).argmin(-1)


def pick_codes(output: WindowOutput, codebooks: dict[Part, np.ndarray]) -> dict[Part, np.ndarray]:
    """The best code of every frame.

    Args:
        output: of one window of T frames.
        codebooks: entries (K, D), needed for the parts in BY_LATENT.

    Returns:
        int16 (T,) per part.
    """
    return {
        part: (
            nearest_codes(output.latents[part], codebooks[part])
            if part in BY_LATENT
            else output.logits[part].argmax(-1)
        ).astype(np.int16)
        for part in Part
    }
