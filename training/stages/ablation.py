"""Switches that remove an input or a branch of the generator, in training and in the exported weights.

The layers behind the input or branch start at zero and stay there. So the architecture does not change, and every
program can load the weights.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from core.errors import GestureError
from core.model.config import ModelConfig
from training.stages.generator import GeneratorSettings

Shut = tuple[str, Callable[[ModelConfig, Tensor], Tensor]]


def _all(config: ModelConfig, weight: Tensor) -> Tensor:
    return torch.zeros_like(weight)


def _without_motion_columns(config: ModelConfig, weight: Tensor) -> Tensor:
    keep = torch.ones_like(weight)
    keep[:, config.audio_dim :] = 0
    return keep


def _without_sound_columns(config: ModelConfig, weight: Tensor) -> Tensor:
    keep = torch.ones_like(weight)
    keep[:, : config.audio_dim] = 0
    return keep


# For each switch: ends of parameter names, and the numbers of these parameters that may differ from zero.
BRANCHES: dict[str, tuple[Shut, ...]] = {
    "words": (("text_encoder_face.weight", _all), ("text_encoder_body.weight", _all)),
    "sound": (("audio_pre_encoder_face.out.weight", _all), ("audio_pre_encoder_body.out.weight", _all)),
    "speaker": (("speaker_encoder_face.weight", _all), ("speaker_encoder_body.weight", _all)),
    "body_scan": (("global_scan.out.weight", _without_motion_columns),),
    "face_scan": (("global_scan.out.weight", _without_sound_columns),),
}
TERMS = ("masked", "latent", "nll")
SWITCHES = (*TERMS, *BRANCHES)


def settings_without(settings: GeneratorSettings, switches: tuple[str, ...]) -> GeneratorSettings:
    """Return the settings without the terms that are switched off: "masked" passes, "latent", "nll".

    Raises:
        GestureError: there is no such switch, or nothing is left to minimise.
    """
    unknown = set(switches) - set(SWITCHES)
    if unknown:
        raise GestureError(
            f"There is no switch {', '.join(sorted(unknown))}.", remedy=f"Choose from {', '.join(SWITCHES)}."
        )
    if {"latent", "nll"} <= set(switches):
        raise GestureError("Without latent and nll nothing is left to minimise.", remedy="Leave one of them on.")
    changes: dict[str, dict] = {
        "masked": {"masked_passes": 0},
        "latent": {"latent": 0.0},
        "nll": {"nll": 0.0},
    }
    for switch in set(switches) & set(changes):
        settings = replace(settings, **changes[switch])
    return settings


@torch.no_grad()
def shut_branches(generator: nn.Module, config: ModelConfig, switches: tuple[str, ...]) -> None:
    """Zero the layers behind the switched-off branches and keep their gradients at zero."""
    shut = [row for switch in switches if switch in BRANCHES for row in BRANCHES[switch]]
    for end, kept in shut:
        for name, parameter in generator.named_parameters():
            if name.endswith(end):
                keep = kept(config, parameter)
                parameter.mul_(keep)
                parameter.register_hook(lambda gradient, keep=keep: gradient * keep)
