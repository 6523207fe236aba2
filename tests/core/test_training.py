"""Training on a corpus of two short synthetic clips: every stage learns, goes on after a stop, and leaves a model."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile
import torch
from scipy.ndimage import gaussian_filter1d

from core.audio.cues import WIDTH as CUES
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion, save_motion
from core.body.parts import SPECS, Part
from core.body.rotation import rot6d_to_matrix as numpy_matrix
from core.body.rotation import rotvec_to_rot6d
from core.body.skeleton import JOINT, default_rest_joints
from core.clock import FPS, frame_count
from core.generate.chance import WIDTH as CHANCE
from core.model.config import STARTER
from core.text.timing import Word, save_words
from core.train.codebook import CodebookLearner, nearest
from core.train.dataset import full_vector, load_corpus, root_velocity, window_starts
from core.train.fit import FitSettings, fit
from core.train.generator import GeneratorSettings
from core.train.losses import RootLoss, geodesic
from core.train.rotations import PartKinematics, rot6d_to_matrix
from core.train.stages import Plan, run_generator, run_parts

SECONDS = 6
STYLES = ("calm", "lively", "presenter", "reserved")
TINY = replace(
    STARTER,
    hidden=16,
    audio_dim=8,
    motion_dim=8,
    code_dim=16,
    codebook_size=32,
    word_dim=8,
    wav_widths=(4, 4, 8),
    cross_layers=1,
    face_blocks=1,
    vae_width=32,
)


def smooth(random: np.random.Generator, frames: int, *shape: int) -> np.ndarray:
    return gaussian_filter1d(random.normal(size=(frames, *shape)), 10, axis=0) * 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A corpus of two clips in two styles each, and a model folder with word vectors."""
    fasttext = pytest.importorskip("fasttext")
    root = tmp_path_factory.mktemp("training")
    (root / "corpus").mkdir()
    (root / "model").mkdir()
    random = np.random.default_rng(0)
    text = root / "text.txt"
    text.write_text("we raise the hand and lower the hand while we speak of the sea " * 50)
    vectors = fasttext.train_unsupervised(str(text), dim=8, bucket=50, epoch=1, thread=1, minCount=1, verbose=0)
    vectors.save_model(str(root / "model" / "words.bin"))
    for number, seconds in enumerate((SECONDS, SECONDS - 1.3)):
        samples = random.normal(size=int(seconds * 16000)) * np.sin(np.arange(int(seconds * 16000)) / 3000) ** 2
        soundfile.write(root / "corpus" / f"clip{number}.wav", 0.1 * samples, 16000)
        save_words((Word("hand", 0.5, 1.0), Word("sea", 1.5, 2.0)), root / "corpus" / f"clip{number}.words.json")
        frames = frame_count(len(samples))
        for style in STYLES[:2]:
            motion = Motion(
                0.3 * smooth(random, frames, 55, 3),
                0.02 * smooth(random, frames, 3),
                np.clip(0.2 * smooth(random, frames, 52), 0, 1),
                contacts=np.ones((frames, 4)),
                rest_joints=default_rest_joints(),
            )
            save_motion(motion, root / "corpus" / f"clip{number}.{style}.npz")
    return root


def plan_for(folder, minutes=1.0, steps=(40, 20)) -> Plan:
    return Plan(
        corpus=folder / "corpus",
        out=folder / "model",
        cache=folder / "cache",
        minutes=minutes,
        threads=1,
        steps=steps,
        speakers=STYLES,
        config=TINY,
        generator=GeneratorSettings(batch=2),
        log_every=10,
    )


def test_torch_kinematics_agree_with_numpys():
    random = np.random.default_rng(1)
    rest = default_rest_joints()
    for part in Part:
        kinematics = PartKinematics(part, rest)
        rotvec = np.zeros((5, 55, 3))
        joints = list(SPECS[part].joints)
        rotvec[:, joints] = random.normal(size=(5, len(joints), 3))
        positions, _ = forward_kinematics(rotvec, np.zeros((5, 3)), rest)
        rot6d = torch.tensor(rotvec_to_rot6d(rotvec[:, joints]), dtype=torch.float32)
        placed = kinematics(rot6d_to_matrix(rot6d)).numpy()[:, : len(joints)]
        hangs_from = {Part.FACE: ["head"], Part.HANDS: ["left_wrist"] * 15 + ["right_wrist"] * 15}.get(part, ["pelvis"])
        wanted = positions[:, joints] - positions[:, [JOINT[name] for name in hangs_from]]
        assert np.abs(placed - wanted).max() < 1e-5


def test_torch_rot6d_agrees_with_numpys():
    rot6d = np.random.default_rng(2).normal(size=(50, 6))
    assert np.abs(rot6d_to_matrix(torch.tensor(rot6d)).numpy() - numpy_matrix(rot6d)).max() < 1e-6


def test_geodesic_is_the_angle_between_rotations():
    for angle in (0.01, 0.5, 3.0):
        turned = numpy_matrix(rotvec_to_rot6d(np.array([0.0, angle, 0.0])))
        assert float(geodesic(torch.tensor(turned), torch.eye(3).double())) == pytest.approx(angle, rel=1e-2)


