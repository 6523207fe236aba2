"""`python -m core align`: the times of a transcript's words."""

import argparse
import logging

from .. import requests
from ..paths import given_path
from ..take.word_edits import LOW_CONFIDENCE
from ..text.timing import load_words
from .making import add_language, language_of
from .terminal import add_overwrite, check_new, show_progress

MOST_NAMED = 12  # doubtful words

_log = logging.getLogger(__name__)


def add_align(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("align", help="find the times of the words")
    command.add_argument("audio", type=given_path, help="the recording")
    command.add_argument("transcript", type=given_path, help="txt, srt, vtt, TextGrid or whisper json")
    command.add_argument(
        "--out", type=given_path, required=True, help="file for the words and their times (words.json)"
    )
    add_overwrite(command)
    add_language(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Align one recording."""
    from ..worker.tasks import Job, Kept, align

    check_new(arguments, arguments.out)
    request = requests.Align(
        audio=arguments.audio, out=arguments.out, transcript=arguments.transcript, **language_of(arguments)
    )
    result = align(request, Job(show_progress, lambda: False, Kept()))
    words = load_words(arguments.out)
    doubtful = [word for word in words if word.confidence < LOW_CONFIDENCE]
    if doubtful:
        named = ", ".join(f"“{word.word}” at {word.start_s:.2f} s" for word in doubtful[:MOST_NAMED])
        more = ", …" if len(doubtful) > MOST_NAMED else ""
        _log.warning("%d of %d words are doubtful: %s%s", len(doubtful), len(words), named, more)
    if reason := result.get("reason"):
        _log.warning("The times of the words are estimated from pauses and syllables. %s", reason)
    return 0
