"""How far apart the styles are: six figures of the same speech at the same seeds, for every pair of styles."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

FIGURES = ("strokes_per_min", "wrist_height_cm", "both_raised", "head_speed_deg_s", "pelvis_sway_cm", "still_fraction")
LEAST_SHARE = 1 / 3
LEAST_FIGURES = 3
ByStyle = Mapping[str, Mapping[int, Sequence[Mapping[str, float]]]]


@dataclass(frozen=True)
class Pair:
    """Two styles, and by which share each figure differs where that counts.

    Attributes:
        styles: their names.
        shares: figure to difference, as a share of the mean of both.
        apart: figures that differ by a third at least, and by more than the seeds of both styles vary.
    """

    styles: tuple[str, str]
    shares: dict[str, float]
    apart: tuple[str, ...]

    @property
    def separate(self) -> bool:
        """Whether three figures at least tell the styles apart."""
        return len(self.apart) >= LEAST_FIGURES

    def __str__(self) -> str:
        shown = ", ".join(f"{key} {share:.0%}" for key, share in self.shares.items())
        return f"{' and '.join(self.styles)} differ in {len(self.apart)} figures, wanted {LEAST_FIGURES}: {shown}"


def separation(takes: ByStyle) -> list[Pair]:
    """Compare every pair of styles.

    A figure tells two styles apart where the difference of their means is a third of the mean of both at least, and
    more than the sum of the standard deviations over seeds.

    Args:
        takes: style to seed to the figures of its take of every recording, in the same order.
    """
    table = {
        style: np.array([[np.nanmean([row[key] for row in rows]) for key in FIGURES] for rows in seeds.values()])
        for style, seeds in takes.items()
    }  # (seeds, 6) each
    pairs = []
    for first, second in itertools.combinations(table, 2):
        a, b = table[first], table[second]
        apart = np.abs(a.mean(0) - b.mean(0))
        share = apart / np.maximum(np.abs(a.mean(0) + b.mean(0)) / 2, 1e-9)
        clear = (share >= LEAST_SHARE) & (apart > a.std(0) + b.std(0))
        named = {key: float(value) for key, value in zip(FIGURES, share, strict=True)}
        pairs.append(Pair((first, second), named, tuple(np.array(FIGURES)[clear])))
    return pairs
