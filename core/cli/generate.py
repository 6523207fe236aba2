"""`python -m core generate`: a take from a recording and its transcript."""

import argparse
import logging
from pathlib import Path

from .. import requests
from .finish import add_settings, settings_of
from .mood import add_mood, mood_of
from .terminal import add_json, add_no_finish, print_take, show_progress

_log = logging.getLogger(__name__)


def add_generate(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("generate", help="make a take from a recording")
    command.add_argument("audio", type=Path, help="the recording: wav, flac, ogg, mp3 and others")
    command.add_argument("--transcript", type=Path, help="txt, srt, vtt, TextGrid or whisper json")
    command.add_argument("--out", type=Path, required=True, help="folder for the take")
    command.add_argument("--weights", type=Path, help="model folder (default: the bundled weights)")
    command.add_argument("--speaker", type=int, default=0, help="number of the speaker or style (default 0)")
    command.add_argument("--seed", type=int, default=0, help="another seed gives another take (default 0)")
    command.add_argument(
        "--variation", type=float, help="0 for the most likely take, up to 1 (default: set by the weights)"
    )
    command.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="where the network runs")
    add_mood(command, "the mood of the take (default: neutral)")
    add_no_finish(command)
    add_settings(command)
    command.add_argument(
        "--allow-no-words", action="store_true", help="go on without words when the transcript does not fit"
    )
    add_json(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make one take."""
    from ..generate.pipeline import generate
    from ..worker.models import Models

    request = requests.Generate(
        audio=arguments.audio,
        out=arguments.out,
        weights=arguments.weights,
        transcript=arguments.transcript,
        speaker=arguments.speaker,
        seed=arguments.seed,
        variation=arguments.variation,
        device=arguments.device,
        finish=not arguments.no_finish,
        settings=settings_of(arguments).changed(),
        allow_no_words=arguments.allow_no_words,
        mood=mood_of(arguments) or (),
    )
    take = generate(request, show_progress, models=Models())
    if reason := take.info["alignment"].get("reason"):
        _log.warning("Went on without words: %s", reason)
    print_take(arguments, take)
    return 0
