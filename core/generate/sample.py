"""Codes from the network's output: the most likely ones, or, at random, others that are likely too.

If the random choice changed from frame to frame, the body would shake. So the noise that decides it is held for the
length of a gesture (`SPAN_FRAMES`), and fades into the next noise:

    frame          0         20        40        60
    noise           a ─ ─ ─ ─ b ─ ─ ─ ─ c ─ ─ ─ ─ d      one vector of the codebook's size at each node
    code           argmax(scores + temperature * noise)  of the codes that are likely enough (`TOP_P`)

Weights that use curves of chance, such as the bundled ones, always have the most likely codes: seed and style choose
the curves, which are inputs of the network (`chance_curves`, `manners`).
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from ..body.parts import Part
from ..take.files import compact
from .code_groups import codes_of
from .network import WindowOutput

# Parts that vary in a new take; the face must follow the phones, and the legs must carry the weight.
VARIED = (Part.UPPER, Part.HANDS)
# Frames from one vector of noise to the next.
SPAN_FRAMES = 20
# Only the most likely codes, which together have this probability, are possible (top-p, Holtzman et al. 2020): an
# unlikely code that is held for a gesture's length would be seen.
TOP_P = 0.9


@dataclass(frozen=True)
class Variation:
    """How far a take may differ from the most likely one.

    Attributes:
        temperature: 0 for the most likely take; 1 draws codes as often as the network says they are likely.
        seed: another seed gives another take.
        parts: those that vary.
    """

    temperature: float = 0.0
    seed: int = 0
    parts: tuple[Part, ...] = VARIED


def held_gumbel(start: int, frames: int, entries: int, seed: int, part: Part) -> np.ndarray:
    """Draw Gumbel noise (frames, entries) that holds for about a gesture and cross-fades into the next.

    The argmax of log-probabilities plus Gumbel noise is a sample of them (Gumbel 1954). The noise depends only on the
    numbers of the take's frames, so it does not change where one window ends and the next begins.

    Args:
        start: first frame in the take.
        frames: how many.
        entries: size of the codebook.
        seed: seed of the take.
        part: every part has noise of its own.
    """
    place = (start + np.arange(frames)) / SPAN_FRAMES
    node = place.astype(int)
    first, last = node[0], node[-1] + 1
    key = [seed % 2**32, crc32(part.value.encode())]
    nodes = np.stack([np.random.default_rng([*key, n]).gumbel(size=entries) for n in range(first, last + 1)])
    fade = (place - node)[:, None]
    fade = fade * fade * (3 - 2 * fade)
    return nodes[node - first] * (1 - fade) + nodes[node - first + 1] * fade


def likely_scores(scores: np.ndarray, top_p: float = TOP_P) -> np.ndarray:
    """Set the scores (T, K) of unlikely codes to minus infinity; the others of a frame are together `top_p` likely."""
    scores = np.asarray(scores, np.float64)
    order = np.argsort(-scores, axis=-1, kind="stable")
    ranked = np.take_along_axis(scores, order, -1)
    share = np.exp(ranked - ranked[:, :1])
    share /= share.sum(-1, keepdims=True)
    kept = np.cumsum(share, -1) - share < top_p
    kept[:, 0] = True
    out = np.empty_like(scores)
    np.put_along_axis(out, order, np.where(kept, ranked, -np.inf), -1)
    return out


def nearest_codes(latents: np.ndarray, codebook: np.ndarray, groups: int = 1) -> np.ndarray:
    """Return the codes (T,) of the codebook entries (K, D) nearest to latents (T, D) by squared distance."""
    latents, codebook = np.asarray(latents, np.float64), np.asarray(codebook, np.float64)
    rows = [
        ((book**2).sum(-1) - 2 * part @ book.T).argmin(-1)
        for part, book in zip(np.split(latents, groups, -1), np.split(codebook, groups, -1), strict=True)
    ]
    return codes_of(np.stack(rows, -1), len(codebook))


def pick_codes(
    output: WindowOutput,
    codebooks: dict[Part, np.ndarray],
    start: int = 0,
    variation: Variation | None = None,
    groups: int = 1,
) -> dict[Part, np.ndarray]:
    """Choose the code of every frame: the most likely one, or, with a variation, one that is likely, too.

    Args:
        output: output of one window of T frames.
        codebooks: entries (K, D) of the parts whose codes come from the regressed latents; the other parts' codes come
            from the scores.
        start: the window's first frame in the take.
        variation: None for the most likely codes.
        groups: groups of the codes (`core.generate.code_groups`).

    Returns:
        int16 or int32 (T,) per part.
    """
    codes = {}
    for part in Part:
        if part in codebooks:
            codes[part] = compact(nearest_codes(output.latents[part], codebooks[part], groups))
            continue
        frames, width = output.logits[part].shape
        scores = output.logits[part].reshape(frames * groups, -1)  # each group's own rows
        if variation is not None and variation.temperature > 0 and part in variation.parts:
            noise = held_gumbel(start, frames, width, variation.seed, part)
            scores = likely_scores(scores) + variation.temperature * noise.reshape(scores.shape)
        rows = scores.argmax(-1).reshape(frames, groups)
        codes[part] = compact(codes_of(rows, scores.shape[-1]))
    return codes
