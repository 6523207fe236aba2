"""The model card of a model folder, model.json, and the neutral pose; both are read without PyTorch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..body.motion import LEAST_FPS, MOST_FPS, Motion, load_motion
from ..body.parts import Part
from ..errors import GestureError
from ..generate.chance_curves import FIRST_CHANNELS, KNOWN
from ..generate.manners import is_manners
from ..generate.network import NetworkInfo
from ..generate.quick_turns import is_quick_turns
from ..generate.stress import MOST_SECONDS
from ..inputs import read_json
from ..plain_values import is_number, is_whole
from ..styles import style_number
from ..weights_folder import CARD
from .config import ModelConfig

FORMAT = 1
NEUTRAL = "neutral.npz"
# The bundled weights.
STARTER_FOLDER = Path(__file__).resolve().parents[2] / "weights" / "starter"
# The required entries of model.json and their types. Optional entries: `variation`, `late_frames`, `by_latent`,
# `chance`, `chance_by_style`, `even_chance`, `manners`, `own_arms`, `stroke_gains`, `stress_s`, `settled`,
# `pause_hold`, `jaw_gain`, `head_gains`, `quick_turns`, `hips_share`, `stride_m` (see
# `core.generate.network.NetworkInfo`), `provenance` (how the weights were made, for people), `moods` (what each mood
# changes in a take at least, for people: `core.direct.mood_figures`), and `former_hashes`: hashes that earlier versions
# of this program computed for the same networks; takes that store one of these hashes can be resampled
# (`core.weights_folder.folder_hash`).
CARD_KEYS: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "audio": str,
    "words": dict,
    "face_basis": str,
    "fps": (int, float),
    "window": int,
    "seed_frames": int,
    "speakers": list,
    "license": str,
}
_MOST_WINDOW = 4096
_MOST_TEXTS = 10_000


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= _MOST_TEXTS and all(isinstance(each, str) for each in value)


_MOST_LABEL = 200
# Whether the values of entries, also of optional ones, are such as a model can have.
_RANGES: dict[str, Callable[[Any], bool]] = {
    "fps": lambda value: is_number(value, LEAST_FPS, MOST_FPS),
    "window": lambda value: is_whole(value, 2, _MOST_WINDOW),
    "seed_frames": lambda value: is_whole(value, 1, _MOST_WINDOW),
    "name": lambda value: _is_label(value),
    "speakers": lambda value: isinstance(value, list) and len(value) > 0 and all(map(_is_label, value)),
    "words": lambda value: value.get("file") is None or is_file_name(value["file"]),
    "variation": lambda value: is_number(value, 0, 1e3),
    "late_frames": lambda value: is_whole(value, 0, _MOST_WINDOW),
    "by_latent": lambda value: _are_texts(value) and set(value) <= set(Part),
    "chance": _are_texts,
    "chance_by_style": lambda value: isinstance(value, bool),
    "even_chance": lambda value: isinstance(value, bool),
    "own_arms": lambda value: is_number(value, 0, 2),
    "stress_s": lambda value: is_number(value, 0, MOST_SECONDS),
    "settled": lambda value: _are_gains(value) and all(share <= 1 for share in value.values()),
    "pause_hold": lambda value: is_number(value, 0, 1),
    "jaw_gain": lambda value: is_number(value, 0, 2),
    "stroke_gains": lambda value: _are_gains(value),
    "head_gains": lambda value: _are_gains(value),
    "quick_turns": is_quick_turns,
    "hips_share": lambda value: is_number(value, 0, 1),
    "stride_m": lambda value: is_number(value, 0, 0.5),
    "former_hashes": _are_texts,
}


def _are_gains(value: Any) -> bool:
    """Return whether a value is a table of factors of styles."""
    return isinstance(value, dict) and all(is_number(gain, 0, 2) for gain in value.values())


def _is_label(value: Any) -> bool:
    """Return whether a value is a text that can be shown and stored: no half of a character, no control characters."""
    return isinstance(value, str) and 0 < len(value) <= _MOST_LABEL and value.isprintable()


def is_file_name(value: Any) -> bool:
    """Return whether a value names a file of the folder itself, on every system."""
    return isinstance(value, str) and value not in ("", ".", "..") and not set(value) & set("/\\:\0")


REMEDY = "Choose another weights folder, or copy this one again from where it came."


def read_card(folder: Path) -> dict:
    """Read model.json and check what every engine needs of it.

    Raises:
        GestureError: no folder, no file, not JSON, or a key missing.
    """
    if not folder.is_dir():
        raise GestureError(f"There is no weights folder {folder}.", remedy="Choose the folder that holds model.json.")
    path = folder / CARD
    if not path.exists():
        raise GestureError(f"{folder} holds no {CARD}.", remedy="Choose the folder that holds model.json.")
    try:
        card = read_json(path)
    except (OSError, ValueError) as error:
        raise GestureError(f"{path} cannot be read.", remedy=REMEDY, detail=str(error)) from error
    if not isinstance(card, dict) or not is_whole(card.get("format"), FORMAT, FORMAT):
        raise GestureError(
            f"{path} is not a model of format {FORMAT}.", remedy="Update the extension, or choose other weights."
        )
    for key, kind in {**CARD_KEYS, "architecture": dict}.items():
        if not isinstance(card.get(key), kind):
            raise GestureError(f"{path} lacks a usable {key!r}.", remedy=REMEDY)
    for key, fits in _RANGES.items():
        if key in card and not fits(card[key]):
            raise GestureError(f"{path}: {key} cannot be {card[key]!r:.80}.", remedy=REMEDY)
    if card["seed_frames"] >= card["window"]:
        raise GestureError(f"{path}: seed_frames must be less than window.", remedy=REMEDY)
    return card


def read_neutral(folder: Path, seed_frames: int) -> Motion:
    """Read the pose that a take starts from.

    Raises:
        GestureError: no such file, a broken one, or fewer than `seed_frames` frames.
    """
    if not (folder / NEUTRAL).is_file():
        raise GestureError(f"The weights folder {folder} lacks {NEUTRAL}.", remedy=REMEDY)
    neutral = load_motion(folder / NEUTRAL)
    if neutral.frame_count < seed_frames:
        raise GestureError(f"{NEUTRAL} holds fewer than {seed_frames} frames.", remedy=REMEDY)
    return neutral


def style_of(text: str, weights: Path | str | None) -> int:
    """Return the number of a style, given by name or number, of a model folder; None stands for the bundled weights.

    Raises:
        GestureError: see `read_card`; there is no such style.
    """
    return style_number(text, read_card(Path(weights or STARTER_FOLDER))["speakers"])


def read_checked_card(folder: Path) -> tuple[dict, ModelConfig]:
    """Read model.json with its architecture, and check all that needs no network: values, agreement, sizes of files.

    Raises:
        GestureError: see `read_card`; an impossible architecture, a contradiction, or files that are too small.
    """
    card = read_card(folder)
    config = ModelConfig.from_dict(card["architecture"])
    check_card(card, config)
    check_sizes(folder, config)
    return card, config


def check_card(card: dict, config: ModelConfig) -> None:
    """Make sure that the entries of model.json do not contradict its own "architecture".

    Raises:
        GestureError: they contradict it.
    """
    if card["face_basis"] != config.face_basis:
        raise GestureError(f"{CARD}: face_basis and architecture disagree.", remedy=REMEDY)
    kind = card["words"].get("kind")
    if kind in ("table", "fasttext") and (kind == "table") != bool(config.word_vocabulary):
        raise GestureError(f"{CARD}: words of the kind {kind!r} do not fit the architecture.", remedy=REMEDY)
    if len(card["speakers"]) > config.speakers:
        raise GestureError(f"{CARD} names more speakers than the weights have.", remedy=REMEDY)
    chance = card.get("chance", FIRST_CHANNELS)
    if not isinstance(chance, (list, tuple)):
        raise GestureError(f"{CARD}: chance is not a list of names.", remedy=REMEDY)
    unknown = [name for name in chance if name not in KNOWN]
    if unknown:
        raise GestureError(
            f"These weights need the curves of chance {', '.join(map(str, unknown))}, which this version cannot draw.",
            remedy="Update the extension, or use weights for this version.",
        )
    if "chance" in card and len(chance) != config.chance_channels:
        raise GestureError(f"{CARD}: chance and architecture disagree.", remedy=REMEDY)
    if not is_manners(card.get("manners", {}), chance):
        raise GestureError(f"{CARD}: manners cannot be used.", remedy=REMEDY)


def check_sizes(folder: Path, config: ModelConfig) -> None:
    """Make sure that the files of a folder can hold a model of its declared sizes, before memory is taken for it.

    Raises:
        GestureError: they are too small.
    """
    stored = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    if stored and stored < config.least_bytes():
        raise GestureError(f"The files in {folder} are too small for the sizes in {CARD}.", remedy=REMEDY)


def network_info(card: dict, config: ModelConfig, neutral: Motion) -> NetworkInfo:
    """Return the facts about a model folder that both engines provide."""
    return NetworkInfo(
        name=card["name"],
        window=card["window"],
        seed_frames=card["seed_frames"],
        face_basis=card["face_basis"],
        audio=card["audio"],
        words=card["words"],
        speakers=tuple(card["speakers"]),
        codebook_size=config.codebook_size,
        code_groups=config.code_groups,
        neutral=neutral,
        variation=float(card.get("variation", 0.0)),
        late_frames=int(card.get("late_frames", 0)),
        context=config.context_frames if config.audio_encoder == "frames" else None,
        by_latent=tuple(Part(name) for name in card.get("by_latent", ["face"])),
        face_hears_chance=config.face_hears_chance,
        chance=tuple(card.get("chance", FIRST_CHANNELS)),
        chance_by_style=card.get("chance_by_style", False),
        even_chance=card.get("even_chance", False),
        manners=card.get("manners", {}),
        own_arms=float(card.get("own_arms", 0.0)),
        stroke_gains=card.get("stroke_gains", {}),
        stress_s=float(card.get("stress_s", 0.0)),
        settled=card.get("settled", {}),
        pause_hold=float(card.get("pause_hold", 0.0)),
        jaw_gain=float(card.get("jaw_gain", 0.0)),
        head_gains=card.get("head_gains", {}),
        quick_turns={group: (share, frames) for group, (share, frames) in card.get("quick_turns", {}).items()},
        hips_share=float(card.get("hips_share", 0.0)),
        stride_m=float(card.get("stride_m", 0.0)),
    )
