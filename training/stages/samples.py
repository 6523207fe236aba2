"""Samples while training: a motion that the networks make, and a picture of it below the recorded one."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.body.kinematics import forward_kinematics
from core.body.motion import Motion, save_motion
from core.body.parts import SPECS, Part
from core.body.rotation import rot6d_to_rotvec
from core.body.skeleton import JOINT, PARENTS
from core.clock import FPS
from core.files import saved_file
from training.data.dataset import Corpus
from training.stages.log_metrics import take_motion

POSES = 8
LONGEST_FRAMES = 20 * FPS
WIDTH_M = 1.1
BODY = 22  # joints without jaw, eyes and fingers
HAND = ("index3", "thumb3")


def write_sample(folder: Path, step: int, corpus: Corpus, number: int, made: Motion | dict[Part, np.ndarray]) -> None:
    """Write `step-N.npz` and, with matplotlib, `step-N.png`: the recorded motion above, the made one below.

    Args:
        folder: made when missing.
        step: for the names.
        corpus: where the recorded motion is.
        number: number of its take.
        made: a motion, or channels of some parts; the others are then the recorded ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    recorded = take_motion(corpus.takes[number], corpus)
    motion = made if isinstance(made, Motion) else _with_parts(recorded, made)
    frames = min(motion.frame_count, recorded.frame_count, LONGEST_FRAMES)
    motion, recorded = cut(motion, frames), cut(recorded, frames)
    save_motion(motion, folder / f"step-{step:07d}.npz")
    if find_spec("matplotlib"):
        draw_strip({"recorded": recorded, f"step {step}": motion}, folder / f"step-{step:07d}.png")


def cut(motion: Motion, frames: int) -> Motion:
    """Return the first frames of a motion."""
    return motion.replace(
        rotations=motion.rotations[:frames],
        translation=motion.translation[:frames],
        expression=motion.expression[:frames],
        contacts=None if motion.contacts is None else motion.contacts[:frames],
    )


def draw_strip(motions: dict[str, Motion], path: Path, poses: int = POSES) -> None:
    """Draw stick figures from the front, one row per motion, evenly spread over its length.

    Raises:
        GestureError: the picture cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1.4 * poses, 2.4 * len(motions)), dpi=80)
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(motions), 1, squeeze=False)[:, 0]
    for axis, (name, motion) in zip(axes, motions.items(), strict=True):
        chosen = np.linspace(0, motion.frame_count - 1, poses).astype(int)
        places, _ = forward_kinematics(motion.rotations[chosen], motion.translation[chosen], motion.skeleton)
        for column, pose in enumerate(places):
            _draw_pose(axis, pose, column * WIDTH_M)
            axis.text(column * WIDTH_M, pose[:, 1].min() - 0.16, f"{chosen[column] / FPS:.1f} s", ha="center", size=7)
        axis.set_title(name, loc="left", size=9)
        axis.set_aspect("equal")
        axis.axis("off")
    figure.tight_layout()
    with saved_file(path, remedy="Free some disk space.") as temporary:
        figure.savefig(temporary, format="png")


def _draw_pose(axis, pose: np.ndarray, right_m: float) -> None:
    """Draw one figure: bones as lines, the left side (on the picture's right) darker."""
    centre = pose[0, 0]
    bones = [(joint, PARENTS[joint]) for joint in range(1, BODY)]
    bones += [(JOINT[f"{side}_{tip}"], JOINT[f"{side}_wrist"]) for side in ("left", "right") for tip in HAND]
    for joint, parent in bones:
        colour = "#1f4e79" if pose[joint, 0] >= centre else "#5b9bd5"
        x = pose[[joint, parent], 0] - centre + right_m
        axis.plot(x, pose[[joint, parent], 1], color=colour, linewidth=1.6, solid_capstyle="round")
    head = pose[JOINT["head"]]
    axis.plot(head[0] - centre + right_m, head[1] + 0.08, "o", color="#1f4e79", markersize=7, fillstyle="none")


def _with_parts(motion: Motion, parts: dict[Part, np.ndarray]) -> Motion:
    rotations, expression = motion.rotations.copy(), motion.expression
    for part, channels in parts.items():
        width = SPECS[part].rotation_width
        rot6d = channels[:, :width].astype(float).reshape(len(channels), -1, 6)
        rotations[:, list(SPECS[part].joints)] = rot6d_to_rotvec(rot6d)
        if part is Part.FACE:
            expression = channels[:, width:].astype(float)
    return motion.replace(rotations=rotations, expression=expression)
