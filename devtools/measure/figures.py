"""All figures of one take, raw and finished, by the names that the targets use."""

from dataclasses import asdict

import numpy as np

from core.body.kinematics import forward_kinematics
from core.text.timing import load_words
from devtools.measure.takes import Recording, Take
from devtools.measure.targets import OF_CLASS
from training.evaluation.likeness import likeness, variety
from training.evaluation.measures import clip_measures
from training.evaluation.motion_sets import Clip
from training.evaluation.mouth import jaw_correlation, lips_closed_share
from training.evaluation.movement import relative_wrists
from training.evaluation.posture import posture_measures
from training.evaluation.triggers import read_triggers, trigger_score
from training.evaluation.turning import UPWARD, Turning, group_measures, turning, turning_measures
from training.gesture import pose_recognition as classes


def raw_figures(recording: Recording, take: Take, mean_speed: np.ndarray) -> dict[str, float]:
    """Measure a take's raw motion.

    Args:
        recording: what is spoken.
        take: with raw motion.
        mean_speed: (55,) m/s, by which beat consistency divides.
    """
    assert take.raw is not None
    return clip_measures(take.raw, mean_speed) | _spoken(recording, take.raw, take)


def finished_figures(
    recording: Recording, take: Take, mean_speed: np.ndarray, recorded: Turning | None = None
) -> dict[str, float]:
    """Measure a take's finished motion: alone, against its raw motion, and against a recorded one.

    Args:
        recording: what is spoken.
        take: to measure.
        mean_speed: (55,) m/s, by which beat consistency divides.
        recorded: the turning of the recorded motion; None leaves the comparison out.
    """
    clip, turns = take.finished, turning(take.finished.motion)
    out = clip_measures(clip, mean_speed) | _spoken(recording, clip, take) | body_figures(clip, turns)
    if take.raw is not None:
        out |= kept(group_measures(turning(take.raw.motion)), out)
    if recorded is not None:
        out |= likeness(turns, [recorded]) | {"variety": variety(turns, recorded)}
    return out


def body_figures(clip: Clip, turns: Turning) -> dict[str, float]:
    """Measure how a body turns and stands."""
    motion = clip.motion
    _, world = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    return turning_measures(turns, relative_wrists(clip.positions)) | posture_measures(clip.positions, world)


def kept(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """Return how much of turn and speed finishing has kept, from the collars upward."""
    out = {}
    for group in UPWARD:
        for what, key in (("turn", f"{group}_turn_deg"), ("speed", f"{group}_speed_deg_s")):
            out[f"kept_{group}_{what}"] = after[key] / before[key] if before[key] else float("nan")
    return out


def _spoken(recording: Recording, clip: Clip, take: Take) -> dict[str, float]:
    """Measure the mouth and, in a recording of triggers, their gestures."""
    if clip.samples is None:
        return {}
    out = {
        "jaw_correlation": jaw_correlation(clip.motion, clip.samples, take.words),
        "lips_closed": lips_closed_share(clip.motion, take.words),
    }
    if recording.kind != "triggers":
        return out
    assert recording.audio is not None
    stem = recording.audio.with_suffix("")
    words = load_words(stem.with_name(stem.name + ".words.json"))
    triggers = read_triggers(stem.with_name(stem.name + ".json"), words)
    pose = classes.read_pose(clip.positions, clip.motion.skeleton)
    inside = {kind: classes.in_class(kind, pose) for kind in classes.CLASSES}
    score = asdict(trigger_score(triggers, words, inside))
    by_kind = score.pop("entered_by_kind")
    out |= {"triggers_entered": score.pop("entered"), "triggers_shown": score.pop("shown"), **score}
    return out | {f"{OF_CLASS}{kind}": share for kind, share in by_kind.items()}
