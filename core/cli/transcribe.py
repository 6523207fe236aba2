"""`python -m core transcribe`: the text of a recording, written by a recogniser of the user's."""

import argparse

from .. import requests
from ..files import saved_file
from ..language.languages import AUTO, code_of
from ..paths import given_path
from .terminal import add_device, add_overwrite, check_new, show_progress


def add_transcribe(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("transcribe", help="write the text of a recording (needs faster-whisper)")
    command.add_argument("audio", type=given_path, help="the recording")
    command.add_argument(
        "--model", type=given_path, required=True, metavar="DIR", help="folder of a model of faster-whisper"
    )
    command.add_argument("--out", type=given_path, required=True, help="file for the text (.txt)")
    command.add_argument(
        "--language", default=AUTO, metavar="CODE", help="a code or an English name (default: found by the recogniser)"
    )
    add_device(command, "the recogniser")
    add_overwrite(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the text of one recording."""
    from ..worker.tasks import Job, Kept, transcribe

    check_new(arguments, arguments.out)
    request = requests.Transcribe(
        audio=arguments.audio,
        model=arguments.model,
        language=code_of(arguments.language),
        device=arguments.device,
    )
    result = transcribe(request, Job(show_progress, lambda: False, Kept()))
    with saved_file(arguments.out) as temporary:
        temporary.write_text(result["text"] + "\n", encoding="utf-8")
    return 0
