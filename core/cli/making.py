"""What commands that make takes from recordings have in common: their options, and the request that these mean."""

import argparse
from pathlib import Path

from .. import requests
from ..paths import given_path
from .finish import add_settings, settings_of
from .mood import add_mood, mood_of
from .terminal import add_no_finish


def add_making(command: argparse.ArgumentParser, mood_help: str) -> None:
    """Add the options for weights, variation, device, mood, finishing and words."""
    command.add_argument("--weights", type=given_path, help="model folder (default: the bundled weights)")
    command.add_argument(
        "--variation", type=float, help="0 for the most likely take, up to 1 (default: set by the weights)"
    )
    command.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="where the network runs")
    add_mood(command, mood_help)
    add_no_finish(command)
    add_settings(command)
    command.add_argument(
        "--allow-no-words", action="store_true", help="go on without words when a transcript does not fit"
    )


def request_of(
    arguments: argparse.Namespace, audio: Path, out: Path, speaker: int, transcript: Path | None = None
) -> requests.Generate:
    """Return the request for one take.

    Args:
        arguments: parsed options of `add_making`, and `seed`.
        audio: the recording.
        out: folder for the take.
        speaker: number of the speaker or style.
        transcript: what is said, if there is a file.

    Raises:
        GestureError: the settings of finishing or the mood are impossible.
    """
    return requests.Generate(
        audio=audio,
        out=out,
        weights=arguments.weights,
        transcript=transcript,
        speaker=speaker,
        seed=arguments.seed,
        variation=arguments.variation,
        device=arguments.device,
        finish=not arguments.no_finish,
        settings=settings_of(arguments).changed(),
        allow_no_words=arguments.allow_no_words,
        mood=mood_of(arguments) or (),
    )
