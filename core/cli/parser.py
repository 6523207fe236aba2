"""The product's steps from a shell: generate, resample, mix, direct, finish, import, align, train, evaluate, parity."""

import argparse
import json
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Cancelled, GestureError
from .direct import add_direct
from .finish import add_finish
from .import_motion import add_import

if TYPE_CHECKING:
    from ..generate.mix import Pick

EXIT_BAD_INPUT = 2
EXIT_CANCELLED = 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Speech to full-body animation.")
    commands = parser.add_subparsers(dest="command", required=True)

    generate = commands.add_parser("generate", help="make a take from a recording")
    generate.add_argument("audio", type=Path)
    generate.add_argument("--transcript", type=Path, help="txt, srt, vtt, TextGrid or whisper json")
    generate.add_argument("--out", type=Path, required=True, help="take folder")
    generate.add_argument("--weights", type=Path, help="model folder (default: the bundled weights)")
    generate.add_argument("--speaker", type=int, default=0, help="speaker or style, by number")
    generate.add_argument("--seed", type=int, default=0, help="another seed gives another take")
    generate.add_argument("--variation", type=float, help="0 for the most likely take, up to 1 (default: the weights')")
    generate.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    generate.add_argument("--no-finish", action="store_true", help="write the decoder's raw motion")
    generate.add_argument(
        "--allow-no-words", action="store_true", help="go on without words when the transcript does not fit"
    )
    generate.add_argument("--json", action="store_true", help="print a summary as JSON on stdout")
    generate.set_defaults(run=_generate)

    resample = commands.add_parser("resample", help="make one body part of a take anew over a range of frames")
    resample.add_argument("take", type=Path, metavar="TAKE_DIR", help="a folder that `generate` wrote")
    resample.add_argument(
        "--part", nargs="+", required=True, help="face, upper, hands, lower, head, torso, left_arm, right_hand, ..."
    )
    resample.add_argument(
        "--frames", required=True, metavar="START:END", help="first frame, and the one after the last"
    )
    resample.add_argument("--seed", type=int, default=0, help="another seed, another try")
    resample.add_argument(
        "--variation", type=float, help="0 for the most likely motion, up to 1 (default: the weights')"
    )
    resample.add_argument("--margin", type=int, default=8, help="frames around the range that blend (default 8)")
    resample.add_argument("--out", type=Path, required=True, help="folder for the new take; may be TAKE_DIR")
    resample.add_argument("--weights", type=Path, help="the model folder that made the take (default: the bundled one)")
    resample.add_argument("--audio", type=Path, help="where the take's recording is now, if it was moved")
    resample.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    resample.add_argument("--no-finish", action="store_true", help="write the decoder's raw motion")
    resample.add_argument("--json", action="store_true", help="print a summary as JSON on stdout")
    resample.set_defaults(run=_resample)

    mix = commands.add_parser("mix", help="lay parts of other takes of the same recording over a take")
    mix.add_argument("take", type=Path, metavar="TAKE_DIR", help="the take that keeps what nothing is laid over")
    mix.add_argument(
        "--from",
        dest="picks",
        nargs="+",
        action="append",
        required=True,
        metavar="FROM",
        help="OTHER_DIR PART[,PART...] [START:END]: parts of another take, `all` for the whole body; may be repeated",
    )
    mix.add_argument("--margin", type=int, default=8, help="frames around a range that blend (default 8)")
    mix.add_argument("--out", type=Path, required=True, help="folder for the new take; may be TAKE_DIR")
    mix.add_argument("--no-finish", action="store_true", help="write the raw motion")
    mix.add_argument("--json", action="store_true", help="print a summary as JSON on stdout")
    mix.set_defaults(run=_mix)

    add_direct(commands)
    add_finish(commands)
    add_import(commands)

    align = commands.add_parser("align", help="find the times of the words")
    align.add_argument("audio", type=Path)
    align.add_argument("transcript", type=Path)
    align.add_argument("--out", type=Path, required=True, help="words.json")
    align.set_defaults(run=_align)

    parity = commands.add_parser("parity", help="compare the architecture with golden outputs")
    parity.add_argument("golden", type=Path)
    parity.set_defaults(run=_parity)

    if find_spec("training"):  # the extension's zip leaves training out
        from training.cli.commands import add_commands

        add_commands(commands)
    return parser


