"""Training on two short synthetic clips: every stage learns, goes on after a stop, and leaves a model."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.audio.cues import WIDTH as CUES
from core.body.kinematics import forward_kinematics
from core.body.parts import SPECS, Part
from core.body.rotation import rot6d_to_matrix as numpy_matrix
from core.body.rotation import rotvec_to_rot6d
from core.body.skeleton import JOINT, default_rest_joints
from core.clock import FPS
from core.generate.chance import WIDTH as CHANCE
from training.data.dataset import full_vector, root_velocity, window_starts
from training.data.part_frames import PartFrames, part_frames
from training.loop.interface import Step
from training.stages import generator as generator_module
from training.stages.ablation import settings_without, shut_branches
from training.stages.autoencoders import PUBLISHED_AUTOENCODERS, AutoencoderSettings, AutoencoderTraining
from training.stages.codebook import CodebookLearner, jitter, moves, nearest
from training.stages.generator import PUBLISHED_GENERATOR, GeneratorSettings, GeneratorTraining
from training.stages.generator_windows import WindowSet
from training.stages.losses import (
    PUBLISHED_PART,
    PUBLISHED_ROOT,
    PartLoss,
    PartWeights,
    RootLoss,
    geodesic,
    standing_mean,
)
from training.stages.stage_one import run_parts
from training.stages.stage_two import run_generator
from training.stages.torch_kinematics import PartKinematics, rot6d_to_matrix
from training.stages.training_plan import prepare

from ..tiny_corpus import STYLES, make_corpus, make_vectors, plan_for


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("fasttext")
    root = tmp_path_factory.mktemp("training")
    make_corpus(root / "corpus")
    make_vectors(root / "words.bin")
    return root


@pytest.fixture(scope="module")
def corpus(folder):
    return plan_for(folder).source.load()


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


def test_vectors_hold_what_the_clips_hold(corpus):
    vector = full_vector(corpus.takes[0], 20, 84)
    assert vector.shape == (64, 337)
    assert vector[0, [330, 332]].tolist() == [0, 0]
    lower = corpus.takes[0].channels[Part.LOWER]
    assert np.array_equal(vector[:, 333:], lower[20:84, -4:])
    assert corpus.clips[0].audio.shape == (corpus.clips[0].frames, CUES)
    assert corpus.takes[0].chance.shape == (corpus.takes[0].frames, CHANCE)


def test_windows_of_frames_are_the_same_however_they_are_cut(corpus):
    frames = part_frames(corpus, Part.UPPER)
    whole = frames.windows(np.random.default_rng(0), 6, 64)
    halves = [frames.windows(np.random.default_rng(0), 6, 64, rows) for rows in (slice(0, 2), slice(2, 6))]
    assert np.array_equal(whole, np.concatenate(halves))
    held = PartFrames([np.arange(10, dtype=np.float32)[:, None]]).windows(np.random.default_rng(0), 1, 12)
    assert held[0, -3:, 0].tolist() == [9, 9, 9]


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


def test_root_loss_is_small_for_planted_feet_and_large_for_sliding_ones(corpus):
    lower = torch.tensor(np.array(corpus.takes[0].channels[Part.LOWER]))[None]
    loss = RootLoss(corpus.rest_joints)
    right, _ = loss(lower, lower, lower)
    wrong = lower.clone()
    wrong[..., 54] += 1.0
    worse, report = loss(wrong, lower, lower)
    assert worse > right + 1
    assert report["path"] > 0.1


def test_published_losses_hold_the_published_terms(corpus):
    rest = corpus.rest_joints
    random = np.random.default_rng(4)
    for part in Part:
        true = torch.tensor(np.array(corpus.takes[0].channels[part][:64]))[None]
        wrong = true + 0.05 * torch.tensor(random.normal(size=true.shape), dtype=torch.float32)
        right, _ = PartLoss(part, rest, PUBLISHED_PART)(true, true)
        value, terms = PartLoss(part, rest, PUBLISHED_PART)(wrong, true)
        assert value > right
        expected = {"rotation", "turn", "turn_change", "place_squared", "velocity", "acceleration", "point_cm"}
        expected |= {"expression", "expression_velocity", "expression_acceleration"} if part is Part.FACE else set()
        expected |= {"contact", "root", "plant"} if part is Part.LOWER else set()
        assert set(terms) == expected
        turned, target = PartLoss(part, rest).matrices(wrong), PartLoss(part, rest).matrices(true)
        assert float(terms["turn"]) == pytest.approx(float(torch.diff(turned - target, dim=1).abs().mean()), rel=1e-5)


def test_a_term_that_is_left_out_counts_nothing(corpus):
    true = torch.tensor(np.array(corpus.takes[0].channels[Part.UPPER][:64]))[None]
    wrong = true.roll(3, 1)
    full, terms = PartLoss(Part.UPPER, corpus.rest_joints)(wrong, true)
    rest, left = PartLoss(Part.UPPER, corpus.rest_joints, replace(PartWeights(), place=0.0))(wrong, true)
    assert "place" not in left
    assert float(full - rest) == pytest.approx(float(terms["place"]), rel=1e-4)


def test_root_loss_counts_the_integrated_path(corpus):
    lower = torch.tensor(np.array(corpus.takes[0].channels[Part.LOWER][:64]))[None]
    drifting = lower.clone()
    drifting[..., 54] += 0.3  # m/s
    _, terms = RootLoss(corpus.rest_joints, PUBLISHED_ROOT)(drifting, lower, lower)
    # 0.3 m/s is 1 cm per frame: from 0 to 63 cm, in one of the two axes
    assert float(terms["path"]) == pytest.approx(0.5 * 0.315, rel=1e-3)
    assert float(terms["path_change"]) == pytest.approx(5 * 0.5 * 0.01, rel=1e-2)


def test_means_over_standing_feet_are_the_same_however_the_batch_is_cut():
    values, standing = torch.rand(6, 5, 4), (torch.rand(6, 5, 4) > 0.5).float()
    halves = [standing_mean(values[rows], standing[rows]) for rows in (slice(0, 3), slice(3, 6))]
    assert float(sum(halves) / 2) == pytest.approx(float(standing_mean(values, standing)), rel=1e-5)


@pytest.mark.parametrize(
    "settings", [AutoencoderSettings(batch=8, free_share=0), replace(PUBLISHED_AUTOENCODERS, batch=8)]
)
def test_codebooks_learn_by_averages_and_by_gradient(corpus, settings):
    from core.model.torch_engine.vqvae import Autoencoder

    torch.manual_seed(0)
    autoencoder = Autoencoder(78, 16, 8, 16, 2)
    frames = part_frames(corpus, Part.UPPER)
    training = AutoencoderTraining(Part.UPPER, autoencoder, frames, corpus.rest_joints, settings)
    training.prepare(0)
    training.before(Step(0))
    start = autoencoder.quantizer.embedding.weight.detach().clone()
    result = training(training.draw(Step(0)), Step(0))
    result.loss.backward()
    gradient = autoencoder.quantizer.embedding.weight.grad
    assert (gradient is None) == settings.averages
    report = training.settle(Step(0), plan_for(None).team)
    assert 0 < report["used"] <= 1
    assert 1 <= report["perplexity"] <= 16
    assert report["restarts"] == 0
    moved = autoencoder.quantizer.embedding.weight.detach()
    assert torch.equal(start, moved) != settings.averages


def test_dead_codes_start_again_and_are_counted():
    torch.manual_seed(0)
    book = torch.nn.Parameter(torch.randn(8, 4))
    learner = CodebookLearner(book)
    learner.start(torch.randn(500, 4))
    latents = torch.randn(500, 4) + 20  # far from all but one entry
    for _ in range(200):
        learner.update(latents, nearest(latents, book))
    assert learner.use()["restarts"] >= 7
    assert learner.use()["used"] > 0.8
    frozen = CodebookLearner(torch.nn.Parameter(torch.randn(8, 4)))
    for _ in range(50):
        frozen.update(latents, nearest(latents, frozen.codebook), restarts=False)
    assert frozen.use()["restarts"] == 0


def test_jitter_moves_latents_to_neighbours_only():
    latents = torch.arange(20.0)[None, :, None]
    move = moves(1, 20, 0.5, torch.Generator().manual_seed(0))
    moved = jitter(latents, move)[0, :, 0]
    assert (moved - torch.arange(20.0)).abs().max() == 1
    assert torch.equal(jitter(latents, torch.zeros_like(move)), latents)


@pytest.fixture(scope="module")
def generator(folder, corpus):
    """The generator's training with untrained autoencoders."""
    plan = plan_for(folder, work="untrained")
    weights = prepare(plan, corpus)
    for autoencoder in weights.autoencoders.values():
        torch.nn.init.normal_(autoencoder.quantizer.embedding.weight)
    windows = WindowSet(corpus, weights.autoencoders, 20, plan.recipe.context)
    return weights, windows


