"""The small architecture of MambaTalk in NumPy, which runs the bundled weights in Blender's own Python.

It computes what `torch_engine.mambatalk` and `torch_engine.vqvae` compute, for weights whose sound comes in as features
per frame and whose words come in as vectors. A test compares the two engines.
"""

from functools import partial
from pathlib import Path

import numpy as np

from ...body.parts import Part
from ...errors import GestureError
from ...generate.code_groups import entries_of
from ...generate.network import Conditions, NetworkInfo, Running, WindowOutput
from ...parallel import at_once, thread_count
from ..card import network_info, read_checked_card, read_neutral
from ..config import ROOT, ModelConfig
from ..inputs import check_inputs
from ..pieces import in_pieces
from .layers import (
    F32,
    ConvDecoder,
    ConvEncoder,
    DecoderLayer,
    EncoderLayer,
    FrameEncoder,
    Linear,
    Mlp,
    Parameters,
    gaussian_over_time,
    gaussian_reach,
    position_table,
)
from .mamba import MambaModel, MambaScan
from .tensors import read_tensors

HEADS = 4
BODY = (Part.UPPER, Part.HANDS, Part.LOWER)
STREAMS = ("face", "body")


def runs(config: ModelConfig) -> bool:
    """Return whether this engine can run an architecture."""
    return config.audio_encoder == "frames" and not config.word_vocabulary


