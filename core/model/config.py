"""The sizes of a model: all parts of its architecture that differ between weights."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from ..audio.cues import WIDTH as CUES
from ..body.parts import EXPRESSION_WIDTHS, Part, part_width
from ..errors import GestureError
from ..generate.chance_curves import FIRST_CHANNELS
from ..generate.chance_curves import WIDTH as CHANCE
from ..generate.code_groups import MOST_CODES
from ..plain_values import is_number, is_whole

ROOT = "root"
# The published file of each of our files.
PUBLISHED = {
    "face": "pretrained_vq/face.bin",
    "upper": "pretrained_vq/upper.bin",
    "hands": "pretrained_vq/hands.bin",
    "lower": "pretrained_vq/lower_foot.bin",
    ROOT: "pretrained_vq/foot.bin",
    "generator": "mambatalk_100.bin",
}
ENCODERS = ("wave", "frames")
LARGEST_SIGMA = 8.0
_REMEDY = "Use the model.json that came with the weights."
# The largest sizes; a model beyond them would not fit into any memory.
_MOST_SIZE = 8192
_MOST_SIZES = {
    **{"word_vocabulary": 1_000_000, "codebook_size": 65_536, "speakers": 10_000, "vae_depths": 16, "code_groups": 64},
    **{"cross_layers": 64, "face_blocks": 64, "mamba_state": 256, "context_frames": 1024, "chance_channels": 256},
}
# Entries that a model.json may leave out.
_OPTIONAL = frozenset({"face_hears_chance", "chance_channels", "code_groups"})


def _depths(face: int = 2, upper: int = 2, hands: int = 2, lower: int = 4, root: int = 4) -> Mapping[str, int]:
    return MappingProxyType({"face": face, "upper": upper, "hands": hands, "lower": lower, ROOT: root})


def _sigmas(face: float = 0, upper: float = 0, hands: float = 0, lower: float = 0) -> Mapping[str, float]:
    return MappingProxyType({"face": face, "upper": upper, "hands": hands, "lower": lower})


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of generator, autoencoders and global motion predictor; the defaults are the released model's.

    Attributes:
        hidden: width of the local scan; a multiple of 8, the number of attention heads.
        audio_dim: audio and word features per frame.
        motion_dim: motion features per frame.
        motion_width: 55 joints × 6, translation 3, contacts 4.
        codebook_size: entries of each codebook.
        code_groups: groups of columns whose entries are chosen independently (`core.generate.code_groups`).
        code_dim: length of an entry.
        word_dim: length of a word vector.
        word_vocabulary: entries of the word table; 0 when word vectors come in as numbers.
        speakers: entries of the speaker table.
        audio_channels_face: number of audio channels that are input of the face encoder.
        audio_channels_body: number of the first of these channels that are input of the body encoder.
        face_hears_chance: False replaces the curves of chance, the last channels of "frames" features, by zeros in the
            input of the face. A face without chance follows speech more closely.
        chance_channels: the last so many channels of "frames" features are curves of chance.
        wav_widths: channels of the wave encoder's blocks 0-2, 3-4 and 5.
        cross_layers: layers of the cross-attention between motion and sound.
        face_blocks: Mamba blocks of the face.
        mamba_state: states per channel of a Mamba mixer.
        vae_width: channels inside the autoencoders.
        vae_depths: stages of each autoencoder and of the root predictor.
        face_basis: meaning of the expression channels; it decides the width of the face.
        face_query_attention: True adds an attention layer whose output is not used, as in the released weights.
        frame_aligned: positions are added to the sound in the body's cross-attention, and each frame's sound to its
            query; each part's stream also takes its frame's sound and the seed pose. The released weights attend to
            sound without positions.
        dropout: share of values that attention layers drop in training; when generating, none are dropped.
        audio_encoder: "wave" takes features per sample; "frames" takes features per frame (`core.audio.cues`).
        context_frames: frames of features on both sides of a window that "frames" takes, too; 0 for "wave".
        decoder_sigma: per part, standard deviation in frames of the Gaussian at the end of its decoder, so that codes
            that alternate do not shake the body; 0 for none, as in the released weights.
    """

    hidden: int = 768
    audio_dim: int = 512
    motion_dim: int = 256
    motion_width: int = 337
    codebook_size: int = 256
    code_groups: int = 1
    code_dim: int = 256
    word_dim: int = 300
    word_vocabulary: int = 11195
    speakers: int = 25
    audio_channels_face: int = 3
    audio_channels_body: int = 2
    face_hears_chance: bool = True
    chance_channels: int = len(FIRST_CHANNELS)
    wav_widths: tuple[int, int, int] = (128, 256, 512)
    cross_layers: int = 8
    face_blocks: int = 4
    mamba_state: int = 16
    vae_width: int = 256
    vae_depths: Mapping[str, int] = field(default_factory=_depths)
    face_basis: str = "flame100"
    face_query_attention: bool = True
    frame_aligned: bool = False
    dropout: float = 0.1
    audio_encoder: str = "wave"
    context_frames: int = 0
    decoder_sigma: Mapping[str, float] = field(default_factory=lambda: _sigmas())

    def __post_init__(self):
        if self.hidden % 8:
            raise GestureError(f"A model's hidden width is {self.hidden}, not a multiple of 8.", remedy=_REMEDY)
        if self.audio_channels_body > self.audio_channels_face:
            raise GestureError("A model's body has more audio channels than its face.", remedy=_REMEDY)
        if self.codebook_size**self.code_groups > MOST_CODES or self.code_dim % self.code_groups:
            raise GestureError("A model's groups of codes do not fit its codebooks.", remedy=_REMEDY)
        if self.audio_encoder not in ENCODERS:
            raise GestureError(f"A model's audio_encoder is {self.audio_encoder!r}, which is unknown.", remedy=_REMEDY)
        if not self.face_hears_chance and (
            self.audio_encoder != "frames" or self.audio_channels_face <= self.chance_channels
        ):
            raise GestureError(
                'face_hears_chance can be false only with more "frames" features than chance.', remedy=_REMEDY
            )
        if self.face_basis not in EXPRESSION_WIDTHS:
            raise GestureError(f"A model's face_basis is {self.face_basis!r}, which is unknown.", remedy=_REMEDY)

    def part_width(self, part: Part | str) -> int:
        """Count the channels of a part's autoencoder; the root predictor has those of the lower body."""
        return part_width(Part.LOWER if part == ROOT else Part(part), self.face_basis)

    def to_dict(self) -> dict:
        """Return plain values, as model.json stores them."""
        values = {name.name: getattr(self, name.name) for name in fields(self)}
        return (
            values
            | {"wav_widths": list(self.wav_widths), "vae_depths": dict(self.vae_depths)}
            | {"decoder_sigma": dict(self.decoder_sigma)}
        )

    @classmethod
    def from_dict(cls, values: Mapping) -> "ModelConfig":
        """Read the configuration that model.json declares under "architecture".

        Raises:
            GestureError: an unknown or a missing size, or a value of the wrong type.
        """
        known = {f.name for f in fields(cls)}
        for what, names in (("unknown", set(values) - known), ("missing", known - _OPTIONAL - set(values))):
            if names:
                raise GestureError(f"model.json: architecture: {what} {', '.join(sorted(names))}.", remedy=_REMEDY)
        checked: dict[str, Any] = {}
        for f in fields(cls):
            value = values.get(f.name, getattr(RELEASED, f.name))
            if not _fits(f.name, value):
                raise GestureError(f"model.json: architecture: {f.name} cannot be {value!r:.80}.", remedy=_REMEDY)
            if isinstance(value, (list, tuple)):
                value = tuple(value)
            checked[f.name] = MappingProxyType(dict(value)) if isinstance(value, Mapping) else value
        return cls(**checked)

    def least_bytes(self) -> int:
        """Return how many bytes files of this model hold at least, in half precision: some of its large matrices."""
        layers = 4 * self.cross_layers * self.hidden**2
        entries = len(Part) * self.codebook_size * self.code_dim + self.word_vocabulary * self.word_dim
        return 2 * (layers + entries + sum(self.vae_depths.values()) * self.vae_width**2)


