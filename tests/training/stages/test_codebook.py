"""Codebooks settle on clusters of latents, and entries that no latent chooses are restarted."""

from dataclasses import replace

import pytest
import torch

from core.body.parts import Part
from core.model.torch_engine.vqvae import Quantizer
from training.data.part_frames import part_frames
from training.loop.interface import Step
from training.stages.autoencoders import PUBLISHED_AUTOENCODERS, AutoencoderSettings, AutoencoderTraining
from training.stages.codebook import CodebookLearner, GroupLearner, jitter, moves, nearest

from ..tiny_corpus import plan_for


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


def test_the_groups_of_a_codebook_learn_like_codebooks_of_their_own():
    latents = torch.randn(400, 6, generator=torch.Generator().manual_seed(1))
    quantizer = Quantizer(8, 6, groups=2)
    learner = GroupLearner(quantizer)
    torch.manual_seed(0)
    learner.start(latents)
    learner.update(latents, quantizer.codes(latents), restarts=False)
    torch.manual_seed(0)
    for columns in (slice(0, 3), slice(3, 6)):
        book = torch.nn.Parameter(torch.zeros(8, 3))
        alone = CodebookLearner(book)
        alone.start(latents[:, columns].contiguous())
        alone.update(latents[:, columns], nearest(latents[:, columns], book), restarts=False)
        torch.testing.assert_close(quantizer.embedding.weight[:, columns], book)
    assert learner.ready
    assert 1 < learner.use()["perplexity"] <= 8


def test_jitter_moves_latents_to_neighbours_only():
    latents = torch.arange(20.0)[None, :, None]
    move = moves(1, 20, 0.5, torch.Generator().manual_seed(0))
    moved = jitter(latents, move)[0, :, 0]
    assert (moved - torch.arange(20.0)).abs().max() == 1
    assert torch.equal(jitter(latents, torch.zeros_like(move)), latents)