class NumpyNetwork:
    """A model folder, ready to run; see `core.generate.network.BatchNetwork`.

    Attributes:
        most_at_once: windows at a time.
        ahead: False: on a processor the windows of a take run one after the other.
        in_step: 1: several stretches together take as long as one after the other.
        info: what the folder declares.
        running: where and how it runs.
    """

    most_at_once = 8
    ahead = False
    in_step = 1

    def __init__(self, folder: Path | str, note: str = ""):
        """Read the folder.

        Args:
            folder: with model.json.
            note: why the processor takes a card's place, for the user; "" where it does not.

        Raises:
            GestureError: missing, broken or misfitting files, or an architecture that needs PyTorch.
        """
        folder = Path(folder)
        self.running = Running("NumPy", note=note)
        card, config = read_checked_card(folder)
        if not runs(config):
            raise GestureError(
                f"The weights {card['name']} need PyTorch.",
                remedy="Choose a Python with PyTorch in the extension's preferences, or choose the bundled weights.",
            )
        self.info: NetworkInfo = network_info(card, config, read_neutral(folder, card["seed_frames"]))
        self._config = config
        try:
            self._read(folder, config)
            self._try()
        except (KeyError, ValueError, IndexError) as error:
            raise GestureError(
                f"The weights in {folder} do not fit their model.json.",
                remedy="Use the model.json that came with the weights.",
                detail=repr(error),
            ) from error

    @property
    def side_by_side(self) -> int:
        """How many stretches of a take are predicted at the same time; see `BatchNetwork`."""
        return thread_count()

    def _read(self, folder: Path, config: ModelConfig) -> None:
        generator = Parameters(read_tensors(folder / "generator.safetensors"))
        self._speakers = {stream: generator[f"speaker_encoder_{stream}.weight"] for stream in STREAMS}
        self._inputs = {stream: _Inputs(generator, stream, config.context_frames) for stream in STREAMS}
        self._global = _GlobalScan(generator.at("global_scan"), config)
        self._local = _LocalScan(generator.at("local_scan"), config)
        self._codebooks, self._decoders = {}, {}
        for part in Part:
            parameters = Parameters(read_tensors(folder / f"{part}.safetensors"))
            self._codebooks[part] = parameters["quantizer.embedding.weight"]
            self._decoders[part] = ConvDecoder(parameters.at("decoder"))
        root = Parameters(read_tensors(folder / f"{ROOT}.safetensors"))
        self._root_encoder, self._root_decoder = ConvEncoder(root.at("encoder")), ConvDecoder(root.at("decoder"))

    def _try(self) -> None:
        """Compute a window of silence, so that parameters of other shapes are found before any work.

        Raises:
            ValueError, IndexError: parameters do not fit each other.
        """
        frames, config = self.info.seed_frames, self._config
        sound = np.zeros((frames + 2 * config.context_frames, config.audio_channels_face), F32)
        conditions = self.conditions(sound, np.zeros((frames, config.word_dim), F32), 0)
        motion = np.zeros((frames, config.motion_width), F32)
        made = self.window(conditions, motion, np.ones_like(motion))
        for part in Part:
            if made.logits[part].shape != (frames, config.code_groups * config.codebook_size):
                raise ValueError(f"the classifier of {part} gives {made.logits[part].shape}")
            channels = self.decode(part, np.zeros(frames, np.int64))
            if channels.shape != (frames, config.part_width(part)):
                raise ValueError(f"the decoder of {part} gives {channels.shape}")
        self.root(np.zeros((frames, config.part_width(Part.LOWER)), F32))

    def conditions(self, audio: np.ndarray, words: np.ndarray, speaker: int) -> Conditions:
        """See `Network`.

        Raises:
            GestureError: inputs of another kind than the weights were trained with, or no such speaker.
        """
        made = self.conditions_of(audio[None], words[None], np.array([speaker]))
        return {name: values[0] for name, values in made.items()}

    def conditions_of(self, audio: np.ndarray, words: np.ndarray, speakers: np.ndarray) -> Conditions:
        """Compute the conditions of several windows; see `BatchNetwork`.

        Raises:
            GestureError: inputs of another kind than the weights were trained with, or no such speaker.
        """
        for row in zip(audio, words, speakers, strict=True):
            check_inputs(self.info, self._config, *row)
        config, shape = self._config, (*words.shape[:2], self._config.hidden)
        audio, words = np.asarray(audio, F32), np.asarray(words, F32)
        sounds = {"face": audio[..., : config.audio_channels_face], "body": audio[..., : config.audio_channels_body]}
        if not config.face_hears_chance:
            sounds["face"] = sounds["face"].copy()
            sounds["face"][..., -config.chance_channels :] = 0
        of_speakers = {stream: self._speakers[stream][speakers][:, None] for stream in STREAMS}  # (B, 1, hidden)
        face, memory = at_once(
            [
                lambda: self._global.face_scan(self._inputs["face"](words, sounds["face"])),
                lambda: self._local.body_proj(self._inputs["body"](words, sounds["body"])),
            ]
        )
        return {
            "face": face,
            # All frames have the same speaker, so attention over them gives each frame the same result as one frame
            # alone.
            "speaker_query": np.broadcast_to(self._global.body_query(of_speakers["body"]), shape),
            "memory": memory,
            "speaker_face": np.broadcast_to(of_speakers["face"], shape),
            "speaker_body": np.broadcast_to(of_speakers["body"], shape),
        }

    def window(self, conditions: Conditions, motion: np.ndarray, mask: np.ndarray) -> WindowOutput:
        """See `Network`."""
        return self._local(conditions, *self._global(conditions, np.asarray(motion, F32), mask))

    def windows(self, conditions: Conditions, motion: np.ndarray, mask: np.ndarray) -> WindowOutput:
        """Predict several windows; see `BatchNetwork`."""
        return self.window(conditions, motion, mask)  # every layer takes any number of leading axes

    def decode(self, part: Part, codes: np.ndarray) -> np.ndarray:
        """See `Network`; long takes are decoded piece by piece, to the same bits."""
        return in_pieces(lambda each: self._decoded(part, self._entries(part, each)), codes, self._reach(part), at_once)

    def decode_many(self, part: Part, codes: np.ndarray, last: int | None = None) -> np.ndarray:
        """Decode a part's codes of several windows; see `BatchNetwork`."""
        if last is not None:
            codes = codes[:, -(last + self._reach(part)) :]
        return self._decoded(part, self._entries(part, codes))[:, -(last or codes.shape[1]) :]

    def settle(self, *given: object) -> None:
        """Return None: a processor makes no passes; see `BatchNetwork`."""

    def _reach(self, part: Part) -> int:
        """Return how many frames to either side a decoded frame depends on."""
        sigma = self._config.decoder_sigma[part]
        return self._decoders[part].reach + (gaussian_reach(sigma) if sigma else 0)

    def _entries(self, part: Part, codes: np.ndarray) -> np.ndarray:
        return entries_of(self._codebooks[part], codes, self._config.code_groups)

    def _decoded(self, part: Part, latents: np.ndarray) -> np.ndarray:
        channels, sigma = self._decoders[part](latents), self._config.decoder_sigma[part]
        return gaussian_over_time(channels, sigma) if sigma else channels

    def root(self, lower: np.ndarray) -> np.ndarray:
        """See `Network`; long takes are computed piece by piece, to the same bits."""
        reach = self._root_encoder.reach + self._root_decoder.reach
        return in_pieces(lambda x: self._root_decoder(self._root_encoder(x)), np.asarray(lower, F32), reach, at_once)

    def codebook(self, part: Part) -> np.ndarray:
        """See `Network`."""
        return self._codebooks[part]


