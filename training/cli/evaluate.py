"""`python -m core evaluate`: sets of motions against the recorded set, as a table and a picture."""

import argparse
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.cli.terminal import check_new
from core.errors import GestureError
from core.files import DAMAGED, check_own_folder
from core.inputs import check_regular
from training.evaluation.fgd_autoencoder import FgdAutoencoder, FgdSettings, channels, train_fgd
from training.evaluation.fgd_files import CARD, convert_fgd, load_fgd, save_fgd
from training.evaluation.fgd_parts import WHOLE, area_autoencoders
from training.evaluation.measures import METRICS, mean_joint_speed, set_measures
from training.evaluation.motion_sets import PREDICTED, REAL, Clip, find_motions, find_sounds, read_clip
from training.evaluation.plots import save_plot
from training.evaluation.smplx_face import load_smplx
from training.evaluation.tables import markdown_table, number, text_table

RECORDED = "recorded"
_MOST_SPEED_BYTES = 1 << 16


def run(arguments: argparse.Namespace) -> int:
    """Measure the sets of motions and print a table.

    Raises:
        GestureError: a folder without motions, sets that share no name, files that cannot be read.
    """
    check_new(arguments, arguments.plot)
    if arguments.fgd_out:
        check_own_folder(arguments.fgd_out, (CARD,))
    smplx = load_smplx(arguments.smplx) if arguments.smplx else None
    sounds = find_sounds(arguments.audio)
    real_paths = find_motions(arguments.real, REAL)
    reals = {name: read_clip(name, path, sounds.get(name), smplx) for name, path in real_paths.items()}
    notes = []
    sets: dict[str, list[Clip]] = {RECORDED: list(reals.values())}
    for title, folder in _titles(arguments.pred).items():
        paths = find_motions(folder, PREDICTED)
        shared = [name for name in paths if name in reals]
        if not shared:
            raise GestureError(
                f"{folder} and {arguments.real} share no file name.",
                remedy="Name the generated files as the recorded ones; `res_` and `gt_` in front are ignored.",
            )
        notes += [f"{title}: there is no recorded motion for {name}" for name in paths if name not in reals]
        notes += [f"{title}: there is no generated motion for {name}" for name in reals if name not in paths]
        sets[title] = [read_clip(name, paths[name], sounds.get(name), smplx) for name in shared]
    if sounds:
        notes += [f"{name}: no speech in {arguments.audio}" for name in reals if name not in sounds]
    notes += [f"{title}: measured on {_bones(clips)}" for title, clips in sets.items()]
    mean_speed = _mean_speed(arguments.mean_speed, sets[RECORDED])
    autoencoders = _autoencoders(arguments, sets[RECORDED])
    # Distances can be compared only where they count equally many frames.
    every = [clip for clips in sets.values() for clip in clips]
    frames = {name: min(clip.motion.frame_count for clip in every if clip.name == name) for name in reals}
    columns = {
        title: set_measures(clips, [reals[clip.name] for clip in clips], mean_speed, autoencoders, smplx, frames)
        for title, clips in sets.items()
    }
    _print(arguments, columns, {title: len(clips) for title, clips in sets.items()}, notes)
    if arguments.plot:
        save_plot(arguments.plot, METRICS, columns, sets)
    return 0


def _titles(folders: list[Path]) -> dict[str, Path]:
    """Return a short name for every set: the folder's name, or its path where two have the same name."""
    names = [folder.resolve().name for folder in folders]
    alike = {name for name in names if names.count(name) > 1 or name == RECORDED}
    return {str(f) if name in alike else name: f for name, f in zip(names, folders, strict=True)}


def _bones(clips: list[Clip]) -> str:
    kinds = dict.fromkeys(clip.bones_from for clip in clips)
    return " or ".join("its own bones" if kind == "its own" else f"bones of {kind}" for kind in kinds)


def _mean_speed(path: Path | None, reals: list[Clip]) -> np.ndarray:
    if path is None:
        return mean_joint_speed(reals)
    try:
        check_regular(path)
        if path.stat().st_size > _MOST_SPEED_BYTES:
            raise ValueError("too large")
        speed = np.load(path, allow_pickle=False).reshape(-1)
        if speed.dtype.kind not in "fiu" or not np.isfinite(speed).all():
            raise ValueError("values that are not numbers")
    except DAMAGED as error:
        raise GestureError(f"{path} is not an array file.", remedy="Give an npy of 55 numbers.") from error
    if len(speed) != 55:
        raise GestureError(f"{path.name} holds {len(speed)} numbers.", remedy="Give an npy of 55 numbers.")
    return speed


def _autoencoders(arguments: argparse.Namespace, reals: list[Clip]) -> dict[str, FgdAutoencoder]:
    """Return one autoencoder for all sets; with `--parts` also one for each part of the body."""
    if not arguments.parts:
        return {WHOLE: _autoencoder(arguments, reals)}
    folder = arguments.fgd_out if arguments.fgd == "train" else Path(arguments.fgd)
    settings = FgdSettings(seed=arguments.seed)
    return area_autoencoders([clip.motion for clip in reals], folder, settings, _say)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _autoencoder(arguments: argparse.Namespace, reals: list[Clip]) -> FgdAutoencoder:
    """Return the whole body's autoencoder: trained, converted or read from a folder."""
    if arguments.fgd == "train":
        autoencoder = train_fgd(
            [channels(clip.motion) for clip in reals], settings=FgdSettings(seed=arguments.seed), progress=_show
        )
        source = ", ".join(clip.name for clip in reals)
    elif arguments.fgd == "published":
        if arguments.published is None:
            raise GestureError(
                "There is no file of the published autoencoder.",
                remedy="Download BEAT2's, and give its path with --published; or use --fgd train.",
            )
        autoencoder, source = convert_fgd(arguments.published), arguments.published.name
    else:
        return load_fgd(Path(arguments.fgd))
    if arguments.fgd_out:
        save_fgd(autoencoder, arguments.fgd_out, source)
    return autoencoder


def _show(fraction: float) -> None:
    if sys.stderr.isatty():
        end = "\n" if fraction >= 1 else ""
        print(f"\rTraining the autoencoder {fraction:4.0%}", end=end, file=sys.stderr, flush=True)


def _print(
    arguments: argparse.Namespace, columns: Mapping[str, Mapping[str, float]], counts: dict[str, int], notes: list[str]
) -> None:
    if arguments.json:
        numbers = {
            title: {key: value if math.isfinite(value) else None for key, value in row.items()}
            for title, row in columns.items()
        }
        print(json.dumps({"sets": numbers, "clips": counts, "notes": notes}, indent=1))
        return
    rows = [["clips", *map(str, counts.values())]]
    for metric in METRICS:
        values = [row.get(metric.key, math.nan) for row in columns.values()]
        if not all(map(math.isnan, values)):
            rows.append([f"{metric.title} {metric.unit}".strip(), *(number(v, metric.digits) for v in values)])
    table = markdown_table if arguments.markdown else text_table
    print(table(["", *columns], rows))
    for note in notes:
        print(note, file=sys.stderr)
