"""A model folder: model.json, one safetensors file per network, the neutral pose."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ...body.motion import Motion, save_motion
from ...body.parts import Part
from ...errors import GestureError
from ...files import make_folder, saved_file
from ..card import CARD, FORMAT, NEUTRAL, REMEDY, read_checked_card, read_neutral
from ..config import ROOT, ModelConfig
from .layers import PositionTable
from .mambatalk import MambaTalk
from .vqvae import Autoencoder, RootPredictor, build_autoencoder, build_root

GENERATOR = "generator"


@dataclass
class Weights:
    """All networks of a model, with its configuration."""

    config: ModelConfig
    generator: MambaTalk
    autoencoders: dict[Part, Autoencoder]
    root: RootPredictor

    def modules(self) -> dict[str, nn.Module]:
        """Map the stems of files to modules."""
        parts = {part.value: module for part, module in self.autoencoders.items()}
        return parts | {ROOT: self.root, GENERATOR: self.generator}


@dataclass(frozen=True)
class LoadedModel:
    """A model folder in memory.

    Attributes:
        weights: the networks, float32, in evaluation mode.
        card: model.json.
        neutral: the pose a take starts from.
        folder: where it came from.
    """

    weights: Weights
    card: dict
    neutral: Motion
    folder: Path


def build_weights(config: ModelConfig) -> Weights:
    """Make networks with new random weights."""
    return Weights(
        config, MambaTalk(config), {part: build_autoencoder(config, part) for part in Part}, build_root(config)
    )


def empty_weights(config: ModelConfig) -> Weights:
    """Make networks without values, because drawing random values that are then replaced takes seconds."""
    with torch.device("meta"):
        weights = build_weights(config)
    for module in weights.modules().values():
        module.to_empty(device="cpu").eval()
        for child in module.modules():
            if isinstance(child, PositionTable):
                child.reset()
            elif isinstance(child, nn.BatchNorm1d) and child.num_batches_tracked is not None:
                child.num_batches_tracked.zero_()
    return weights


def save_model(folder: Path | str, weights: Weights, card: dict, neutral: Motion, half: bool = True) -> None:
    """Write a model folder.

    Args:
        folder: made when missing; other files in it (word vectors) stay.
        weights: the networks.
        card: the keys of model.json besides "format" and "architecture".
        neutral: at least `seed_frames` frames, with `rest_joints`.
        half: store matrices in half precision; weights that were trained without rounding need float32.

    Raises:
        GestureError: the disk is full, or the folder cannot be written.
    """
    folder = Path(folder)
    for name, module in weights.modules().items():
        save_part(folder, name, module, half)
    save_motion(neutral, folder / NEUTRAL)
    text = json.dumps({"format": FORMAT} | card | {"architecture": weights.config.to_dict()}, indent=1)
    with saved_file(folder / CARD) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def save_part(folder: Path | str, name: str, module: nn.Module, half: bool = True) -> None:
    """Write one network ("face", "upper", "hands", "lower", "root" or "generator"), whole or not at all.

    Args:
        folder: made when missing.
        name: the stem of the file.
        module: the network.
        half: store matrices in half precision.
    """
    path = Path(folder) / f"{name}.safetensors"
    tensors = {key: _for_disk(value, half) for key, value in module.state_dict().items() if not is_computed(key)}
    make_folder(path.parent)
    with saved_file(path, kinds=(OSError, SafetensorError)) as temporary:
        save_file(tensors, temporary)


def load_part(folder: Path | str, name: str, module: nn.Module) -> None:
    """Read one network into `module`, as float32.

    Raises:
        GestureError: no such file, a broken one, or parameters that do not fit; names the first of them.
    """
    path = Path(folder) / f"{name}.safetensors"
    if not path.is_file():
        raise GestureError(f"The weights folder {folder} lacks {path.name}.", remedy=REMEDY)
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise GestureError(f"{path} is broken.", remedy=REMEDY, detail=str(error)) from error
    wanted = {key: value for key, value in module.state_dict().items() if not is_computed(key)}
    for key, value in wanted.items():
        if key not in tensors:
            raise GestureError(f"{path.name} lacks the parameter {key}.", remedy=REMEDY)
        if tensors[key].shape != value.shape:
            found, expected = tuple(tensors[key].shape), tuple(value.shape)
            raise GestureError(
                f"{path.name}: {key} has shape {found}, but {CARD} asks for {expected}.",
                remedy="Use the model.json that came with the weights.",
            )
        if not torch.isfinite(tensors[key]).all():
            raise GestureError(f"{path.name}: {key} holds values that are not numbers.", remedy=REMEDY)
    for key in tensors:
        if key not in wanted:
            raise GestureError(
                f"{path.name} holds a parameter {key} that {CARD} does not declare.",
                remedy="Use the model.json that came with the weights.",
            )
    module.load_state_dict({key: value.float() for key, value in tensors.items()}, strict=False)


def load_model(folder: Path | str) -> LoadedModel:
    """Read a model folder.

    Raises:
        GestureError: no such folder, missing or broken files, parameters that do not fit the declared sizes.
    """
    folder = Path(folder)
    card, config = read_checked_card(folder)
    weights = empty_weights(config)
    for name, module in weights.modules().items():
        load_part(folder, name, module)
    return LoadedModel(weights, card, read_neutral(folder, card["seed_frames"]), folder)


def is_computed(key: str) -> bool:
    """Return whether a state is computed from the sizes, so that files need not store it."""
    return key.endswith(("position_embeddings.pe", "num_batches_tracked"))


def _for_disk(value: Tensor, to_half: bool) -> Tensor:
    """Return matrices in half precision where that is wanted and can hold them; vectors (norms, biases) as they are."""
    value = value.detach().cpu()
    half = value.half()
    small = to_half and value.ndim >= 2 and value.is_floating_point() and bool(torch.isfinite(half).all())
    return (half if small else value).contiguous()
