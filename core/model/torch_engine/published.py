"""Weights as MambaTalk publishes them: six files that torch.save wrote, {"model_state": parameters}.

    FOLDER/mambatalk_100.bin                        the generator
    FOLDER/pretrained_vq/{face,upper,hands}.bin     autoencoders
    FOLDER/pretrained_vq/lower_foot.bin             the autoencoder of the lower body
    FOLDER/pretrained_vq/foot.bin                   the global motion predictor

The files are found by their names, in the folder or in folders inside it. They are pickles; only numbers, texts and
tensors are read from them, and a file that asks for anything else is refused before it can run.
"""

import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from ...errors import GestureError
from ...files import make_folder, saved_file
from ..config import PUBLISHED, RELEASED, ModelConfig
from .checkpoint import Weights, empty_weights, is_computed

STATE = "model_state"
PREFIX = "module."
# A file may hold this much more than its tensors: names, and the bookkeeping of torch.save.
_SLACK_BYTES = 64_000_000
_SHOWN = 5
_REMEDY = "Download the released weights again, and choose the folder with all six files."


def find_files(folder: Path) -> dict[str, Path]:
    """Return the published files by our names.

    Raises:
        GestureError: no such folder; a file is missing, or is there more than once. Every such file is named.
    """
    if not folder.is_dir():
        raise GestureError(f"There is no folder {folder}.", remedy=_REMEDY)
    found, problems = {}, []
    for stem, name in PUBLISHED.items():
        exact = folder / name
        paths = [exact] if exact.is_file() else sorted(p for p in folder.rglob(Path(name).name) if p.is_file())
        if len(paths) == 1:
            found[stem] = paths[0]
        else:
            problems.append(name if not paths else f"{name} (there are {len(paths)})")
    if problems:
        raise GestureError(f"{folder} lacks {', '.join(problems)}.", remedy=_REMEDY)
    return found


def read_weights(folder: Path, config: ModelConfig = RELEASED) -> Weights:
    """Read the released networks, as float32; `config` has their sizes.

    Raises:
        GestureError: a missing, broken or hostile file, or parameters that are not those of the released model.
    """
    files = find_files(folder)
    weights = empty_weights(config)
    problems = []
    for stem, module in weights.modules().items():
        parameters = read_parameters(files[stem], _bytes_of(module))
        problems += [f"{files[stem].name}: {problem}" for problem in fill(module, parameters)]
    if problems:
        more = len(problems) - _SHOWN
        listed = "; ".join(problems[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
        raise GestureError(f"These are not the released weights. {listed}.", remedy=_REMEDY, detail="\n".join(problems))
    return weights


def read_parameters(path: Path, expected_bytes: int) -> dict[str, Tensor]:
    """Read one published file; names may have the prefix `module.`, which training on several devices adds.

    Args:
        path: the file.
        expected_bytes: size of the parameters that it should hold.

    Raises:
        GestureError: a file that is much larger than that, broken or hostile.
    """
    _check_size(path, expected_bytes)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise GestureError(
            f"{path.name} holds more than numbers, and is not opened: it may run any program.",
            remedy=_REMEDY,
            detail=str(error),
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # a damaged file raises errors of every kind; nothing was changed
        raise GestureError(f"{path.name} is broken.", remedy=_REMEDY, detail=repr(error)) from error
    state = content.get(STATE) if isinstance(content, Mapping) else None
    if not isinstance(state, Mapping) or not all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in state.items()
    ):
        raise GestureError(f"{path.name} holds no {STATE} with parameters.", remedy=_REMEDY)
    return {name.removeprefix(PREFIX): value for name, value in state.items()}


def fill(module: nn.Module, parameters: Mapping[str, Tensor]) -> list[str]:
    """Put parameters into a network.

    Returns:
        What does not fit, with names and shapes; where anything does not, the network is left as it was.
    """
    wanted = {name: value for name, value in module.state_dict().items() if not is_computed(name)}
    problems = [
        f"{name} is missing, shape {tuple(value.shape)}" for name, value in wanted.items() if name not in parameters
    ]
    for name, value in parameters.items():
        if is_computed(name):
            continue
        if name not in wanted:
            problems.append(f"{name} is unknown, shape {tuple(value.shape)}")
        elif value.shape != wanted[name].shape:
            problems.append(f"{name} has shape {tuple(value.shape)} instead of {tuple(wanted[name].shape)}")
        elif not value.is_floating_point():
            problems.append(f"{name} is of the kind {value.dtype}")
        elif not torch.isfinite(value).all():
            problems.append(f"{name} holds values that are not numbers")
    if not problems:
        module.load_state_dict({name: parameters[name].float() for name in wanted}, strict=False)
    return problems


def write_weights(weights: Weights, folder: Path, prefix: str = "") -> None:
    """Write networks in the published layout, so that the published program can read them.

    Args:
        weights: of the released sizes.
        folder: made when missing.
        prefix: put before every name, such as `module.`.
    """
    for stem, module in weights.modules().items():
        path = folder / PUBLISHED[stem]
        make_folder(path.parent)
        with saved_file(path) as temporary:
            torch.save({STATE: {prefix + name: value for name, value in module.state_dict().items()}}, temporary)


def _bytes_of(module: nn.Module) -> int:
    return sum(4 * value.numel() for value in module.state_dict().values())


def _check_size(path: Path, expected_bytes: int) -> None:
    """Refuse a file that claims to hold far more than its network, before anything of it is read.

    Raises:
        GestureError: the file, or what it unpacks to, is too large.
    """
    most = 2 * expected_bytes + _SLACK_BYTES
    size = path.stat().st_size
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                size = max(size, sum(entry.file_size for entry in archive.infolist()))
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            raise GestureError(f"{path.name} is broken.", remedy=_REMEDY, detail=repr(error)) from error
    if size > most:
        raise GestureError(
            f"{path.name} holds {size / 1e6:.0f} MB; its network has {expected_bytes / 1e6:.0f} MB.", remedy=_REMEDY
        )
