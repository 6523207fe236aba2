"""What tests of generating share."""

import pytest

from core.generate.speech_features import AMPLITUDE_ONSET, CUES_CHANCE

INPUTS = [(AMPLITUDE_ONSET, 0), pytest.param((CUES_CHANCE, 0), marks=pytest.mark.slow), (CUES_CHANCE, 3)]


@pytest.fixture(scope="module", params=INPUTS, ids=str)
def made(request):
    """A tiny take (`tiny_take.Made`), of weights with and without curves of chance."""
    from .tiny_take import Made

    return Made(*request.param)
