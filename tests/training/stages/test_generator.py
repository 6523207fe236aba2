"""The generator's objective, its switches, and the recipes of its training."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.body.parts import Part
from core.clock import FPS
from training.loop.interface import Step
from training.stages import generator as generator_module
from training.stages.ablation import settings_without, shut_branches
from training.stages.generator import PUBLISHED_GENERATOR, GeneratorSettings, GeneratorTraining
from training.stages.generator_windows import WindowSet
from training.stages.training_plan import prepare

from ..tiny_corpus import plan_for


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


def test_rare_codes_count_more_and_the_average_frame_counts_one():
    counts = np.array([900, 90, 10, 0])
    weights = generator_module._rarity(counts, 0.5).numpy()
    assert weights[2] / weights[0] == pytest.approx(np.sqrt(90), rel=1e-4)
    assert (weights * counts).sum() / counts.sum() == pytest.approx(1, rel=1e-5)
    assert weights.max() <= generator_module.MOST_RARITY
    np.testing.assert_array_equal(generator_module._rarity(counts, 0.0), 1)
