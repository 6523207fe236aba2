"""Measures of quality for the training log: reconstruction, accuracy of codes, movement of a generated take."""

from collections.abc import Callable

import numpy as np
import torch

from core.body.kinematics import forward_kinematics
from core.body.motion import Motion
from core.body.parts import SPECS, Part
from core.body.rotation import rot6d_to_rotvec
from core.body.skeleton import JOINT_COUNT
from core.generate.code_groups import rows_of
from core.model.torch_engine.vqvae import Autoencoder
from training.data.dataset import Clip, Corpus, Take
from training.data.part_frames import part_frames
from training.evaluation.movement import wrist_jerk, wrist_speed
from training.loop.interface import Step
from training.stages.autoencoders import encode, reconstruct
from training.stages.generator import GeneratorTraining
from training.stages.generator_windows import SEED_FRAMES, WindowSet
from training.stages.losses import PartLoss

SHOWN_POINTS = {
    Part.FACE: (),
    Part.UPPER: ("head", "left_wrist", "right_wrist"),
    Part.HANDS: ("left_index3", "right_thumb3"),
    Part.LOWER: ("left_ankle", "right_ankle", "left_foot", "right_foot"),
}


@torch.no_grad()
def reconstruction(part: Part, autoencoder: Autoencoder, corpus: Corpus) -> dict[str, float]:
    """Measure a part after encoding and decoding: errors in cm, jerk against the original, use of the codebook."""
    frames = part_frames(corpus, part)
    decoded = np.concatenate(reconstruct(part, autoencoder, frames).motions)
    channels = np.concatenate(frames.motions)
    loss = PartLoss(part, corpus.rest_joints)
    points, wanted = (
        torch.cat([loss.kinematics(loss.matrices(torch.as_tensor(piece))) for piece in np.array_split(x, 20)])
        for x in (decoded, channels)
    )
    error = (points - wanted).norm(dim=-1)
    report = {"points_cm": float(100 * error.mean())}
    tips = slice(len(loss.kinematics.joints), None)
    report["tips_cm"] = float(100 * error[:, tips].mean())
    for name in SHOWN_POINTS[part]:
        report[f"{name}_cm"] = float(100 * error[:, loss.kinematics.index(name)].mean())
    jerk, wanted_jerk = (torch.diff(x, n=3, dim=0).norm(dim=-1).median() for x in (points, wanted))
    report["jerk_ratio"] = float(jerk / wanted_jerk.clamp(min=1e-9))
    width = SPECS[part].rotation_width
    if frames.width > width:
        report["beyond_rotation"] = float(np.abs(decoded - channels)[:, width:].mean())
    codes = [encode(part, autoencoder, take.channels[part]) for take in corpus.takes]
    size, groups = len(autoencoder.quantizer.embedding.weight), autoencoder.quantizer.groups
    rows = rows_of(np.concatenate(codes), size, groups)
    shares = [np.bincount(group, minlength=size) / len(group) for group in rows.T]
    report["usage"] = float(np.mean([share > 0 for share in shares]))
    report["perplexity"] = float(np.mean([_perplexity(share) for share in shares]))
    report["changes"] = float(np.mean([np.mean(np.diff(c) != 0) for c in codes]))
    return report


def _perplexity(share: np.ndarray) -> float:
    """Return the exponential of the entropy of shares (K,)."""
    return float(np.exp(-(share[share > 0] * np.log(share[share > 0])).sum()))


@torch.no_grad()
def accuracy(training: GeneratorTraining, windows: WindowSet, count: int = 32) -> dict[str, float]:
    """Return the share of correct codes and the latent error of the seed-only pass, over the frames after the seed."""
    totals: dict[str, list[float]] = {}
    chosen = np.random.default_rng(0).permutation(len(windows))[:count]
    for piece in np.array_split(chosen, max(len(chosen) // 8, 1)):
        batch = windows.batch(piece).to(training.device)
        conditions = training.generator.conditions(batch.audio, batch.words, batch.speaker)
        output = training.generator(conditions, *training.inputs(batch, Step(0), 0))
        valid = batch.weight.clone()
        valid[:, :SEED_FRAMES] = 0
        for part in Part:
            rows = training.rows(part, batch.codes[part])
            scores = output.logits[part].unflatten(-1, (rows.shape[-1], -1))
            right = (scores.argmax(-1) == rows).float().mean(-1)
            totals.setdefault(f"{part}_right", []).append(float((right * valid).sum() / valid.sum()))
            error = ((output.latents[part] - training.entries(part, rows)) ** 2).mean(-1) / getattr(
                training, f"spread_{part}"
            )
            totals.setdefault(f"{part}_latent", []).append(float((error * valid).sum() / valid.sum()))
    return {name: float(np.mean(values)) for name, values in totals.items()}


def wrist_motion(motion: Motion) -> tuple[np.ndarray, float]:
    """Return speeds (T - 1, 2), m/s, and the mean jerk, m/s^3, of the wrists relative to the root."""
    positions, _ = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    return wrist_speed(positions), float(wrist_jerk(positions).mean())


def take_motion(take: Take, corpus: Corpus) -> Motion:
    """Return a take of the corpus as a motion whose eyes look ahead."""
    rotations = np.zeros((take.frames, JOINT_COUNT, 3))
    for part, spec in SPECS.items():
        rot6d = take.channels[part][:, : spec.rotation_width].reshape(take.frames, -1, 6)
        rotations[:, list(spec.joints)] = rot6d_to_rotvec(rot6d)
    return Motion(
        rotations,
        take.translation.astype(float),
        take.channels[Part.FACE][:, 6:].astype(float),
        corpus.face_basis,
        rest_joints=corpus.rest_joints,
    )


def free_run(generate: Callable[[Clip, Take], Motion], corpus: Corpus, count: int = 4) -> dict[str, float]:
    """Compare takes that are generated from sound alone with the recorded takes.

    Args:
        generate: clip and the take to make again (for its speaker and chance) -> motion.
        corpus: held-out clips.
        count: how many takes.
    """
    rows = []
    for take in corpus.takes[:: max(len(corpus.takes) // count, 1)][:count]:
        made, recorded = generate(corpus.clips[take.clip], take), take_motion(take, corpus)
        frames = min(made.frame_count, recorded.frame_count) - 1
        (speed, jerk), (wanted, wanted_jerk) = wrist_motion(made), wrist_motion(recorded)
        # both are smoothed over a third of a second: the correlation shows whether it moves when the recorded one moves
        smooth = [np.convolve(s[:frames].mean(1), np.ones(10) / 10, "same") for s in (speed, wanted)]
        rows.append(
            {
                "wrist_speed_m_s": speed.mean(),
                "wrist_speed_ratio": speed.mean() / max(wanted.mean(), 1e-6),
                "wrist_jerk_m_s3": jerk,
                "wrist_jerk_ratio": jerk / max(wanted_jerk, 1e-6),
                "speed_correlation": np.corrcoef(smooth[0], smooth[1])[0, 1],
            }
        )
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
