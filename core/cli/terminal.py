"""Parts of several commands: options, a line of progress, a range of frames, and the summary of a take."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..body.blend import DEFAULT_MARGIN
from ..errors import GestureError
from ..files import check_place
from ..paths import given_path
from ..plain_values import typed_number, typed_whole

if TYPE_CHECKING:
    from ..take.take import Take


def add_take_and_out(command: argparse.ArgumentParser, take_help: str) -> None:
    """Add the take that a command reads, and the folder that it writes."""
    command.add_argument("take", type=given_path, metavar="TAKE_DIR", help=take_help)
    command.add_argument("--out", type=given_path, required=True, help="folder for the new take; may be TAKE_DIR")


def add_overwrite(command: argparse.ArgumentParser) -> None:
    """Add the option that allows to replace files."""
    command.add_argument("--overwrite", action="store_true", help="replace files that are there already")


def check_new(arguments: argparse.Namespace, *paths: Path | None) -> None:
    """Make sure, before any work, that files can be written: their folders are there, and no file of the user is.

    Args:
        arguments: with `overwrite`.
        paths: of the files; None for those that are not asked for.

    Raises:
        GestureError: a file is there and `--overwrite` is not given; it is no file; or there is no such folder.
    """
    for path in paths:
        if path is None:
            continue
        check_place(path)
        if not path.parent.is_dir():
            raise GestureError(f"There is no folder {path.parent}.", remedy="Choose another place, or make the folder.")
        if path.exists() and not arguments.overwrite:
            raise GestureError(f"{path} is there already.", remedy="Choose another name, or add --overwrite.")


def add_weights(command: argparse.ArgumentParser, text: str = "model folder") -> None:
    """Add the option for the model folder; `text` says which one it is."""
    command.add_argument("--weights", type=given_path, help=f"{text} (default: the bundled weights)")


def add_variation(command: argparse.ArgumentParser, made: str) -> None:
    """Add the option for how far what is made, a take or a motion, may stray from the most likely one."""
    text = f"0 for the most likely {made}, up to 1 (default: set by the weights)"
    command.add_argument("--variation", type=typed_number, help=text)


def add_device(command: argparse.ArgumentParser, runs: str = "the network") -> None:
    """Add the option for the device on which something runs."""
    command.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help=f"where {runs} runs")


def add_margin(command: argparse.ArgumentParser) -> None:
    """Add the option for the blend on both sides of a range."""
    text = f"frames on either side of the range in which old and new motion blend (default {DEFAULT_MARGIN})"
    command.add_argument("--margin", type=typed_whole, default=DEFAULT_MARGIN, help=text)


def add_no_finish(command: argparse.ArgumentParser) -> None:
    """Add the option that leaves a take unfinished."""
    command.add_argument("--no-finish", action="store_true", help="write the raw motion, with shake and sliding feet")


def add_json(command: argparse.ArgumentParser) -> None:
    """Add the option that prints a take's summary."""
    command.add_argument("--json", action="store_true", help="print a summary of the take as JSON on stdout")


def add_hands_out(command: argparse.ArgumentParser, default: bool | None = True) -> None:
    """Add the option that leaves hands and forearms inside the body; `default` is the value without it."""
    command.add_argument(
        "--no-hands-out",
        action="store_false",
        default=default,
        dest="hands_out",
        help="leave hands and forearms where they are, also inside the body",
    )


def show_progress(fraction: float, stage: str) -> None:
    """Write the step and the percentage done over the last line of stderr."""
    end = "\n" if fraction >= 1 else ""
    print(f"\r{stage:<28} {100 * fraction:3.0f} %", end=end, file=sys.stderr, flush=True)


def print_take(arguments: argparse.Namespace, take: "Take", out: Path | None = None) -> None:
    """Print the content of take.json and the folder (by default `arguments.out`), where the user asked for JSON."""
    from ..take.take import describe

    if arguments.json:
        print(json.dumps({"out": str(out or arguments.out), **describe(take)}))


def frame_range(text: str) -> tuple[int, int]:
    """Read "120:300" as the first frame and the frame after the last.

    Raises:
        GestureError: the text is no such range.
    """
    start, _, end = text.partition(":")
    try:
        return int(start), int(end)
    except ValueError as error:
        raise GestureError(f"{text!r} is not a range of frames.", remedy="Write it as 120:300.") from error
