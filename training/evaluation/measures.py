"""All measures of a set of clips, with or without the recorded set beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from core.body.skeleton import JOINT
from core.clock import FPS
from training.evaluation import published_metrics as published
from training.evaluation.fgd_autoencoder import FgdAutoencoder, features
from training.evaluation.fgd_parts import area_channels, key_of
from training.evaluation.motion_sets import Clip
from training.evaluation.movement import movement
from training.evaluation.smplx_face import SmplxFace
from training.evaluation.synchrony import synchrony


@dataclass(frozen=True)
class Metric:
    """A row of the table: key, title, unit, and the number of decimals to print."""

    key: str
    title: str
    unit: str = ""
    digits: int = 2


METRICS = (
    Metric("fgd", "FGD", digits=3),
    Metric("fgd_upper", "... of the upper body", digits=3),
    Metric("fgd_hands", "... of the hands", digits=3),
    Metric("fgd_lower", "... of the lower body", digits=3),
    Metric("beat_consistency", "BC", digits=3),
    Metric("l1_diversity", "L1 diversity"),
    Metric("face_mse", "face MSE", "m2", 9),
    Metric("face_lvd", "face LVD", "m/frame", 6),
    Metric("slide_median_cm_s", "foot slide, median", "cm/s"),
    Metric("slide_p75_cm_s", "foot slide, 75 %", "cm/s"),
    Metric("slide_mean_cm_s", "foot slide, mean", "cm/s"),
    Metric("slide_p95_cm_s", "foot slide, 95 %", "cm/s"),
    Metric("sliding_frames", "sliding foot-frames"),
    Metric("contact_fraction", "foot-frames in contact"),
    Metric("penetration_max_cm", "below the floor, most", "cm"),
    Metric("drift_cm_min", "root drift", "cm/min", 1),
    Metric("steps_per_min", "steps", "1/min", 1),
    Metric("pelvis_sway_cm", "pelvis sway", "cm"),
    Metric("wrist_jerk_m_s3", "wrist jerk", "m/s3", 1),
    Metric("wrist_speed_m_s", "wrist speed, mean", "m/s", 3),
    Metric("wrist_speed_p95_m_s", "wrist speed, 95 %", "m/s", 3),
    Metric("still_fraction", "wrists still"),
    Metric("strokes_per_min", "strokes", "1/min", 1),
    Metric("sync", "strokes on stress, score", digits=3),
    Metric("sync_z", "strokes on stress, z"),
    Metric("pause_ratio", "speed in pauses / speech"),
    Metric("jaw_correlation", "jaw with level in vowels"),
    Metric("lips_closed", "lips closed at p, b, m"),
)


def mean_joint_speed(clips: Sequence[Clip]) -> np.ndarray:
    """Return the mean speed (55,) of the joints relative to the root, m/s, by which beat consistency divides."""
    speeds = [published.joint_speed(relative(clip)) for clip in clips]
    return np.concatenate(speeds).mean(0)


def relative(clip: Clip) -> np.ndarray:
    """Return the joint positions (T, 55, 3) with the root held still."""
    return clip.positions - clip.positions[:, :1]


def clip_measures(clip: Clip, mean_speed: np.ndarray) -> dict[str, float]:
    """Measure one clip without the recorded one; measures of speech only where there is speech."""
    out = asdict(movement(clip.positions)) | {"l1_diversity": published.l1_diversity(relative(clip))}
    if clip.samples is not None:
        out |= asdict(synchrony(clip.positions, clip.samples))
        beats = published.audio_beats(clip.samples)
        out["beat_consistency"] = published.beat_consistency(relative(clip), mean_speed, beats)
    return out


def face_measures(clip: Clip, real: Clip, smplx: SmplxFace | None) -> dict[str, float]:
    """Measure MSE and LVD of the face's vertices; nothing without an SMPL-X file or for another face basis."""
    if smplx is None or {clip.motion.face_basis, real.motion.face_basis} != {"flame100"}:
        return {}
    frames = min(clip.motion.frame_count, real.motion.frame_count)
    jaw = JOINT["jaw"]
    predicted, recorded = (
        smplx.vertices(m.rotations[:frames, jaw], m.expression[:frames], real.motion.betas)
        for m in (clip.motion, real.motion)
    )
    return {
        "face_mse": published.vertex_mse(predicted, recorded),
        "face_lvd": published.vertex_lvd(predicted, recorded),
    }


def set_measures(
    clips: Sequence[Clip],
    reals: Sequence[Clip],
    mean_speed: np.ndarray,
    autoencoders: Mapping[str, FgdAutoencoder],
    smplx: SmplxFace | None = None,
    frames: Mapping[str, int] | None = None,
) -> dict[str, float]:
    """Measure a set: means over clips by their length, and the distances of all latents from the recorded ones.

    Args:
        clips: the set.
        reals: the recorded clips of the same names, in the same order.
        mean_speed: (55,) from `mean_joint_speed` of the recorded set.
        autoencoders: one per area (`fgd_parts.AREAS`) for all sets that are compared.
        smplx: for the face's vertices.
        frames: how many frames of a clip of each name the distances count; all of them by default.
    """
    rows = [clip_measures(c, mean_speed) | face_measures(c, r, smplx) for c, r in zip(clips, reals, strict=True)]
    weights = np.array([clip.motion.frame_count / FPS for clip in clips])
    out = weighted_means(rows, weights)
    counted = [(frames or {}).get(clip.name, clip.motion.frame_count) for clip in clips]
    for area, network in autoencoders.items():
        latents = [
            [features(network, area_channels(c.motion, area)[:n]) for c, n in zip(group, counted, strict=True)]
            for group in (clips, reals)
        ]
        out[key_of(area)] = published.frechet_distance(*map(np.concatenate, latents))
    return out


def weighted_means(rows: Sequence[dict[str, float]], weights: np.ndarray) -> dict[str, float]:
    """Return weighted means over the rows; rows without a number do not count."""
    out = {}
    for key in dict.fromkeys(key for row in rows for key in row):
        values = np.array([row.get(key, np.nan) for row in rows])
        known = np.isfinite(values)
        out[key] = float(np.average(values[known], weights=weights[known])) if known.any() else float("nan")
    return out
