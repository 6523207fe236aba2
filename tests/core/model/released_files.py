"""The sizes and the vocabulary of the released weights, made small."""

import pickle
import sys
import types
from dataclasses import replace
from pathlib import Path

import numpy as np

from .. import tiny

# As the released model: a table of words, three channels of sound, a face of FLAME's coefficients.
CONFIG = replace(
    tiny.CONFIG, word_vocabulary=9, audio_channels_face=3, audio_channels_body=2, face_basis="flame100", speakers=25
)


def vocab_pickle(path: Path, words: dict[str, int]) -> None:
    """Write a pickle as BEAT2's program does: an object of `utils.build_vocab.Vocab`."""
    modules = {name: types.ModuleType(name) for name in ("utils", "utils.build_vocab")}
    kind = type("Vocab", (), {"__module__": "utils.build_vocab"})
    modules["utils.build_vocab"].Vocab = kind
    sys.modules.update(modules)
    try:
        vocabulary = kind()
        vocabulary.name, vocabulary.trimmed, vocabulary.word2index = "words", False, words
        vocabulary.index2word = {number: word for word, number in words.items()}
        vocabulary.word_embedding_weights = np.random.default_rng(0).normal(size=(len(words), 3)).astype(np.float32)
        path.write_bytes(pickle.dumps(vocabulary))
    finally:
        for name in modules:
            del sys.modules[name]
