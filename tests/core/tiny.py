"""A tiny random network for tests: every module of the real one, no meaning."""

from types import MappingProxyType

import numpy as np
import torch

from core.body.motion import Motion
from core.model.config import ModelConfig
from core.model.torch_engine.checkpoint import LoadedModel, build_weights
from core.model.torch_engine.network import TorchNetwork

CONFIG = ModelConfig(
    hidden=16,
    audio_dim=8,
    motion_dim=8,
    codebook_size=12,
    code_dim=4,
    word_dim=5,
    word_vocabulary=0,
    speakers=2,
    audio_channels_face=2,
    audio_channels_body=2,
    wav_widths=(4, 4, 4),
    cross_layers=1,
    face_blocks=1,
    mamba_state=2,
    vae_width=8,
    vae_depths=MappingProxyType({"face": 1, "upper": 1, "hands": 1, "lower": 2, "root": 1}),
    face_basis="arkit52",
    face_query_attention=False,
)
CARD = {
    "name": "tiny",
    "audio": "amplitude+onset",
    "words": {"kind": "fasttext", "file": "words.bin"},
    "face_basis": "arkit52",
    "fps": 30,
    "window": 64,
    "seed_frames": 4,
    "speakers": ["calm", "lively"],
    "license": "CC0-1.0",
}


def neutral(frames: int = 4, x: float = 0.0) -> Motion:
    rotations = np.random.default_rng(0).normal(0, 0.2, (55, 3))
    return Motion(
        rotations=np.repeat(rotations[None], frames, 0),
        translation=np.repeat([[x, 0.1, -x]], frames, 0),
        expression=np.zeros((frames, 52)),
        contacts=np.ones((frames, 4)),
        rest_joints=np.random.default_rng(1).normal(0, 1, (55, 3)),
    )


def weights(config: ModelConfig = CONFIG, seed: int = 0):
    torch.manual_seed(seed)
    made = build_weights(config)
    for autoencoder in made.autoencoders.values():
        torch.nn.init.normal_(autoencoder.quantizer.embedding.weight)
    return made


def network(x: float = 0.0) -> TorchNetwork:
    return TorchNetwork(LoadedModel(weights(), CARD, neutral(x=x), None), "cpu")


def inputs(frames: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    samples = frames * 16000 // 30
    return random.random((samples, 2)).astype(np.float32), random.normal(size=(frames, 5)).astype(np.float32)
