"""`python -m core check`: what an animator would fix in takes."""

import argparse
import json
from pathlib import Path
from typing import Any

from ..paths import given_path


def add_check(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    from ..check.finding import KINDS

    kinds = "; ".join(f"{name}: {kind.description}" for name, kind in KINDS.items())
    command = commands.add_parser("check", help="list what an animator would fix in takes")
    command.add_argument("takes", type=given_path, nargs="+", metavar="TAKE", help="take folders, or motion files")
    command.add_argument("--only", nargs="+", choices=KINDS, metavar="KIND", help=f"look only for these: {kinds}")
    command.add_argument("--json", action="store_true", help="print the findings as JSON")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check takes and print the findings; what is found is no error, so the exit code is 0."""
    from ..check.check import check

    answers = []
    for path in arguments.takes:
        subject = _subject(path)
        found = [each for each in check(subject) if not arguments.only or each.kind in arguments.only]
        fps = subject.motion.fps
        answers.append({"take": str(path), "findings": [each.as_dict(fps) for each in found]})
        if not arguments.json:
            print(f"{path}: {len(found)} findings")
            for each in found:
                print(f"  {each.start / fps:8.2f} s  {each.message}. {each.remedy}.")
    if arguments.json:
        print(json.dumps(answers))
    return 0


def _subject(path: Path) -> Any:
    """Read a take or a motion file.

    Raises:
        GestureError: it is neither.
    """
    from ..body.motion import load_motion
    from ..check.check import Subject
    from ..clearance.body import default_body
    from ..finish.skeletons import with_skeleton
    from ..take.take import read_take
    from ..text.timing import words_to_json

    if path.is_file():
        motion = with_skeleton(load_motion(path))
        return Subject(motion, (), default_body(motion.skeleton))
    take = read_take(path)
    return Subject(take.shown, words_to_json(take.words), default_body(take.shown.skeleton))
