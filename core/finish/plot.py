"""A picture of what finishing did: heights, speeds and contacts of the feet, and the root's path from above."""

from pathlib import Path
from typing import Any

import numpy as np

from ..body.joints import SIDES, TOES
from ..body.kinematics import forward_kinematics
from ..body.motion import Motion
from ..errors import GestureError
from ..files import saved_file
from .contacts import NEAR_FLOOR_M
from .report import measure

_BEFORE, _AFTER = "#c0522d", "#20639b"


def plot(before: Motion, after: Motion, path: Path) -> None:
    """Draw both motions into a PNG: two rows per foot, the root beside them.

    Raises:
        GestureError: the drawing library is missing, or the file cannot be written.
    """
    try:
        # matplotlib takes long to import and is needed for this picture only.
        from matplotlib.figure import Figure
    except ImportError as error:
        raise GestureError(
            "The picture needs matplotlib, which this Python does not have.",
            remedy="Run `python build.py setup --torch`, or leave the picture out.",
        ) from error
    figure = Figure(figsize=(16, 9), layout="constrained")
    columns = figure.add_gridspec(1, 2, width_ratios=(3, 1))
    _feet(columns[0].subgridspec(4, 1), before, after)
    _root(figure.add_subplot(columns[1]), before, after)
    figure.suptitle(_title(before, after))
    with saved_file(path, remedy="Choose another place for the picture.") as temporary, temporary.open("wb") as file:
        figure.savefig(file, format="png", dpi=110)


def _title(before: Motion, after: Motion) -> str:
    a, b = measure(before), measure(after)
    return (
        f"slide {a.slide_mean_cm_s:.1f} → {b.slide_mean_cm_s:.1f} cm/s    "
        f"drift {a.drift_cm_min:.0f} → {b.drift_cm_min:.0f} cm/min    "
        f"steps {a.steps_per_min:.0f} → {b.steps_per_min:.0f} a minute"
    )


def _feet(grid, before: Motion, after: Motion) -> None:
    """Draw height and horizontal speed of each toe joint over time, and contacts as a band below the heights."""
    axes: list[Any] = []
    for side in range(2):
        for row, label in ((0, "height, cm"), (1, "speed, cm/s")):
            axis = grid.figure.add_subplot(grid[2 * side + row], sharex=axes[0] if axes else None)
            for motion, colour, name in ((before, _BEFORE, "before"), (after, _AFTER, "after")):
                times, height, speed, contact = _toe(motion, side)
                axis.plot(times, speed if row else height, color=colour, linewidth=0.9, label=name)
                if row == 0:
                    level = -2.5 if motion is before else -4.0
                    axis.fill_between(times, level, level + 1.0, where=contact, color=colour, linewidth=0, step="mid")
            axis.set_ylabel(f"{SIDES[side]}\n{label}")
            axis.set_ylim((-4.5, 15) if row == 0 else (0, 80))
            axis.margins(x=0)
            axis.label_outer()
            axes.append(axis)
    axes[0].legend(loc="upper right", ncols=2, title="bands: contact", fontsize="small", title_fontsize="small")
    axes[-1].set_xlabel("seconds")


def _toe(motion: Motion, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return seconds, height over the floor in cm, horizontal speed in cm/s, and contact, each (T,)."""
    toes = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)[0][:, TOES]
    height = toes[..., 1] - np.percentile(toes[..., 1].min(axis=1), 2)
    way = np.linalg.norm(np.diff(toes[:, side][:, [0, 2]], axis=0, prepend=toes[:1, side][:, [0, 2]]), axis=1)
    contact = height[:, side] < NEAR_FLOOR_M if motion.contacts is None else motion.contacts[:, 2 + side] > 0.5
    return np.arange(motion.frame_count) / motion.fps, 100 * height[:, side], 100 * way * motion.fps, contact


def _root(axis, before: Motion, after: Motion) -> None:
    """Draw the pelvis' path from above, the figure facing down the page."""
    for motion, colour, name in ((before, _BEFORE, "before"), (after, _AFTER, "after")):
        path = 100 * (motion.skeleton[0] + motion.translation)[:, [0, 2]]
        axis.plot(path[:, 0], path[:, 1], color=colour, linewidth=0.9, label=name)
        axis.plot(*path[0], "o", color=colour)
    axis.set_aspect("equal", adjustable="datalim")
    axis.invert_yaxis()
    axis.set_xlabel("cm to the figure's left")
    axis.set_ylabel("cm forward")
    axis.set_title("root from above (dot: start)")
    axis.legend(fontsize="small")