def _fits(name: str, value) -> bool:
    """Return whether a size has the type of the released model's, and is in range."""
    default, most = getattr(RELEASED, name), _MOST_SIZES.get(name, _MOST_SIZE)
    if isinstance(default, tuple):
        of_one_length = isinstance(value, (list, tuple)) and len(value) == len(default)
        return of_one_length and all(is_whole(each, 1, most) for each in value)
    if isinstance(default, Mapping):
        if not isinstance(value, Mapping) or set(value) != set(default):
            return False
        if name == "decoder_sigma":
            return all(is_number(each, 0, LARGEST_SIGMA) for each in value.values())
        return all(is_whole(each, 1, most) for each in value.values())
    if isinstance(default, float):
        return is_number(value, 0, 1) and value < 1
    if isinstance(default, (bool, str)):
        return isinstance(value, type(default))
    return is_whole(value, 0 if name in ("word_vocabulary", "context_frames") else 1, most)


RELEASED = ModelConfig()
# The bundled weights: two CPU cores train them in an hour, with features per frame and few, narrow layers.
STARTER = ModelConfig(
    hidden=160,
    audio_dim=128,
    motion_dim=64,
    codebook_size=128,
    code_groups=4,
    code_dim=64,
    word_dim=64,
    word_vocabulary=0,
    speakers=4,
    audio_channels_face=CUES + CHANCE,
    audio_channels_body=CUES + CHANCE,
    chance_channels=CHANCE,
    cross_layers=2,
    face_blocks=2,
    mamba_state=4,
    vae_width=128,
    vae_depths=_depths(lower=3, root=4),
    face_basis="arkit52",
    face_query_attention=False,
    frame_aligned=True,
    dropout=0.0,
    audio_encoder="frames",
    context_frames=32,
    decoder_sigma=_sigmas(upper=0.7, hands=0.7, lower=1.2),
)