def _show(fraction: float, stage: str) -> None:
    end = "\n" if fraction >= 1 else ""
    print(f"\r{stage:<28} {100 * fraction:3.0f} %", end=end, file=sys.stderr, flush=True)


def _generate(arguments: argparse.Namespace) -> int:
    from ..generate.pipeline import GenerateRequest, generate
    from ..take.take import describe
    from ..worker.models import Models

    request = GenerateRequest(
        audio=arguments.audio,
        out=arguments.out,
        transcript=arguments.transcript,
        weights=arguments.weights,
        speaker=arguments.speaker,
        seed=arguments.seed,
        variation=arguments.variation,
        device=arguments.device,
        finish=not arguments.no_finish,
        without_words_if_mismatch=arguments.allow_no_words,
    )
    take = generate(request, _show, models=Models())
    if reason := take.info["alignment"].get("reason"):
        print(f"Went on without words: {reason}", file=sys.stderr)
    if arguments.json:
        print(json.dumps({"out": str(arguments.out), **describe(take)}))
    return 0


def _resample(arguments: argparse.Namespace) -> int:
    from ..generate.regenerate import ResampleRequest, resample
    from ..take.take import describe
    from ..worker.models import Models

    start, end = _frames(arguments.frames)
    request = ResampleRequest(
        take=arguments.take,
        out=arguments.out,
        areas=tuple(arguments.part),
        start=start,
        end=end,
        seed=arguments.seed,
        variation=arguments.variation,
        margin=arguments.margin,
        finish=not arguments.no_finish,
        weights=arguments.weights,
        audio=arguments.audio,
        device=arguments.device,
    )
    take = resample(request, _show, models=Models())
    if arguments.json:
        print(json.dumps({"out": str(arguments.out), **describe(take)}))
    return 0


def _mix(arguments: argparse.Namespace) -> int:
    from ..generate.regenerate import MixRequest, mix
    from ..take.take import describe

    take = mix(
        MixRequest(
            take=arguments.take,
            out=arguments.out,
            picks=tuple(_pick(words) for words in arguments.picks),
            margin=arguments.margin,
            finish=not arguments.no_finish,
        ),
        _show,
    )
    if arguments.json:
        print(json.dumps({"out": str(arguments.out), **describe(take)}))
    return 0


def _pick(words: list[str]) -> "Pick":
    from ..generate.mix import Pick

    if len(words) not in (2, 3):
        raise GestureError(
            f"{' '.join(words)!r} does not say what to take from where.",
            remedy="Write --from TAKE_DIR upper,hands, and 90:180 behind it for a range.",
        )
    start, end = _frames(words[2]) if len(words) == 3 else (None, None)
    return Pick(Path(words[0]), tuple(words[1].split(",")), start, end)


def _frames(text: str) -> tuple[int, int]:
    start, _, end = text.partition(":")
    try:
        return int(start), int(end)
    except ValueError as error:
        raise GestureError(f"{text!r} is not a range of frames.", remedy="Write it as 120:300.") from error


def _align(arguments: argparse.Namespace) -> int:
    from ..audio.load import load_audio
    from ..text.align import align
    from ..text.timing import save_words
    from ..text.transcript import read_transcript

    alignment = align(
        load_audio(arguments.audio).samples,
        read_transcript(arguments.transcript),
        progress=lambda fraction: _show(fraction, "Aligning the words"),
    )
    save_words(alignment.words, arguments.out)
    return 0


def _parity(arguments: argparse.Namespace) -> int:
    from ..model.parity import main as parity

    return parity(arguments.golden)


def main(argv: list[str] | None = None) -> int:
    """Run one command; bad input ends with exit code 2 and a remedy on stderr."""
    argv = sys.argv[1:] if argv is None else argv
    arguments = _parser().parse_args(argv)
    arguments.given = argv[1:]
    try:
        return arguments.run(arguments)
    except GestureError as error:
        print(f"\nerror: {error.message}\n{error.remedy}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except (Cancelled, KeyboardInterrupt):
        print("\nstopped; nothing was written", file=sys.stderr)
        return EXIT_CANCELLED
    except MemoryError:
        traceback.print_exc()
        print("\nerror: not enough memory.\nUse a shorter recording or close other programs.", file=sys.stderr)
        return EXIT_BAD_INPUT
