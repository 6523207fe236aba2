"""The fifteen mouth shapes of speech (visemes of Oculus and VRM), from ARKit weights or from the times of phones."""

from collections.abc import Sequence

import numpy as np

from ..body.parts import ARKIT_NAMES
from .least_squares import bounded_least_squares

# Mouth shapes in ARKit's terms; a name without its side stands for both.
_SHAPES: dict[str, dict[str, float]] = {
    "sil": {},
    "PP": {"mouthPress": 0.5, "mouthRollUpper": 0.3, "mouthRollLower": 0.3},
    "FF": {"jawOpen": 0.06, "mouthRollLower": 0.55, "mouthUpperUp": 0.25, "mouthShrugUpper": 0.1},
    "TH": {"jawOpen": 0.16, "tongueOut": 0.35, "mouthLowerDown": 0.2, "mouthUpperUp": 0.1},
    "DD": {"jawOpen": 0.12, "mouthLowerDown": 0.25, "mouthUpperUp": 0.18},
    "kk": {"jawOpen": 0.2, "mouthLowerDown": 0.15, "mouthStretch": 0.1},
    "CH": {"jawOpen": 0.1, "mouthFunnel": 0.55, "mouthShrugUpper": 0.15, "mouthLowerDown": 0.15},
    "SS": {"jawOpen": 0.05, "mouthStretch": 0.3, "mouthLowerDown": 0.3, "mouthUpperUp": 0.15},
    "nn": {"jawOpen": 0.18, "mouthLowerDown": 0.12, "tongueOut": 0.08},
    "RR": {"jawOpen": 0.14, "mouthFunnel": 0.35, "mouthPucker": 0.2},
    "aa": {"jawOpen": 0.6, "mouthLowerDown": 0.25, "mouthUpperUp": 0.15},
    "E": {"jawOpen": 0.35, "mouthStretch": 0.3, "mouthLowerDown": 0.25, "mouthUpperUp": 0.15, "mouthSmile": 0.15},
    "ih": {"jawOpen": 0.2, "mouthStretch": 0.35, "mouthSmile": 0.3, "mouthLowerDown": 0.2},
    "oh": {"jawOpen": 0.4, "mouthFunnel": 0.45, "mouthPucker": 0.2},
    "ou": {"jawOpen": 0.18, "mouthFunnel": 0.3, "mouthPucker": 0.65},
}
VISEMES: tuple[str, ...] = tuple(_SHAPES)
# ARPABET phones by the mouth shape they are made with.
_PHONES = {
    "PP": "P B M",
    "FF": "F V",
    "TH": "TH DH",
    "DD": "T D",
    "kk": "K G NG HH",
    "CH": "CH JH SH ZH",
    "SS": "S Z",
    "nn": "N L",
    "RR": "R ER",
    "aa": "AA AH AY AW AE AX",
    "E": "EH EY",
    "ih": "IH IY Y",
    "oh": "AO OW OY",
    "ou": "UW UH W",
}
_VISEME_OF = {phone: viseme for viseme, phones in _PHONES.items() for phone in phones.split()}
# How strongly a shape counts against its neighbours in time: lips must close for p and touch the teeth for f.
_DOMINANCE = {
    "PP": 3.0,
    "FF": 2.2,
    "CH": 1.5,
    "ou": 1.5,
    "SS": 1.2,
    "TH": 1.2,
    "oh": 1.2,
    "nn": 0.7,
    "DD": 0.7,
    "kk": 0.5,
}
_SILENCE_DOMINANCE = 0.06
# Seconds by which a mouth shape is reached before its sound.
_LEAD_S, _REACH_S = 0.02, 0.045
# Penalty that keeps several similar shapes from sharing a movement that one of them explains alone.
_RIDGE = 0.002


def _templates() -> np.ndarray:
    table = np.zeros((len(VISEMES), len(ARKIT_NAMES)))
    for row, shape in enumerate(_SHAPES.values()):
        for name, value in shape.items():
            for full in (name, f"{name}Left", f"{name}Right"):
                if full in ARKIT_NAMES:
                    table[row, ARKIT_NAMES.index(full)] = value
    return table


TEMPLATES = _templates()
LIPS: tuple[int, ...] = tuple(
    index for index, name in enumerate(ARKIT_NAMES) if name.startswith(("mouth", "jaw", "tongue"))
)


def fit_visemes(weights: np.ndarray, visemes: Sequence[str]) -> np.ndarray:
    """Find the mix of mouth shapes (T, V), each 0-1, that comes nearest to ARKit weights (T, 52)."""
    rows = TEMPLATES[[VISEMES.index(viseme) for viseme in visemes]][:, LIPS]
    gram = rows @ rows.T + _RIDGE * np.eye(len(rows))
    return bounded_least_squares(gram, weights[:, LIPS] @ rows.T)


def speak(phones: Sequence[tuple[str, float, float]], times_s: np.ndarray) -> np.ndarray:
    """Make mouth shapes over time from phones: (T, 15) in the order of `VISEMES`, summing to one.

    Each phone counts with its dominance, which fades with the distance in time, so that neighbours blend (after Cohen
    and Massaro 1993).

    Args:
        phones: (ARPABET phone, start, end), seconds.
        times_s: (T,) seconds.
    """
    pull = np.zeros((len(times_s), len(VISEMES)))
    pull[:, VISEMES.index("sil")] = _SILENCE_DOMINANCE
    for phone, start_s, end_s in phones:
        viseme = _VISEME_OF.get(phone.rstrip("012").upper())
        if viseme is None:
            continue
        low, high = np.searchsorted(times_s, (start_s - 0.4, end_s + 0.4))
        outside = np.maximum(np.abs(times_s[low:high] + _LEAD_S - (start_s + end_s) / 2) - (end_s - start_s) / 4, 0)
        pull[low:high, VISEMES.index(viseme)] += _DOMINANCE.get(viseme, 1.0) * np.exp(-0.5 * (outside / _REACH_S) ** 2)
    return pull / pull.sum(axis=1, keepdims=True)


def blend_lips(weights: np.ndarray, visemes: np.ndarray, amount: np.ndarray | float) -> np.ndarray:
    """Mix the mouth of visemes into ARKit weights; brows, eyes and cheeks stay.

    Args:
        weights: (T, 52) of ARKit.
        visemes: (T, 15) in the order of `VISEMES`.
        amount: 0 leaves the mouth, 1 replaces it; one number, or (T, 1).
    """
    out = weights.copy()
    lips = list(LIPS)
    out[:, lips] += amount * ((visemes @ TEMPLATES)[:, lips] - weights[:, lips])
    return out