def training_with(generator, settings: GeneratorSettings) -> GeneratorTraining:
    weights, windows = generator
    return GeneratorTraining(weights.generator, weights.autoencoders, windows, settings).eval()


def test_the_published_objective_is_the_sum_of_its_three_passes(generator):
    settings = replace(PUBLISHED_GENERATOR, batch=4)
    training = training_with(generator, settings)
    step = Step(7, 0.5)
    batch = training.draw(step)
    motion, mask = training.inputs(batch, step, 2)
    assert len(motion) == 3 * 4
    assert mask[:4, :4].sum() == 0
    assert mask[:4, 4:].min() == 1
    assert torch.equal(mask[4:8], mask[8:])
    assert float(mask[4:].mean()) == pytest.approx(0.05 + 0.95 * 0.5, abs=0.01)
    value, terms = training.passes(batch, step, 2)
    seeded, _ = training.passes(batch, step, 0)
    # every pass: three times the squared latent error and the likelihood of body codes; the face's only when masked
    body = sum(3 * terms[f"{part}_mse"] + terms[f"{part}_nll"] for part in ("upper", "hands", "lower"))
    assert float(seeded.detach()) == pytest.approx(float(body + 3 * terms["face_mse"]), rel=1e-4)
    assert value > 2 * seeded


