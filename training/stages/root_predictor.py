"""Stage one: the predictor of the root's path from the legs."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from core.body.parts import SPECS, TRANSLATION_WIDTH, Part
from core.model.torch_engine.vqvae import RootPredictor
from training.data.part_frames import PartFrames
from training.loop.interface import Result, Step, Training
from training.stages.autoencoders import START_LATENTS, AutoencoderSettings, scale_to_data
from training.stages.losses import RootLoss
from training.stages.torch_kinematics import orthonormal


def root_input(lower: Tensor) -> Tensor:
    """Return the root predictor's input for a lower body (..., 61): true rotations, no root motion, raw contacts."""
    width = SPECS[Part.LOWER].rotation_width
    shown = lower.clone()
    shown[..., :width] = orthonormal(lower[..., :width])
    shown[..., width : width + TRANSLATION_WIDTH] = 0
    return shown


class RootTraining(Training):
    """The training of the root predictor on recorded legs and on legs that the trained autoencoder decoded.

    Args:
        predictor: trained in place.
        recorded: the lower body.
        decoded: these motions after encoding and decoding; None where the settings use no decoded legs.
        rest_joints: (55, 3) metres.
        settings: how it learns.
    """

    def __init__(
        self,
        predictor: RootPredictor,
        recorded: PartFrames,
        decoded: PartFrames | None,
        rest_joints: np.ndarray,
        settings: AutoencoderSettings | None = None,
    ):
        super().__init__()
        self.predictor = predictor
        self.settings = settings or AutoencoderSettings()
        self.recorded, self.decoded = recorded, decoded
        self.loss = RootLoss(rest_joints, self.settings.root)

    def networks(self) -> Iterator[nn.Module]:
        """See `Training`."""
        yield from (self.predictor.encoder, self.predictor.decoder)

    def prepare(self, seed: int) -> None:
        """Set the networks, before the first step, as if channels were standardised."""
        sample = self.recorded.sample(np.random.default_rng(seed), START_LATENTS)
        shown = root_input(torch.as_tensor(sample)).numpy()
        scale_to_data(self.predictor.encoder, self.predictor.decoder, shown, sample)

    def draw(self, step: Step) -> tuple[Tensor, Tensor]:
        """See `Training`; the legs that are the input, and the true lower body, (b, T, 61) each."""
        return self._windows(step, self.recorded, self.decoded, self.settings.root_batch)

    def _windows(self, step: Step, recorded: PartFrames, decoded: PartFrames | None, count: int):
        rows, frames = step.mine(count), self.settings.root_window
        true = recorded.windows(step.random(), count, frames, rows)
        shown = true.copy()
        if decoded is not None:
            chosen = step.random(1).random(count)[rows] < self.settings.decoded_share
            shown[chosen] = decoded.windows(step.random(), count, frames, rows)[chosen]
        return torch.from_numpy(shown), torch.from_numpy(true)

    def forward(self, batch: tuple[Tensor, Tensor], step: Step) -> Result:
        """Compute the loss of the path predicted for the given legs."""
        shown, true = (values.to(self.loss.kinematics.offsets.device) for values in batch)
        value, terms = self.loss(self.predictor(root_input(shown)), shown, true)
        return Result(value, terms, len(true) / self.settings.root_batch)

    @torch.no_grad()
    def held_out(self, recorded: PartFrames, decoded: PartFrames | None, count: int = 32) -> dict[str, float]:
        """Compute the loss on windows of held-out motions, always the same windows."""
        result = self(self._windows(Step(0), recorded, decoded, count), Step(0))
        return {"loss": float(result.loss)} | {name: float(value) for name, value in result.terms.items()}