class _Inputs:
    """The input of one stream (face or body): sound and words, mixed channel by channel."""

    def __init__(self, generator: Parameters, stream: str, context: int):
        self.text = Linear(generator.at(f"text_encoder_{stream}"))
        self.sound = FrameEncoder(generator.at(f"audio_pre_encoder_{stream}"), context)
        self.weigh = Linear(generator.at(f"at_attn_{stream}"))

    def __call__(self, words: np.ndarray, sound: np.ndarray) -> np.ndarray:
        """Map words (..., T, D) and sound (..., context + T + context, C) to features (..., T, audio_dim)."""
        text = self.text(words)
        heard = _fit_frames(self.sound(sound), words.shape[-2])
        scores = self.weigh(np.concatenate([text, heard], -1)).reshape(*text.shape, 2)
        share = F32(1) / (F32(1) + np.exp(scores[..., 0] - scores[..., 1]))  # of the words: a softmax over two scores
        return text * share + heard * (F32(1) - share)


class _GlobalScan:
    """See `torch_engine.mambatalk.GlobalScan`."""

    def __init__(self, parameters: Parameters, config: ModelConfig):
        self.query = parameters["learnable_query"].reshape(-1)
        self.encoder = ConvEncoder(parameters.at("motion_encoder"))
        self.project = Mlp(parameters.at("motion_proj1")), Linear(parameters.at("motion_proj2"))
        self.width = config.hidden
        self.body_query = EncoderLayer(parameters.at("body_q_self_attn.layers.0"), HEADS)
        self.motion_attention = EncoderLayer(parameters.at("motion_self_encoder.layers.0"), HEADS)
        self.face_scan, self.body_scan = (MambaScan(parameters.at(name)) for name in ("face_scan", "body_scan"))
        self.out = Linear(parameters.at("out"))
        self._unknown: dict[int, tuple[np.ndarray, np.ndarray]] = {}  # by the number of frames

    def __call__(
        self, conditions: Conditions, motion: np.ndarray, mask: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Map motion and mask (..., T, 337) to the streams of body and face and to the motion's features."""
        encoded, moved = self._encoded(motion, mask)
        positions = position_table(self.width, motion.shape[-2])
        g = self.motion_attention(conditions["speaker_query"] + moved + positions)
        f = self.out(np.concatenate([conditions["face"], self.body_scan(encoded)], -1))
        return g, f, moved

    def _encoded(self, motion: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Encode motion and mask (..., T, 337), to (..., T, motion_dim) and (..., T, hidden).

        A window knows its first frames. What is beyond their reach is that of a window that knows nothing, which is
        computed once.
        """
        frames, reach = motion.shape[-2], self.encoder.reach
        known = np.flatnonzero((mask != 1).any(-1).reshape(-1, frames).any(0)).max(initial=-1) + 1
        first = known + reach
        if first + reach >= frames:
            return self._both(np.where(mask == 1, self.query, motion))
        begin = np.where(mask == 1, self.query, motion)[..., : first + reach, :]
        if frames not in self._unknown:
            self._unknown[frames] = self._both(np.broadcast_to(self.query, (frames, len(self.query))))
        made = []
        for own, unknown in zip(self._both(begin), self._unknown[frames], strict=True):
            made.append(np.empty((*motion.shape[:-1], own.shape[-1]), F32))
            made[-1][..., :first, :], made[-1][..., first:, :] = own[..., :first, :], unknown[first:]
        return made[0], made[1]

    def _both(self, motion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        encoded = self.encoder(motion)
        return encoded, self.project[1](self.project[0](encoded))


class _LocalScan:
    """See `torch_engine.mambatalk.LocalScan`."""

    def __init__(self, parameters: Parameters, config: ModelConfig):
        self.width, self.frame_aligned = config.hidden, config.frame_aligned
        self.cross = [
            DecoderLayer(parameters.at(f"motion_cross_attn.layers.{number}"), HEADS)
            for number in range(config.cross_layers)
        ]
        self.latent = {part: Mlp(parameters.at(f"motion2latent_{part}")) for part in BODY}
        self.project = {part: Linear(parameters.at(f"{part}_proj")) for part in Part}
        self.body_proj = Linear(parameters.at("body_proj"))
        self.scan: dict[Part, MambaScan | MambaModel] = {Part.FACE: MambaScan(parameters.at("face_scan"))}
        self.scan |= {part: MambaModel(parameters.at(f"{part}_scan")) for part in BODY}
        self.down = {part: Linear(parameters.at(f"motion_down_{part}")) for part in Part}
        self.classify = {part: Mlp(parameters.at(f"{part}_classifier")) for part in Part}

    def __call__(self, conditions: Conditions, g: np.ndarray, f: np.ndarray, moved: np.ndarray) -> WindowOutput:
        """Map the global features (..., T, hidden) to the output of the windows."""
        positions = position_table(self.width, g.shape[-2])
        query, memory = g + positions, conditions["memory"]
        if self.frame_aligned:
            memory = memory + positions
            query = query + memory
        for layer in self.cross:
            query = layer(query, memory)
        g = g + query
        latent = {part: self.latent[part](g) for part in BODY}
        place = conditions["speaker_body"] + positions
        if self.frame_aligned:
            place = place + conditions["memory"] + moved
        joined = {
            part: np.concatenate([latent[part] + place, sum(latent[other] for other in BODY if other != part)], -1)
            for part in BODY
        }
        joined[Part.FACE] = np.concatenate([conditions["speaker_face"] + positions, f], -1)

        def streamed(part: Part) -> tuple[np.ndarray, np.ndarray]:
            stream = self.scan[part](self.project[part](joined[part]))
            latents = self.down[part](stream + latent[part] if part in latent else stream)
            return self.classify[part](latents), latents

        made = dict(zip(Part, at_once([partial(streamed, part) for part in Part]), strict=True))
        return WindowOutput(
            {part: scores for part, (scores, _) in made.items()}, {part: latents for part, (_, latents) in made.items()}
        )


def _fit_frames(features: np.ndarray, frames: int) -> np.ndarray:
    """Cut features (..., F, C) at the end, or repeat their tail, to (..., frames, C)."""
    while (missing := frames - features.shape[-2]) > 0:
        features = np.concatenate([features, features[..., -missing:, :]], -2)
    return features[..., :frames, :]