def test_root_velocities_integrate_to_the_path():
    path = np.cumsum(np.random.default_rng(3).normal(size=(40, 3)), 0)
    velocity = root_velocity(path)
    x = path[0, 0] + np.concatenate([[0], np.cumsum(velocity[:-1, 0])]) / FPS
    assert np.allclose(x, path[:, 0])
    assert np.array_equal(velocity[:, 1], path[:, 1])


def test_windows_cover_the_tail():
    for frames in (1, 63, 64, 65, 200):
        starts = window_starts(frames)
        assert starts[0] == 0
        assert starts[-1] + 64 >= frames
        assert starts[-1] < frames


def test_corpus_holds_what_the_files_hold(folder):
    corpus = plan_for(folder).load()
    assert len(corpus.clips) == 2
    assert len(corpus.takes) == 4
    again = plan_for(folder).load()  # now from the cache
    for a, b in zip(corpus.takes, again.takes, strict=True):
        assert all(np.array_equal(a.channels[part], b.channels[part]) for part in Part)
    assert corpus.clips[0].audio.shape == (corpus.clips[0].frames, CUES)
    assert corpus.takes[0].chance.shape == (corpus.takes[0].frames, CHANCE)
    vector = full_vector(corpus.takes[0], 20, 84)
    assert vector.shape == (64, 337)
    assert vector[0, [330, 332]].tolist() == [0, 0]


def test_a_clip_without_motion_is_left_out(folder, tmp_path):
    from core.errors import GestureError

    with pytest.raises(GestureError, match="no motion"):
        load_corpus(tmp_path, tmp_path / "cache", folder / "model" / "words.bin", STYLES)


def test_codebook_settles_on_clusters_and_revives_dead_entries():
    torch.manual_seed(0)
    centres = torch.randn(8, 4) * 5
    latents = (centres[torch.randint(8, (2000,))] + 0.05 * torch.randn(2000, 4)).detach()
    book = torch.nn.Parameter(torch.full((16, 4), 100.0))
    learner = CodebookLearner(book)
    learner.start(latents)
    for _ in range(60):
        learner.update(latents, nearest(latents, book))
    assert (latents - book[nearest(latents, book)]).norm(dim=-1).mean() < 0.2
    assert len(torch.unique(nearest(latents, book))) >= 12


def test_root_loss_is_small_for_planted_feet_and_large_for_sliding_ones(folder):
    corpus = plan_for(folder).load()
    lower = torch.tensor(corpus.takes[0].channels[Part.LOWER])[None]
    loss = RootLoss(corpus.rest_joints)
    right, _ = loss(lower, lower, lower)
    wrong = lower.clone()
    wrong[..., 54] += 1.0
    worse, report = loss(wrong, lower, lower)
    assert worse > right + 1
    assert report["path"] > 0.1


def test_a_killed_run_goes_on_and_ends_like_an_unbroken_one(tmp_path):
    class Killed(Exception):
        pass

    def train(checkpoint, stop=None):
        torch.manual_seed(0)
        module = torch.nn.Linear(3, 1)
        losses = []

        def loss(step):
            x = torch.tensor(step.random.normal(size=(8, 3)), dtype=torch.float32)
            value = (module(x) - x.sum(-1, keepdim=True)).square().mean()
            losses.append(float(value.detach()))
            return value, {}

        def after(step):
            if step.index == stop:
                raise Killed

        settings = FitSettings(60, learning_rate=0.05, checkpoint_s=0.0, warm_up=1)
        try:
            fit("line", module, loss, settings, checkpoint, after, log=lambda line: None)
        except Killed:
            return None
        return module.weight.detach().clone(), losses

    whole, losses = train(tmp_path / "whole.pt")
    assert np.mean(losses[-5:]) < 0.2 * np.mean(losses[:5])
    assert train(tmp_path / "broken.pt", stop=30) is None
    resumed, rest = train(tmp_path / "broken.pt")
    assert len(rest) < 40
    assert torch.allclose(whole, resumed, atol=1e-5)


def losses_of(output: str, name: str) -> list[float]:
    lines = [line for line in output.splitlines() if line.startswith(f"{name} step")]
    return [float(line.split(" loss ")[1].split()[0]) for line in lines]


def test_both_stages_leave_a_model_that_generates(folder, capsys):
    from core.generate.decode import decode_take
    from core.generate.windows import run_windows
    from core.model.torch_network import load_network

    plan = plan_for(folder, minutes=5, steps=(120, 20))
    run_parts(plan, ("upper", "hands", "lower", "root", "face"))
    run_generator(plan)
    output = capsys.readouterr().out
    for name in ("upper", "hands", "lower", "root", "face", "generator"):
        assert name == "generator" or (folder / "model" / f"{name}.safetensors").exists()
        assert losses_of(output, name), name
    for name in ("upper", "hands", "lower", "face", "root"):
        losses = losses_of(output, name)
        assert losses[-1] < losses[0], name
    network = load_network(folder / "model", "cpu")
    assert tuple(network.info.speakers) == STYLES
    frames = 100
    audio = np.random.default_rng(0).random((frames, CUES + CHANCE)).astype(np.float32)
    codes = run_windows(network, audio, np.zeros((frames, 8), np.float32), 1, network.info.neutral)
    motion = decode_take(network, codes, np.zeros(3))
    assert motion.frame_count == frames
    assert np.isfinite(motion.rotations).all()

    # the same command again goes on from the checkpoints: there is nothing left to do
    run_generator(plan)
    assert "goes on at step 20" in capsys.readouterr().out
