"""The features of a recording that weights need, and the curves of chance that follow them.

    kind "amplitude+onset"      per sample:  loudness and onsets, computed from the sound alone
    kind "amplitude+ctc+wave"   per sample:  loudness, letters of a recogniser, the sound itself: the released weights
    kind "cues+chance"          per frame:   cues of the speech (`core.audio.cues`), then curves of chance

Cues are computed once per recording. Chance is drawn once per take, from its seed (`core.generate.chance_curves`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from ..errors import GestureError
from ..language.languages import ENGLISH
from ..text.timing import Phone, Word
from .chance_moves import followed_seed
from .manners import Manner, with_manner
from .moments import NO_MOMENTS, Moments
from .own_arms import draw_arms

if TYPE_CHECKING:
    from ..audio.prosody import Prosody

AMPLITUDE_ONSET = "amplitude+onset"
AMPLITUDE_CTC_WAVE = "amplitude+ctc+wave"
CUES_CHANCE = "cues+chance"


@dataclass(frozen=True)
class SpeechFeatures:
    """The features of a recording, without chance.

    Attributes:
        fixed: (N or T, C) float32: what the speech itself decides.
        prosody: what chance is drawn for; None for weights that use no chance.
    """

    fixed: np.ndarray
    prosody: "Prosody | None" = None

    def moments(self, seed: int = 0, temperature: float = 1.0) -> Moments:
        """Return what a decoded body is fitted to; nothing for weights that use no cues.

        Args:
            seed: decides how the arms differ.
            temperature: at 0 they differ alike for every seed.
        """
        if self.prosody is None:
            return NO_MOMENTS
        prosody = self.prosody
        spoken_s = tuple((unit.start_s, unit.end_s) for unit in prosody.units)
        arms = draw_arms(prosody.frame_count, followed_seed(seed, temperature), prosody.moments_s)
        return Moments(prosody.stressed_s, spoken_s, prosody.loudness, arms)

    def with_chance(
        self,
        channels: Sequence[str],
        seed: int = 0,
        temperature: float = 1.0,
        new_hands: bool = False,
        manner: Manner = MappingProxyType({}),
        even: bool = False,
    ) -> np.ndarray:
        """Return the features (N or T, C) float32 of one take.

        Args:
            channels: the weights' channels of chance (`core.generate.network.NetworkInfo.chance`).
            seed: decides the curves of chance, where the weights use them.
            temperature: how far the curves differ from those that all seeds have at 0, up to 1.
            new_hands: also draw which shapes the hands take, where words do not decide that; see
                `core.generate.hand_shapes`.
            manner: how the style changes the curves (`core.generate.manners`).
            even: whether values of chance cover their range evenly (`core.generate.chance_moves.evenly`).
        """
        if self.prosody is None:
            return self.fixed
        from ..audio.cues import cues
        from .chance_curves import draw_chance
        from .hand_shapes import redraw_hands

        prosody = self.prosody
        fixed = cues(redraw_hands(prosody, seed, temperature)) if new_hands else self.fixed
        drawn = draw_chance(prosody.frame_count, seed, prosody.moments_s, temperature, channels, even)
        return np.concatenate([fixed, with_manner(drawn, channels, manner)], 1)


def speech_features(
    kind: str,
    samples: np.ndarray,
    words: Sequence[Word],
    weights: Path = Path(),
    language: str = ENGLISH,
    sounds: Sequence[Phone] = (),
) -> SpeechFeatures:
    """Compute the features of a recording.

    Args:
        kind: "amplitude+onset" or "amplitude+ctc+wave", per sample; or "cues+chance", per frame.
        samples: (N,) 16 kHz mono.
        words: aligned words; may be empty.
        weights: the model folder; "amplitude+ctc+wave" reads a recogniser from it.
        language: the language of the words.
        sounds: speech sounds that were heard, where the words have none.

    Raises:
        GestureError: there is no such kind, or the recogniser is missing.
    """
    # The packages for sound are imported only here: windows and decoding do without them.
    if kind == AMPLITUDE_ONSET:
        from ..audio.features import amplitude_onset

        return SpeechFeatures(amplitude_onset(samples))
    if kind == AMPLITUDE_CTC_WAVE:
        from ..audio import ctc

        return SpeechFeatures(ctc.amplitude_ctc_wave(samples, weights / ctc.FOLDER))
    if kind == CUES_CHANCE:
        from ..audio.cues import cues
        from ..audio.prosody import analyse

        prosody = analyse(samples, words, language, sounds)
        return SpeechFeatures(cues(prosody), prosody)
    raise GestureError(
        f"These weights need the features {kind!r}, which this version cannot compute.",
        remedy="Use weights for this version.",
    )
