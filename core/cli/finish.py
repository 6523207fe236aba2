"""`python -m core finish`: shake, sliding feet and drift taken out of a motion file."""

import argparse
import json
from dataclasses import fields
from typing import Any

from ..finish.settings import FEET_MODES, ROOT_MODES, FinishSettings
from ..paths import given_path
from ..plain_values import typed_number
from .terminal import add_hands_out, add_overwrite, check_new

_PARTS = ("upper", "hands", "lower", "face")


def add_finish(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser(
        "finish", help="take shake, sliding feet, drift and hands in the body out of a motion"
    )
    command.add_argument(
        "motion", type=given_path, metavar="IN.npz", help="any SMPL-X motion: made here, of BEAT2 or of AMASS"
    )
    command.add_argument("out", type=given_path, metavar="OUT.npz", help="file for the finished motion")
    add_settings(command)
    add_hands_out(command)
    command.add_argument(
        "--floor", type=typed_number, metavar="M", dest="floor_m", help="height of the ground (default: estimated)"
    )
    command.add_argument(
        "--use-contacts", action="store_true", help="hold the feet exactly where the file's contacts say"
    )
    command.add_argument("--skeleton", type=given_path, metavar="NPZ", help="finish on the `rest_joints` of this file")
    command.add_argument(
        "--smplx",
        type=given_path,
        metavar="NPZ",
        help="your SMPLX_*.npz: finish on the bones of the person (betas) in the motion file",
    )
    command.add_argument("--report", action="store_true", help="print measures before and after")
    command.add_argument("--json", action="store_true", help="print the measures as JSON")
    command.add_argument("--plot", type=given_path, metavar="PNG", help="draw feet and root before and after")
    add_overwrite(command)
    command.set_defaults(run=run)


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add the options for root, feet and smoothing to a command that finishes a motion."""
    for option, modes, default in (
        ("root", ROOT_MODES, FinishSettings.root),
        ("feet", FEET_MODES, FinishSettings.feet),
    ):
        described = "; ".join(f"{name}: {mode.description}" for name, mode in modes.items())
        command.add_argument(f"--{option}", choices=modes, default=default, help=f"{described} (default {default})")
    command.add_argument(
        "--smoothing", type=typed_number, metavar="S", help="strength of the smoothing of every part, 0-1"
    )
    for part in _PARTS:
        command.add_argument(
            f"--{part}", type=typed_number, metavar="S", help=f"strength of the smoothing of {part}, 0-1 (default 1)"
        )


def settings_of(arguments: argparse.Namespace) -> FinishSettings:
    """Return the settings that the options ask for; a setting without an option keeps its default."""
    values: dict[str, Any] = {
        entry.name: getattr(arguments, entry.name, entry.default) for entry in fields(FinishSettings)
    }
    for part in _PARTS:
        if values[part] is None:
            values[part] = 1.0 if arguments.smoothing is None else arguments.smoothing
    return FinishSettings(**values)


def run(arguments: argparse.Namespace) -> int:
    """Finish one file."""
    from ..body.motion import load_motion, save_motion
    from ..clearance.body import default_body
    from ..clearance.hands_out import hands_out
    from ..finish.chain import finish
    from ..finish.report import measure, table
    from ..finish.skeletons import on_skeleton, skeleton_of_file, with_skeleton

    settings = settings_of(arguments)
    check_new(arguments, arguments.out, arguments.plot)
    motion = load_motion(arguments.motion)
    if arguments.smplx is not None:
        from ..smplx.skeleton import smplx_rest_joints

        motion = motion.replace(rest_joints=smplx_rest_joints(arguments.smplx, motion.betas))
    motion = with_skeleton(motion, settings.floor_m)
    if arguments.skeleton is not None:
        motion = on_skeleton(motion, skeleton_of_file(arguments.skeleton))
    finished, pushed = finish(motion, settings), None
    if arguments.hands_out and finished.frame_count:
        finished, pushed = hands_out(finished, default_body(finished.skeleton))
    save_motion(finished, arguments.out)
    if arguments.report or arguments.json:
        before, after = measure(motion), measure(finished)
        if arguments.json:
            hands = {} if pushed is None else {"hands": pushed.as_dict()}
            print(json.dumps({"before": before.as_dict(), "after": after.as_dict(), **hands}))
        else:
            print(table(before, after))
            if pushed is not None:
                print("\n".join(f"{name:22}{value:>10.2f}" for name, value in pushed.as_dict().items()))
    if arguments.plot is not None:
        from ..finish.plot import plot

        plot(motion, finished, arguments.plot)
    return 0
