"""The project's commands: `python build.py setup | demo | lint | test | bench | package | docs`.

Needs nothing but Python 3.11 or newer: each command makes the environments that it uses.
"""

import argparse
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
EXIT_BAD_INPUT = 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python build.py", description="Set up, demonstrate, test and package the extension."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    setup = commands.add_parser("setup", help="make the environments (repeating it is instant)")
    setup.add_argument("--torch", action="store_true", help="also PyTorch, for the released weights and training")
    setup.add_argument("--cuda", action="store_true", help="also PyTorch for NVIDIA cards (Linux, Windows)")
    setup.set_defaults(run=_setup)

    demo = commands.add_parser("demo", help="from a recording to an animated character, a video and an FBX")
    demo.add_argument("audio", type=Path, nargs="?", help="a recording (default: the bundled one)")
    demo.add_argument("transcript", type=Path, nargs="?", help="what is said in it")
    demo.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="result folder (default: out)")
    demo.add_argument("--blender", type=Path, metavar="PATH", help="an installed Blender, instead of the bpy module")
    demo.add_argument("--weights", type=Path, metavar="DIR", help="model folder (default: the bundled weights)")
    demo.add_argument(
        "--style", "--speaker", default="1", metavar="STYLE", help="its name or number (default: 1, lively)"
    )
    demo.add_argument("--seed", type=int, default=0, metavar="N")
    demo.set_defaults(run=_demo)

    commands.add_parser("lint", help="ruff and mypy").set_defaults(run=_lint)
    test = commands.add_parser("test", help="lint and every test suite; other arguments go to pytest")
    test.add_argument("--slow", action="store_true", help="also the tests that are too long for every change")
    test.add_argument(
        "--blender",
        default="oldest-newest",
        metavar="NAMES",
        help="Blender modules for the add-on's tests: all, versions such as 4.2,5.0, or oldest-newest: the oldest and "
        "the newest that can be made here (default)",
    )
    test.set_defaults(run=_test)

    bench = commands.add_parser("bench", help="speed, as ratios measured in one run")
    bench.add_argument("--against", default="", metavar="REV", help="also measure takes of another revision")
    bench.add_argument("--only", default="", metavar="NAMES", help="modules of devtools/bench, with commas between")
    bench.add_argument("--long", action="store_true", help="also recordings of 10 minutes and an hour")
    bench.set_defaults(run=_bench)
    package = commands.add_parser("package", help="the extension's zip in dist/, checked by Blender")
    package.add_argument(
        "--platform",
        metavar="NAME",
        help="linux-x64, windows-x64, macos-arm64, macos-x64 or all (default: this one)",
    )
    package.set_defaults(run=_package)
    commands.add_parser("character", help="build the bundled character again").set_defaults(run=_character)
    commands.add_parser("gestures", help="the pictures and the asset library of the gestures again").set_defaults(
        run=_gestures
    )
    docs = commands.add_parser("docs", help="the generated pages and pictures of README and docs")
    docs.add_argument(
        "--only", choices=("pages", "pictures", "screenshots"), default="", help="make one kind (default: all)"
    )
    docs.set_defaults(run=_docs)
    window = commands.add_parser("window-setup", help="a Blender with its window, for tests/ui (Linux, as root)")
    window.set_defaults(run=_window_setup)
    return parser


def _setup(arguments: argparse.Namespace) -> int:
    from devtools.environments import setup

    setup(arguments.torch, arguments.cuda)
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from devtools.demo.command import DemoRequest, run_demo

    run_demo(
        DemoRequest(
            audio=arguments.audio,
            transcript=arguments.transcript,
            out=arguments.out,
            blender=arguments.blender,
            weights=arguments.weights,
            style=arguments.style,
            seed=arguments.seed,
        )
    )
    return 0


def _lint(arguments: argparse.Namespace) -> int:
    from devtools.checks.static import run_lint

    return run_lint()


def _test(arguments: argparse.Namespace) -> int:
    from devtools.checks.command import run_tests

    return run_tests(arguments.pytest, slow=arguments.slow, blenders=arguments.blender)


def _bench(arguments: argparse.Namespace) -> int:
    from devtools.bench.command import run_bench

    run_bench(arguments.only, arguments.against, arguments.long)
    return 0


def _package(arguments: argparse.Namespace) -> int:
    from devtools.package.command import package

    package(ROOT / "dist", arguments.platform)
    return 0


def _character(arguments: argparse.Namespace) -> int:
    from devtools.environments import ASSETS, BLENDERS, ensure
    from devtools.shell import run_shown

    return run_shown([ensure(ASSETS), "-m", "training.character"]) or run_shown(
        [ensure(BLENDERS[0]), "-m", "devtools.character_skin"]
    )


def _gestures(arguments: argparse.Namespace) -> int:
    from devtools.environments import BLENDERS, ensure
    from devtools.shell import run_shown

    # the oldest Blender writes the asset library, so that all of them can read it
    python = ensure(BLENDERS[0])
    return run_shown([python, "-m", "devtools.gesture_pictures"]) or run_shown(
        [python, "-m", "devtools.gesture_library"]
    )


def _docs(arguments: argparse.Namespace) -> int:
    from devtools.docs.command import make_docs

    make_docs(arguments.only)
    return 0


def _window_setup(arguments: argparse.Namespace) -> int:
    from devtools.window.debian import ensure_window_folder

    ensure_window_folder()
    return 0


def main(argv: list[str] | None = None) -> int:
    """Run one command; a failure with a known cause ends with exit code 2 and a remedy on stderr."""
    parser = _parser()
    arguments, others = parser.parse_known_args(argv)
    if others and arguments.command != "test":
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    arguments.pytest = others
    from devtools.shell import BuildError

    # Stopped from outside, a command cleans up as it does after Ctrl+C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return arguments.run(arguments)
    except BuildError as error:
        detail = f"\n{error.detail}\n" if error.detail else "\n"
        print(f"{detail}error: {error.message}\n{error.remedy}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036  (this file is started by whatever Python there is)
        sys.exit("error: this Python is too old.\nRun build.py with Python 3.11, 3.12 or 3.13.")
    sys.exit(main())
