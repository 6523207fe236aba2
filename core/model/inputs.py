"""The check that inputs of a network are of the kind and the shape that its weights were trained with."""

import numpy as np

from ..errors import GestureError
from ..generate.network import NetworkInfo
from .config import ModelConfig


def check_inputs(info: NetworkInfo, config: ModelConfig, audio: np.ndarray, words: np.ndarray, speaker: int) -> None:
    """Make sure that sound, words and speaker suit the weights; every engine calls this before it computes.

    Args:
        info: facts about the weights.
        config: their sizes.
        audio: (S, C), per sample, or per frame with the context.
        words: (T,) ids where the model has a word table, else (T, D) vectors.
        speaker: number.

    Raises:
        GestureError: inputs of another kind than the weights were trained with, or no such speaker.
    """
    remedy = f"Give these weights the inputs that their model.json names: {info.audio}, {info.words}."
    if audio.ndim != 2 or audio.shape[1] != config.audio_channels_face:
        raise GestureError(f"Audio features have shape {audio.shape}.", remedy=remedy)
    width = () if config.word_vocabulary else (config.word_dim,)
    if words.shape[1:] != width:
        raise GestureError(f"Words have shape {words.shape}.", remedy=remedy)
    if not width and ((words < 0) | (words >= config.word_vocabulary)).any():
        raise GestureError("A word's id lies outside the word table.", remedy=remedy)
    if not 0 <= speaker < config.speakers:
        raise GestureError(f"These weights have no speaker {speaker}.", remedy="Choose a speaker from the list.")