@pytest.mark.parametrize(("switch", "gone"), [("latent", "mse"), ("nll", "nll")])
def test_terms_can_be_switched_off(generator, switch, gone):
    full = GeneratorSettings(batch=4, masked_passes=0)
    step = Step(3, 0.5)
    value, terms = training_with(generator, full).passes(training_with(generator, full).draw(step), step, 0)
    ablated = training_with(generator, settings_without(full, (switch,)))
    rest, _ = ablated.passes(ablated.draw(step), step, 0)
    wanted = (3 if gone == "mse" else 1) * float(sum(terms[f"{part}_{gone}"] for part in Part))
    assert float((value - rest).detach()) == pytest.approx(wanted, rel=1e-3)
    assert settings_without(full, ("masked",)).masked_passes == 0


def test_the_released_recipe_has_the_published_sizes_rates_and_lengths(corpus):
    from core.model.config import RELEASED
    from training.stages.recipes import RELEASED_RECIPE

    model = RELEASED_RECIPE.model_for(corpus, 300)
    inputs = {"audio_channels_face", "word_vocabulary", "speakers", "face_basis", "face_query_attention"}
    ours, published = model.to_dict(), RELEASED.to_dict()
    assert {name for name in ours if ours[name] != published[name]} == inputs
    hours = 4 * 3600 * FPS
    upper, face = (RELEASED_RECIPE.autoencoder_fit(name, hours) for name in ("upper", "face"))
    assert (upper.steps, face.steps) == (500 * (hours // 20) // 64, 800 * (hours // 20) // 64)
    assert (upper.learning_rate, upper.betas) == (3e-4, (0.5, 0.999))
    generator = RELEASED_RECIPE.generator_fit(hours // 20)
    assert (generator.learning_rate, generator.clip) == (5e-4, 0.99)
    assert generator.steps == 200 * (hours // 20) // 64
    assert generator.rate(Step(face.steps, 0.98)) == pytest.approx(0.1 * generator.learning_rate)


def test_unknown_or_senseless_switches_are_errors():
    from core.errors import GestureError

    with pytest.raises(GestureError, match="no switch"):
        settings_without(GeneratorSettings(), ("everything",))
    with pytest.raises(GestureError, match="nothing is left"):
        settings_without(GeneratorSettings(), ("latent", "nll"))


@pytest.mark.parametrize("switch", ["words", "sound", "speaker", "body_scan", "face_scan"])
def test_a_branch_that_is_shut_has_no_say_even_after_training(generator, folder, corpus, switch):
    _, windows = generator
    plan = plan_for(folder, work="untrained")
    weights = prepare(plan, corpus)
    training = GeneratorTraining(weights.generator, weights.autoencoders, windows, GeneratorSettings(batch=4))
    shut_branches(weights.generator, weights.config, (switch,))
    optimiser = torch.optim.Adam(training.parameters(), 0.01)
    for index in range(2):
        training(training.draw(Step(index)), Step(index)).loss.backward()
        optimiser.step()
    batch = training.draw(Step(9))
    if switch == "words":
        other = replace(batch, words=batch.words + 1)
    elif switch == "sound":
        other = replace(batch, audio=batch.audio + 1)
    elif switch == "speaker":
        other = replace(batch, speaker=1 - batch.speaker)
    else:
        other = batch
    training.eval()
    if switch.endswith("scan"):
        for parameter in weights.generator.global_scan.get_submodule(switch).parameters():
            before, _ = training.passes(batch, Step(0), 0, exact=True)
            with torch.no_grad():
                parameter.add_(torch.randn_like(parameter))
    else:
        before, _ = training.passes(batch, Step(0), 0, exact=True)
    after, _ = training.passes(other, Step(0), 0, exact=True)
    assert torch.allclose(before, after, atol=1e-5)


def logged(output: str, name: str, term: str = "loss") -> list[float]:
    lines = [line for line in output.splitlines() if f" {name} step" in line and f" {term} " in line]
    return [float(line.split(f" {term} ")[1].split()[0]) for line in lines]


def test_both_stages_leave_a_model_that_generates(folder, capsys):
    from core.generate.decode import decode_take
    from core.generate.window_inputs import Speech
    from core.generate.windows import run_windows
    from core.model.torch_engine.network import load_network

    plan = plan_for(folder, steps=(60, 12), sample_every=30)
    run_parts(plan, ("upper", "hands", "lower", "root", "face"))
    run_generator(plan)
    output = capsys.readouterr().out
    for name in ("upper", "hands", "lower", "root", "face", "generator"):
        assert (plan.out / f"{name}.safetensors").exists()
        # the legs of these clips are random, so that nothing but the height of the feet can be learnt about their path
        losses = logged(output, name, "height" if name == "root" else "loss")
        assert name == "generator" or losses[-1] < losses[0], name
    assert "restarts" in output
    assert "perplexity" in output
    network = load_network(plan.out, "cpu")
    assert tuple(network.info.speakers) == STYLES
    frames = 100
    audio = np.random.default_rng(0).random((frames, CUES + CHANCE)).astype(np.float32)
    codes = run_windows(network, Speech(audio, np.zeros((frames, 8), np.float32), 1), network.info.neutral)
    motion = decode_take(network, codes, np.zeros(3))
    assert motion.frame_count == frames
    assert np.isfinite(motion.rotations).all()
    for name in ("upper", "generator"):
        assert list((plan.work / "samples" / name).glob("*.npz")), name
    # the same command again goes on from the checkpoints: there is nothing left to do
    run_generator(plan)
    assert "goes on at step 12" in capsys.readouterr().out


def test_rare_codes_count_more_and_the_average_frame_counts_one():
    counts = np.array([900, 90, 10, 0])
    weights = generator_module._rarity(counts, 0.5).numpy()
    assert weights[2] / weights[0] == pytest.approx(np.sqrt(90), rel=1e-4)
    assert (weights * counts).sum() / counts.sum() == pytest.approx(1, rel=1e-5)
    assert weights.max() <= generator_module.MOST_RARITY
    np.testing.assert_array_equal(generator_module._rarity(counts, 0.0), 1)
