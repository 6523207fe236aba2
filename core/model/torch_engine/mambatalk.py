"""The generator of MambaTalk (arXiv 2403.09471): sound, words, speaker and a few frames of motion to codes per part.

Parameter names are those of the published weights. The way of a window of T frames:

    sound, words ── fuse ─┬─ face (B, T, audio) ──┬─ global scan ── g, f, moved (B, T, hidden) ─┐
    speaker ──────────────┼───────────────────────┤                                            ├─ local scan ── codes
    seed motion, mask ────┼───────────────────────┘                                            │
                          └─ memory (B, T, hidden) ────────────────────────────────────────────┘

The global scan makes coarse features of the whole window. In the local scan the body attends to sound and words, and
there is one stream for each part. Everything that does not depend on motion is computed once for a window
(`conditions`), because a window may be predicted several times.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from ...body.parts import Part
from ..config import ModelConfig
from .attention import decoder_stack, encoder_stack
from .layers import ConvEncoder, FrameEncoder, Mlp, PositionTable, WavEncoder
from .mamba import MambaModel, MambaScan
from .packed import Linear

HEADS = 4
MOTION_DEPTH = 3
BODY = (Part.UPPER, Part.HANDS, Part.LOWER)
STREAMS = ("face", "body")

Conditions = dict[str, Tensor]


class Output(NamedTuple):
    """The prediction of one pass.

    Attributes:
        logits: per part (B, T, G K), a score for every row of the codebook in every group of the codes.
        latents: per part (B, T, D), near the codebook entries.
    """

    logits: dict[Part, Tensor]
    latents: dict[Part, Tensor]


class GlobalScan(nn.Module):
    """Coarse features of the window: of the face from sound and words, of the body from the given motion."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        hidden, audio, motion, states = config.hidden, config.audio_dim, config.motion_dim, config.mamba_state
        self.learnable_query = nn.Parameter(torch.zeros(1, 1, config.motion_width))
        self.motion_encoder = ConvEncoder(config.motion_width, motion, motion, MOTION_DEPTH)
        self.motion_proj1 = Mlp(motion, hidden, motion)
        self.motion_proj2 = Linear(motion, hidden)
        self.position_embeddings = PositionTable(hidden)
        if config.face_query_attention:
            self.face_q_self_attn = encoder_stack(hidden, hidden, HEADS, config.dropout)
        self.body_q_self_attn = encoder_stack(hidden, hidden, HEADS, config.dropout)
        self.motion_self_encoder = encoder_stack(hidden, hidden, HEADS, config.dropout)
        self.face_scan = MambaScan(audio, 2 * audio, audio, 1, states)
        self.body_scan = MambaScan(motion, hidden, motion, 1, states)
        self.out = Linear(audio + motion, hidden)

    def conditions(self, face: Tensor, speaker_body: Tensor) -> Conditions:
        """Compute the part that does not depend on motion.

        Args:
            face: (B, T, audio) fused sound and words.
            speaker_body: (B, T, hidden), or (B, 1, hidden) where all frames are equal.
        """
        return {"face": self.face_scan(face), "speaker_query": self.body_q_self_attn(speaker_body)}

    def forward(self, conditions: Conditions, motion: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Compute the features of a window.

        Args:
            conditions: from `conditions`.
            motion: (B, T, 337).
            mask: (B, T, 337), 1 where motion is to be ignored.

        Returns:
            the body's stream, the features for the face, and those of the motion alone; (B, T, hidden) each.
        """
        query = torch.where(mask == 1, self.learnable_query, motion)
        encoded = self.motion_encoder(query)  # (B, T, motion)
        moved = self.motion_proj2(self.motion_proj1(encoded))
        g = self.motion_self_encoder(conditions["speaker_query"] + moved + self.position_embeddings(motion.shape[1]))
        f = self.out(torch.cat([conditions["face"], self.body_scan(encoded)], -1))
        return g, f, moved


class LocalScan(nn.Module):
    """The streams of the parts: from the global features to latents and scores of codes."""

    face_proj: nn.Linear

    def __init__(self, config: ModelConfig):
        super().__init__()
        hidden, states = config.hidden, config.mamba_state
        self.frame_aligned = config.frame_aligned
        self.position_embeddings = PositionTable(hidden)
        self.motion_cross_attn = decoder_stack(hidden, hidden, HEADS, config.dropout, config.cross_layers)
        for part in BODY:
            self.add_module(f"motion2latent_{part}", Mlp(hidden, hidden, hidden))
        for part in Part:
            self.add_module(f"{part}_proj", Linear(2 * hidden, hidden))
        self.body_proj = Linear(config.audio_dim, hidden)
        self.face_scan = MambaScan(hidden, hidden, hidden, config.face_blocks, states)
        for part in BODY:
            self.add_module(f"{part}_scan", MambaModel(hidden, hidden, 1, states, config.dropout))
        rows = config.code_groups * config.codebook_size
        for part in Part:
            self.add_module(f"motion_down_{part}", Linear(hidden, config.code_dim))
            self.add_module(f"{part}_classifier", Mlp(config.code_dim, hidden, rows))

    def forward(self, conditions: Conditions, g: Tensor, f: Tensor, moved: Tensor) -> Output:
        """Predict a window from the results of `GlobalScan`.

        Args:
            conditions: from `MambaTalk.conditions`.
            g: (B, T, hidden) the body's stream.
            f: (B, T, hidden) the features for the face.
            moved: (B, T, hidden) the features of the motion alone.
        """
        module = self.get_submodule
        positions = self.position_embeddings(g.shape[1])
        query, memory = g + positions, conditions["memory"]
        if self.frame_aligned:
            memory = memory + positions
            query = query + memory
        g = g + self.motion_cross_attn(tgt=query, memory=memory)
        latent = {part: module(f"motion2latent_{part}")(g) for part in BODY}
        place = conditions["speaker_body"] + positions
        if self.frame_aligned:
            # Like the face's stream, each part's stream gets the sound and the words of its own frame, and the seed
            # pose.
            place = place + conditions["memory"] + moved
        streams = {}
        for part in BODY:
            others = sum(latent[other] for other in BODY if other != part)
            joined = torch.cat([latent[part] + place, others], -1)
            streams[part] = module(f"{part}_scan")(module(f"{part}_proj")(joined)) + latent[part]
        joined = torch.cat([conditions["speaker_face"] + positions, f], -1)
        streams[Part.FACE] = self.face_scan(self.face_proj(joined))
        latents = {part: module(f"motion_down_{part}")(streams[part]) for part in Part}
        return Output({part: module(f"{part}_classifier")(latents[part]) for part in Part}, latents)


class MambaTalk(nn.Module):
    """The generator with all its parts."""

    audio_pre_encoder_face: nn.Module
    audio_pre_encoder_body: nn.Module
    speaker_encoder_face: nn.Embedding
    speaker_encoder_body: nn.Embedding

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        for stream, channels in zip(STREAMS, (config.audio_channels_face, config.audio_channels_body), strict=True):
            if config.word_vocabulary:
                self.add_module(f"text_pre_encoder_{stream}", nn.Embedding(config.word_vocabulary, config.word_dim))
            self.add_module(f"text_encoder_{stream}", Linear(config.word_dim, config.audio_dim))
            self.add_module(f"audio_pre_encoder_{stream}", _sound_encoder(config, channels))
            self.add_module(f"at_attn_{stream}", Linear(2 * config.audio_dim, 2 * config.audio_dim))
            self.add_module(f"speaker_encoder_{stream}", nn.Embedding(config.speakers, config.hidden))
        self.global_scan = GlobalScan(config)
        self.local_scan = LocalScan(config)

    def audio_features(self, audio: Tensor, frames: int) -> tuple[Tensor, Tensor]:
        """Encode sound (B, S, channels) as features (B, frames, audio_dim) for the face and for the body."""
        of_face = audio[..., : self.config.audio_channels_face]
        if not self.config.face_hears_chance:
            chance = self.config.chance_channels
            of_face = torch.cat([of_face[..., :-chance], torch.zeros_like(of_face[..., -chance:])], -1)
        face = fit_frames(self.audio_pre_encoder_face(of_face), frames)
        body = fit_frames(self.audio_pre_encoder_body(audio[..., : self.config.audio_channels_body]), frames)
        return face, body

    def conditions(self, audio: Tensor, words: Tensor, speaker: Tensor) -> Conditions:
        """Compute everything that does not depend on motion; all passes over one window share it.

        Args:
            audio: (B, S, channels), S samples for T frames, or frames with their context.
            words: (B, T) ids when the model has a word table, else vectors (B, T, word_dim).
            speaker: (B,) or (B, T) ids.
        """
        frames = words.shape[1]
        if speaker.ndim == 1:
            # Frames of one speaker attend to each other as one of them does to itself; dropout treats each alone.
            speaker = speaker[:, None].expand(-1, frames if self.training else 1)
        sounds = dict(zip(STREAMS, self.audio_features(audio, frames), strict=True))
        fused = {stream: self._fuse(stream, words, sounds[stream]) for stream in STREAMS}
        speaker_body = self.speaker_encoder_body(speaker)  # (B, T or 1, hidden)
        made = {
            **self.global_scan.conditions(fused["face"], speaker_body),
            "memory": self.local_scan.body_proj(fused["body"]),
            "speaker_face": self.speaker_encoder_face(speaker),
            "speaker_body": speaker_body,
        }
        return {name: values.expand(-1, frames, -1) for name, values in made.items()}

    def _fuse(self, stream: str, words: Tensor, sound: Tensor) -> Tensor:
        """Mix words and sound by learned weights, channel by channel; (B, T, audio_dim)."""
        if self.config.word_vocabulary:
            words = self.get_submodule(f"text_pre_encoder_{stream}")(words)
        text = self.get_submodule(f"text_encoder_{stream}")(words)
        scores = self.get_submodule(f"at_attn_{stream}")(torch.cat([text, sound], -1))
        of_sound, of_text = scores.unflatten(-1, (-1, 2)).unbind(-1)  # (B, T, audio_dim) each
        return torch.lerp(sound, text, torch.sigmoid(of_text - of_sound))  # the softmax of the two

    def forward(self, conditions: Conditions, motion: Tensor, mask: Tensor) -> Output:
        """Predict every frame of a window.

        Args:
            conditions: from `conditions`.
            motion: (B, T, 337) rot6d of 55 joints, translation, contacts.
            mask: (B, T, 337), 1 where motion is to be ignored.
        """
        return self.local_scan(conditions, *self.global_scan(conditions, motion, mask))


def _sound_encoder(config: ModelConfig, channels: int) -> nn.Module:
    if config.audio_encoder == "frames":
        return FrameEncoder(channels, config.audio_dim, config.context_frames)
    return WavEncoder(channels, config.wav_widths, config.audio_dim)


def fit_frames(features: Tensor, frames: int) -> Tensor:
    """Cut features (B, F, C) at the end, or repeat their tail, to (B, frames, C)."""
    missing = frames - features.shape[1]
    while missing > 0:
        features = torch.cat([features, features[:, -missing:]], 1)
        missing = frames - features.shape[1]
    return features[:, :frames]
