"""A picture of an evaluation: every metric per set, and how often the wrists move at which speed and jerk."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from core.errors import GestureError
from core.files import whole_file
from training.evaluation.measures import Metric
from training.evaluation.motion_sets import Clip
from training.evaluation.movement import wrist_jerk, wrist_speed

COLUMNS = 5
SPEED_EDGES = np.linspace(0, 2, 41)
JERK_EDGES = np.geomspace(1, 2000, 41)


def save_plot(
    path: Path,
    metrics: Sequence[Metric],
    columns: Mapping[str, Mapping[str, float]],
    sets: Mapping[str, Sequence[Clip]],
) -> None:
    """Draw the picture of an evaluation as a PNG.

    Args:
        path: the file.
        metrics: rows of the table.
        columns: numbers of each set, by its name.
        sets: clips of each set, by its name.

    Raises:
        GestureError: matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise GestureError(
            "matplotlib is not installed, so no picture can be drawn.",
            remedy="Install the extra `train` (pip install '.[train]'), or leave --plot out.",
        ) from error
    matplotlib.use("Agg")
    from matplotlib import pyplot

    shown = [m for m in metrics if any(np.isfinite(row.get(m.key, np.nan)) for row in columns.values())]
    bar_rows = -(-len(shown) // COLUMNS)
    figure = pyplot.figure(figsize=(2.6 * COLUMNS, 1.9 * bar_rows + 3.2), layout="constrained")
    bars, histograms = np.asarray(figure.subfigures(2, 1, height_ratios=(1.9 * bar_rows, 3.2)))
    colours = [f"C{i}" for i in range(len(columns))]
    places = bars.subplots(bar_rows, COLUMNS, squeeze=False).flatten()
    for unused in places[len(shown) :]:
        unused.axis("off")
    for axes, metric in zip(places, shown, strict=False):
        values = [row.get(metric.key, np.nan) for row in columns.values()]
        axes.bar(range(len(values)), values, color=colours)
        axes.set_title(f"{metric.title} {metric.unit}".strip(), fontsize=8)
        axes.set_xticks([])
        axes.tick_params(labelsize=7)
    speeds, jerks = histograms.subplots(1, 2)
    for axes, measured, edges, unit in (
        (speeds, wrist_speed, SPEED_EDGES, "wrist speed, m/s"),
        (jerks, wrist_jerk, JERK_EDGES, "wrist jerk, m/s³"),
    ):
        for colour, (name, clips) in zip(colours, sets.items(), strict=True):
            frames = np.concatenate([measured(clip.positions).ravel() for clip in clips])
            counts, _ = np.histogram(frames.clip(edges[0], edges[-1]), edges)
            axes.stairs(counts / len(frames), edges, color=colour, label=name)
        axes.set_xlabel(unit)
        axes.set_ylabel("share of wrist-frames")
    jerks.set_xscale("log")
    speeds.legend(fontsize=8)
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=110, format="png")
    pyplot.close(figure)
