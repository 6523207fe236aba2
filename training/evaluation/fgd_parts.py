"""The Frechet gesture distance of the whole body and of single parts, each with one fixed autoencoder.

Distances can be compared only where the autoencoder, its seed and the number of frames are the same, so all motions are
cut to the shortest one. The yardstick is the distance of a recorded motion's two halves.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from core.body.motion import Motion
from core.body.parts import SPECS, Part
from training.evaluation import published_metrics as published
from training.evaluation.fgd_autoencoder import (
    JOINTS,
    FgdAutoencoder,
    FgdSettings,
    channels,
    features,
    train_fgd,
)
from training.evaluation.fgd_files import CARD, load_fgd, save_fgd

WHOLE = "whole"
AREAS: dict[str, tuple[int, ...]] = {
    WHOLE: JOINTS,
    **{part.value: SPECS[part].joints for part in (Part.UPPER, Part.HANDS, Part.LOWER)},
}


def key_of(area: str) -> str:
    """Return the metric's name of an area: "fgd" for the whole body, else "fgd_upper" and so on."""
    return "fgd" if area == WHOLE else f"fgd_{area}"


def area_channels(motion: Motion, area: str) -> np.ndarray:
    """Return the columns of `channels` that belong to an area, (T, 6 J) float32."""
    columns = [6 * JOINTS.index(joint) + k for joint in sorted(AREAS[area]) for k in range(6)]
    return channels(motion)[:, columns]


def area_autoencoders(
    recorded: Sequence[Motion],
    folder: Path | None,
    settings: FgdSettings | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, FgdAutoencoder]:
    """Read one autoencoder per area from a folder; those that are missing are trained, and kept there.

    Args:
        recorded: the motions to train on.
        folder: holds the whole body's autoencoder itself and the parts' in folders of their names; None keeps none.
        settings: of the training; the defaults when None.
        say: called before each training, which takes some minutes.

    Raises:
        GestureError: what is in the folder cannot be read, or the motions are too short.
    """
    settings, found = settings or FgdSettings(), {}
    for area in AREAS:
        home = None if folder is None else folder if area == WHOLE else folder / area
        if home is not None and (home / CARD).is_file():
            found[area] = load_fgd(home)
            continue
        say(f"training the autoencoder of the Frechet distance: {area}")
        found[area] = train_fgd([area_channels(motion, area) for motion in recorded], settings=settings)
        if home is not None:
            save_fgd(found[area], home, f"{len(recorded)} recorded motions")
    return found


def area_distances(
    autoencoders: Mapping[str, FgdAutoencoder], motions: Mapping[str, Motion], recorded: str
) -> dict[str, dict[str, float]]:
    """Return every motion's distances from the recorded one, from equally many frames.

    Args:
        autoencoders: of each area.
        motions: by name.
        recorded: name of the recorded motion; its row holds the distance of its two halves.

    Returns:
        for each motion `fgd`, `fgd_upper` and so on; and `fgd_to_halves` and so on, these divided by the distance of
        the recorded halves.
    """
    frames = min(motion.frame_count for motion in motions.values())
    rows: dict[str, dict[str, float]] = {name: {} for name in motions}
    for area, network in autoencoders.items():
        key = key_of(area)
        latents = {name: features(network, area_channels(m, area)[:frames]) for name, m in motions.items()}
        real = latents[recorded]
        half = len(real) // 2
        halves = published.frechet_distance(real[:half], real[half:])
        for name, row in rows.items():
            row[key] = halves if name == recorded else published.frechet_distance(latents[name], real)
            row[f"{key}_to_halves"] = row[key] / halves
    return rows
