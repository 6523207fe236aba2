"""Finishing: what is done to a decoded motion before an animator sees it; numpy and scipy only."""

from dataclasses import dataclass

from ..body.motion import Motion
from .root import remove_drift
from .smooth import smooth


@dataclass(frozen=True)
class FinishSettings:
    """What finishing does.

    Attributes:
        body_cutoff_hz: cut-off of the low-pass over the upper body and hands; 0 leaves them alone.
        legs_cutoff_hz: the same for pelvis, legs and root, which move together so that planted feet stay planted;
            lower because weight shifts are slow.
        face_cutoff_hz: the same for expression curves and the jaw, higher because lips are quick.
        drift_s: slow root travel longer than about this is removed; 0 keeps the path.
    """

    body_cutoff_hz: float = 5.0
    legs_cutoff_hz: float = 1.0
    face_cutoff_hz: float = 9.0
    drift_s: float = 10.0


def finish(motion: Motion, settings: FinishSettings | None = None) -> Motion:
    """Smooth lightly and remove the root's drift."""
    settings = settings or FinishSettings()
    return remove_drift(
        smooth(motion, settings.body_cutoff_hz, settings.face_cutoff_hz, settings.legs_cutoff_hz), settings.drift_s
    )
