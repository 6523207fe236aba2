"""`python -m core import`: SMPL, SMPL-H and SMPL-X motion of other programs converted."""

import argparse

from ..paths import given_path
from ..plain_values import typed_number
from .terminal import add_overwrite, check_new


def add_import(commands: argparse._SubParsersAction) -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("import", help="convert the motion file of another program")
    command.add_argument(
        "motion", type=given_path, metavar="IN.npz", help="SMPL, SMPL-H or SMPL-X: AMASS, BEAT2, EMAGE, GVHMR, WHAM, …"
    )
    command.add_argument("out", type=given_path, metavar="OUT.npz", help="file for the converted motion")
    command.add_argument("--up", choices=("auto", "y", "z", "-y"), default="auto", help="which axis is up")
    command.add_argument(
        "--fps", type=typed_number, help="frames per second of the file (default: the value in the file)"
    )
    command.add_argument(
        "--order-6d",
        choices=("rows", "columns", "interleaved"),
        default="rows",
        help="which numbers of the rotation matrix are the six of a 6D rotation",
    )
    command.add_argument("--keep-place", action="store_true", help="do not move the start to the origin")
    command.add_argument("--keep-height", action="store_true", help="do not move the feet to the floor")
    command.add_argument(
        "--smplx", type=given_path, metavar="NPZ", help="your SMPLX_*.npz: use the true bones of the person (betas)"
    )
    add_overwrite(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Convert one file."""
    from ..body.motion import save_motion
    from ..formats.foreign import read_foreign
    from ..formats.user_choices import UserChoices

    check_new(arguments, arguments.out)
    foreign = read_foreign(
        arguments.motion,
        UserChoices(
            up=arguments.up,
            order6d=arguments.order_6d,
            fps=arguments.fps,
            on_floor=not arguments.keep_height,
            at_origin=not arguments.keep_place,
            model=arguments.smplx,
        ),
    )
    save_motion(foreign.motion, arguments.out)
    print(foreign.summary, *foreign.notes, sep="\n")
    return 0
