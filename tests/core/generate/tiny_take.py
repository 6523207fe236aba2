"""A take that a tiny network makes from a swelling noise, and parts of it made anew."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from core.audio.cues import WIDTH
from core.body.parts import Part
from core.finish.chain import finish
from core.generate.chance_curves import CHANNELS
from core.generate.chance_curves import WIDTH as CHANCE
from core.generate.decode import decode_take
from core.generate.layers import Source, add_layer
from core.generate.sample import Variation
from core.generate.speech_features import AMPLITUDE_ONSET, CUES_CHANCE, speech_features
from core.generate.window_inputs import Speech
from core.generate.windows import run_windows
from core.model.torch_engine.checkpoint import LoadedModel
from core.model.torch_engine.network import TorchNetwork
from core.take.span import Span
from core.take.take import Take
from core.text.timing import Word

from .. import tiny

FRAMES = 200
SIZES_FOR = {
    AMPLITUDE_ONSET: {},
    CUES_CHANCE: {
        "audio_channels_face": WIDTH + CHANCE,
        "audio_channels_body": WIDTH + CHANCE,
        "audio_encoder": "frames",
        "context_frames": 8,
        "chance_channels": CHANCE,
    },
}
WORDS = (Word("never", 1.0, 1.4), Word("big", 3.0, 3.5), Word("house", 4.0, 4.6))


class Made:
    """A tiny network, speech, and a take made from both."""

    def __init__(self, audio: str, late: int):
        config = replace(tiny.CONFIG, **SIZES_FOR[audio])
        card = {**tiny.CARD, "audio": audio, "late_frames": late, "variation": 1.0}
        card |= {"chance": list(CHANNELS)} if audio == CUES_CHANCE else {}
        self.network = TorchNetwork(LoadedModel(tiny.weights(config), card, tiny.neutral(), None), "cpu")
        random = np.random.default_rng(0)
        swell = np.sin(np.arange(FRAMES * 16000 // 30) / 2500) ** 2
        samples = (0.3 * swell * random.normal(size=len(swell))).astype(np.float32)
        vectors = random.normal(size=(FRAMES + late, 5)).astype(np.float32)
        self.source = Source(self.network, speech_features(audio, samples, WORDS), vectors, 1)
        features = self.source.features.with_chance(self.network.info.chance, 0)
        codes = run_windows(self.network, Speech(features, vectors, 1), self.network.info.neutral)
        codes = {part: c[:FRAMES] if part is Part.FACE else c[late:] for part, c in codes.items()}
        raw = decode_take(self.network, codes, np.zeros(3))
        info = {
            "format": 1,
            "frames": FRAMES,
            "seed": 0,
            "speaker": 1,
            "speaker_name": "second",
            "audio": {"path": "speech.wav", "sha256": "0" * 64, "offset_s": 0.0, "duration_s": None},
            "settings": {"finish": True, "variation": 1.0},
            "weights": {"name": "tiny", "sha256": "0" * 64},
        }
        self.take = Take(codes, raw, finish(raw), WORDS, info)

    def again(self, area: str, span: Span, seed: int, take: Take | None = None, **more) -> Take:
        variation = Variation(more.pop("temperature", 1.0), seed)
        return add_layer(take or self.take, self.source, area, span, variation, **more)


@st.composite
def spans(draw):
    start = draw(st.integers(0, FRAMES - 1))
    end = draw(st.integers(start + 1, min(FRAMES, start + 150)))
    return Span(start, end, draw(st.sampled_from([0, 4, 8])), FRAMES)
