"""The face of a mood: brows, lids, cheeks and mouth corners are laid over a face that goes on speaking.

What is added fills the room that a shape has left, so a blink still shuts the eye. The jaw is never changed. Where the
lips close for a sound (p, b, m) or touch the teeth (f, v), shapes of the mood that could part them fade out, and its
other shapes of the mouth become weaker, because a smile that vanished at every m would twitch:

    mouthStretch   0.5 ────────╮       ╭─────────        mouthSmile  0.5 ────────╮       ╭─────────
                   0           ╰───────╯                             0.35        ╰───────╯
    lips               open      closed    open                          open      closed    open
"""

import numpy as np

from ..body.parts import ARKIT_NAMES
from .mood import FELT, MOODS

# Shapes with which lips close, and the weights at which they are closed.
_CLOSING = {"mouthPressLeft": 0.2, "mouthPressRight": 0.2, "mouthRollUpper": 0.15, "mouthRollLower": 0.3}
# Shapes that part the lips, and the share of the mouth's other shapes that is left where lips are closed.
_PARTING = ("mouthStretch", "mouthDimple", "mouthLowerDown", "mouthUpperUp", "mouthFunnel", "mouthPucker")
_STAYS = 0.7


def _columns(name: str) -> list[int]:
    """Return the columns of a shape; of both sides, where its name has no side."""
    return [ARKIT_NAMES.index(full) for full in (name, f"{name}Left", f"{name}Right") if full in ARKIT_NAMES]


def _table() -> np.ndarray:
    """Return what each mood adds to each shape: (M, 52)."""
    table = np.zeros((len(FELT), len(ARKIT_NAMES)))
    for row, mood in enumerate(FELT):
        for name, amount in MOODS[mood].face.items():
            table[row, _columns(name)] = amount
    return table


FACE = _table()
# How far each shape fades where lips are closed: (52,).
_FADES = np.array(
    [1.0 if name.startswith(_PARTING) else 1 - _STAYS if name.startswith("mouth") else 0.0 for name in ARKIT_NAMES]
)


def closed_lips(expression: np.ndarray) -> np.ndarray:
    """Return how far lips are closed by a sound in each frame: (T,) from 0 to 1."""
    shares = [expression[:, ARKIT_NAMES.index(name)] / full for name, full in _CLOSING.items()]
    return np.clip(np.max(shares, axis=0), 0.0, 1.0)


def lay_over_face(expression: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Lay a mood's face over ARKit weights (T, 52).

    Args:
        expression: of a motion whose face basis is "arkit52".
        weights: (T, M) strengths of the moods `FELT`.
    """
    added = weights @ FACE * (1 - closed_lips(expression)[:, None] * _FADES)
    touched = np.flatnonzero(added.any(0))
    out = expression.copy()
    room = np.where(added > 0, 1 - expression, 1.0)
    out[:, touched] = np.clip(expression + added * room, 0.0, 1.0)[:, touched]
    return out
