"""The autoencoder of the Frechet gesture distance on disk: a folder of our own, or a published state dict converted."""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from core.errors import GestureError
from core.files import make_folder, saved_file
from core.inputs import read_json
from core.plain_values import is_whole
from training.evaluation.fgd_autoencoder import FgdAutoencoder, FgdConfig

CARD, WEIGHTS = "fgd.json", "fgd.safetensors"
_MOST_SIZE = 8192
_REMEDY = "Give the folder that `--fgd train --fgd-out FOLDER` wrote, or train one with `--fgd train`."


def save_fgd(autoencoder: FgdAutoencoder, folder: Path, trained_on: str) -> None:
    """Write the folder.

    Raises:
        GestureError: the disk is full, or the folder cannot be written.
    """
    card = {"format": 1, **asdict(autoencoder.config), "channels": len(autoencoder.mean), "trained_on": trained_on}
    make_folder(folder)
    with saved_file(folder / WEIGHTS, kinds=(OSError, SafetensorError)) as temporary:
        save_file(autoencoder.state_dict(), temporary)
    with saved_file(folder / CARD) as temporary:
        temporary.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def load_fgd(folder: Path) -> FgdAutoencoder:
    """Read the folder.

    Raises:
        GestureError: no such folder, or files that are missing, broken or do not fit.
    """
    try:
        card = read_json(folder / CARD)
        if not all(is_whole(card[name], 1, _MOST_SIZE) for name in ("width", "latent", "channels")):
            raise ValueError("impossible sizes")
        network = FgdAutoencoder(FgdConfig(card["width"], card["latent"]), card["channels"])
        network.load_state_dict(load_file(folder / WEIGHTS))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise GestureError(f"{folder} holds no usable autoencoder.", remedy=_REMEDY, detail=str(error)) from error
    return network.eval()


def convert_fgd(path: Path) -> FgdAutoencoder:
    """Read a published state dict, `{"model_state": ...}` or bare, names with or without `module.`; never unpickles.

    Only what fits this architecture can be read: `encoder.N.weight` and `decoder.N.weight` with the same shapes, and
    `mean` and `scale` where it has them.

    Raises:
        GestureError: no such file, not a state dict, or that of another architecture.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        state = content.get("model_state", content)
        state = {key.removeprefix("module."): value.float() for key, value in state.items()}
    except Exception as error:  # torch raises many kinds, by how the file is broken
        raise GestureError(
            f"{path} is not a state dict.", remedy="Give the published .bin file.", detail=str(error)
        ) from error
    first, last = state.get("encoder.0.weight"), state.get("encoder.6.weight")
    if first is not None and last is not None and first.ndim == last.ndim == 3:
        network = FgdAutoencoder(FgdConfig(first.shape[0], last.shape[0]), first.shape[1])
        wanted = network.state_dict()
        fits = all(key in wanted and wanted[key].shape == value.shape for key, value in state.items())
        if fits and not set(wanted) - set(state) - {"mean", "scale"}:
            network.load_state_dict(state, strict=False)
            return network.eval()
    raise GestureError(
        f"{path.name} belongs to another architecture than the one here.",
        remedy="Train an autoencoder on the recorded motions with --fgd train; distances compare within one only.",
        detail=f"its parameters: {', '.join(list(state)[:5])} ...",
    )
