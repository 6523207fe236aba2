"""The command lines of the attack: every command, every file it reads, every number it takes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.model.card import STARTER_FOLDER
from devtools.hostile import files
from devtools.hostile.file_cases import every_field, file_cases
from devtools.hostile.good import DEMO, Good, case, commands
from devtools.hostile.odd_cases import odd_cases
from devtools.hostile.option_cases import option_cases
from devtools.hostile.trial import EITHER, REFUSED, WORKS, Case

NUMBERS = ("nan", "inf", "-inf", "-1", "1e9", "1e999", "9" * 400, "", "x", "0x1", "1,5", "--", "\u0663")


def all_cases(good: Good) -> Iterator[Case]:
    """Give every case; equal calls give equal cases."""
    yield from _legal(good)
    yield from _wrong_files(good)
    yield from _numbers(good)
    yield from _sounds(good)
    yield from _texts(good)
    yield from _motions(good)
    yield from _takes(good)
    yield from _weights(good)
    yield from _directions(good)
    yield from _tables(good)
    yield from _places(good)
    yield from option_cases(good)
    yield from file_cases(good)
    yield from odd_cases(good)
    yield from every_field(good)


def _legal(good: Good) -> Iterator[Case]:
    for command, arguments in commands(good).items():
        yield case(command, arguments, WORKS, "legal")


def _wrong_files(good: Good) -> Iterator[Case]:
    """Put files of every kind where a command reads a file."""
    take, speech, motion = good.take, good.speech, good.motion
    lines: list[tuple[str, str, list]] = [
        ("generate", ".wav", ["FILE", "--out", "OUT"]),
        *(("align", end, [speech, "FILE", "--out", "OUT"]) for end in (".txt", ".srt", ".vtt", ".TextGrid", ".json")),
        ("align", ".wav", ["FILE", DEMO / "transcript.txt", "--out", "OUT"]),
        ("generate", "", [speech, "--weights", "FILE", "--out", "OUT"]),
        ("batch", ".csv", ["FILE", "--out", "OUT", "--dry-run"]),
        ("batch", "", [good.table, "--weights", "FILE", "--out", "OUT", "--dry-run"]),
        ("resample", "", ["FILE", "--part", "hands", "--frames", "20:60", "--out", "OUT"]),
        ("resample", ".wav", [take, "--audio", "FILE", "--part", "hands", "--frames", "20:60", "--out", "OUT"]),
        ("mix", "", ["FILE", "--from", take, "upper", "--out", "OUT"]),
        ("mix", "", [take, "--from", "FILE", "upper", "--out", "OUT"]),
        ("direct", "", ["FILE", "--out", "OUT"]),
        ("direct", ".json", [take, "--levels", "FILE", "--out", "OUT"]),
        ("direct", ".json", [take, "--markers", "FILE", "--out", "OUT"]),
        ("finish", ".npz", ["FILE", "OUT.npz"]),
        ("finish", ".npz", [motion, "OUT.npz", "--skeleton", "FILE"]),
        ("finish", ".npz", [motion, "OUT.npz", "--smplx", "FILE"]),
        ("import", ".npz", ["FILE", "OUT.npz"]),
        ("import", ".pt", ["FILE", "OUT.npz"]),
        ("import-weights", "", ["FILE", "OUT"]),
        ("parity", ".npz", ["FILE"]),
        ("evaluate", "", ["--pred", "FILE", "--real", good.folder]),
        ("evaluate", "", ["--pred", good.folder, "--real", "FILE"]),
        ("evaluate", ".npz", ["--pred", good.folder, "--real", good.folder, "--smplx", "FILE"]),
        ("evaluate", ".npy", ["--pred", good.folder, "--real", good.folder, "--mean-speed", "FILE"]),
        ("evaluate", "", ["--pred", good.folder, "--real", good.folder, "--fgd", "FILE"]),
        ("train", "", ["all", "--data", "FILE", "--out", "OUT"]),
    ]
    for number, (command, suffix, arguments) in enumerate(lines):
        for path in files.of_any_kind(good.folder / f"any_{number}", suffix):
            # A transcript may be any text, and levels may be no levels.
            free = (command == "align" and suffix != ".wav") or (command == "direct" and suffix == ".json")
            filled = [path if each == "FILE" else each for each in arguments]
            yield case(command, filled, EITHER if free else REFUSED, f"{command} {suffix}: {path.name[:20]}")


def _numbers(good: Good) -> Iterator[Case]:
    """Write numbers that are none, or far out of range, into options."""
    options = {
        "generate": ("--speaker", "--seed", "--variation", "--smoothing", "--upper"),
        "batch": ("--seed", "--variation", "--processes", "--style"),
        "resample": ("--seed", "--variation", "--margin", "--frames"),
        "mix": ("--margin",),
        "direct": ("--upper", "--stillness", "--blink-rate", "--gaze", "--accent", "--hold", "--not-here"),
        "finish": ("--smoothing", "--upper", "--floor"),
        "import": ("--fps",),
    }
    for command, names in options.items():
        for name in names:
            for value in NUMBERS:
                yield case(command, [*commands(good)[command], f"{name}={value}"], EITHER, f"{name}={value[:9]}")
    for when in ("5:4", "nan:1", "1:nan", "-1:2", "1e9:2e9", "so#0", "so#9999999999", "so#x", "#", ":", "1:2:3"):
        yield case("direct", [*commands(good)["direct"], f"--hold={when}"], REFUSED, f"--hold={when}")
    for mood in (
        "happy:nan",
        "happy:inf",
        "happy:2",
        "glad:1",
        "happy:0.5@nan",
        "happy:0.5@-1",
        "@",
        ":",
        "",
    ):
        for command in ("generate", "direct", "batch"):
            yield case(command, [*commands(good)[command], "--mood", mood], REFUSED, f"--mood {mood}")
    for frames in ("", ":", "5", "60:20", "-5:20", "0:9999999", "20:20", "a:b", "1.5:9", "9" * 400 + ":" + "9" * 401):
        yield case(
            "resample",
            [good.take, "--part", "hands", f"--frames={frames}", "--out", "OUT"],
            REFUSED,
            f"frames {frames[:9]}",
        )
        yield case(
            "mix",
            [good.take, "--out", "OUT", "--from", good.take, "upper", frames or ":"],
            REFUSED,
            f"frames {frames[:9]}",
        )
    for part in ("", "arm", "hands,,", "all,upper", "\udcff"):
        yield case("mix", [good.take, "--out", "OUT", "--from", good.take, part], REFUSED, f"part {part!r}")
        yield case(
            "resample", [good.take, "--part", part, "--frames", "20:60", "--out", "OUT"], REFUSED, f"part {part!r}"
        )


def _sounds(good: Good) -> Iterator[Case]:
    for path in files.sounds(good.folder / "sounds"):
        yield case("generate", [path, "--out", "OUT", "--device", "cpu"], EITHER, path.name)
        yield case(
            "resample",
            [good.take, "--part", "face", "--frames", "20:60", "--out", "OUT", "--audio", path],
            REFUSED,
            path.name,
        )


def _texts(good: Good) -> Iterator[Case]:
    """Align transcripts whose form is broken."""
    word = {"word": "so", "start": 0.2, "end": 0.6}
    head = b'File type = "ooTextFile"\nObject class = "TextGrid"\n'
    forms = {
        "utf16.txt": "so it is".encode("utf-16"),
        "latin.txt": "café so".encode("latin-1"),
        "zeros.txt": b"so\0it",
        "control.txt": bytes(range(1, 32)) * 40,
        "large.txt": b"so it is " * 700_000,
        "half.srt": b"1\n00:00:00,000 --> ",
        "numbers.srt": b"1\n" * 50_000,
        "times.srt": b"1\n99:99:99,999 --> 00:00:00,000\nso\n" * 2000,
        "arrows.vtt": b"WEBVTT\n\n" + b"-->\n" * 20_000,
        "head.TextGrid": head,
        "sizes.TextGrid": head + b"\nxmin = 0\nxmax = 1e999\nsize = 99999999\n",
    }
    values = [{"words": [{**word, key: wrong}]} for key in word for wrong in files.WRONG]
    values += [{"segments": wrong} for wrong in files.WRONG] + [{"text": wrong} for wrong in files.WRONG]
    values += [{"words": [{"word": "so", "start": 5, "end": 1}]}, {"words": [word] * 60_000}, [[]], [{}] * 9]
    folder = good.folder / "texts"
    folder.mkdir()
    paths = []
    for name, content in forms.items():
        (folder / name).write_bytes(content)
        paths.append(folder / name)
    paths += [files.write_json(folder / f"whisper_{number}.json", value) for number, value in enumerate(values)]
    for path in paths:
        yield case("align", [good.speech, path, "--out", "OUT"], EITHER, path.name)


def _motions(good: Good) -> Iterator[Case]:
    for path, wrong in files.motions(good.folder / "motions", good.motion):
        for command in ("finish", "import"):
            may = wrong and not (command == "import" and path.stem in ("other_face", "unknown_face", "faces", "flat"))
            yield case(command, [path, "OUT.npz"], REFUSED if may else EITHER, path.name)


def _takes(good: Good) -> Iterator[Case]:
    for number, (path, place) in enumerate(files.takes(good.folder / "takes", good.take, 160)):
        command = ("direct", "mix", "direct", "resample")[number % 4]
        arguments = [path if each == good.take else each for each in commands(good)[command]]
        yield case(command, arguments, EITHER, f"take: {place}")
    for name in ("take.json", "words.json", "codes.npz", "motion.npz", "motion_raw.npz"):
        whole = (good.take / name).read_bytes()
        for number, content in enumerate(
            (b"", whole[: len(whole) // 2], whole[:-1], whole[:50] + b"\xff" + whole[51:])
        ):
            path = files.shutil.copytree(good.take, good.folder / f"take_{name}_{number}")
            (path / name).write_bytes(content)
            yield case("direct", [path, "--out", "OUT"], REFUSED, f"take: {name} {number}")


def _weights(good: Good) -> Iterator[Case]:
    for path, place in files.weights(good.folder / "weights", STARTER_FOLDER, 120):
        yield case(
            "generate", [good.speech, "--weights", path, "--out", "OUT", "--device", "cpu"], EITHER, f"weights: {place}"
        )
    for name in ("words.bin", "upper.safetensors", "neutral.npz"):
        whole = (STARTER_FOLDER / name).read_bytes()
        for number, content in enumerate(
            (b"", whole[: len(whole) // 2], whole[:-1], whole[:999] + b"\xff" + whole[1000:])
        ):
            path = files.shutil.copytree(STARTER_FOLDER, good.folder / f"weights_{name}_{number}")
            (path / name).write_bytes(content)
            yield case(
                "generate", [good.speech, "--weights", path, "--out", "OUT"], REFUSED, f"weights: {name} {number}"
            )


def _directions(good: Good) -> Iterator[Case]:
    folder = good.folder / "directions"
    levels = [{name: wrong} for name in ("upper", "stillness", "mirror", "pose", "blink_rate") for wrong in files.WRONG]
    levels += [{"unknown": 1}, {"upper": 1, "UPPER": 2}, {f"level_{number}": 1 for number in range(50_000)}]
    for number, value in enumerate(levels):
        path = files.write_json(folder / f"levels_{number}.json", value)
        yield case("direct", [good.take, "--levels", path, "--out", "OUT"], EITHER, f"levels: {str(value)[:40]}")
    marker = {"kind": "accent", "start_s": 1.0, "end_s": 1.0}
    markers = [[{**marker, name: wrong}] for name in marker for wrong in files.WRONG] + [
        [wrong] for wrong in files.WRONG
    ]
    markers += [[marker] * 100_000, [{**marker, "kind": "hold", "start_s": 2, "end_s": 1}]]
    for number, value in enumerate(markers):
        path = files.write_json(folder / f"markers_{number}.json", value)
        yield case("direct", [good.take, "--markers", path, "--out", "OUT"], EITHER, f"markers: {str(value)[:40]}")


def _tables(good: Good) -> Iterator[Case]:
    folder = good.folder / "tables"
    folder.mkdir()
    rows = [
        *(
            "",
            "\n",
            "audio",
            "audio\n\n",
            "name\nx\n",
            "audio,audio\na,b\n",
            "audio,size\nx,y\n",
            "audio\n" + "x" * 300 + "\n",
        ),
        *(
            "audio\nnone.wav\n",
            "audio\n../speech.wav,extra\n",
            "audio,seed\n../speech.wav,1.5\n",
            "audio,seed\n../speech.wav,-1\n",
        ),
        *(
            f"audio,seed\n../speech.wav,{'9' * 5000}\n",
            "audio,style\n../speech.wav,none\n",
            "audio,mood\n../speech.wav,happy:9\n",
        ),
        *(
            f"audio,name\n../speech.wav,{name}\n"
            for name in ("..", "a/b", "CON", "x" * 200, "summary.csv", ".batch", "a\tb")
        ),
        *(
            "audio\n/dev/zero\n",
            'audio\n"half',
            "audio\n\0\n",
            "audio\n" + "../speech.wav\n" * 2,
            "audio\n" + "none.wav\n" * 2_000,
        ),
        "audio," * 100_000 + "\n",
    ]
    for number, text in enumerate(rows):
        path = folder / f"table_{number}.csv"
        path.write_text(text)
        yield case("batch", [path, "--out", "OUT", "--dry-run"], EITHER, f"table: {text[:30]!r}")


def _places(good: Good) -> Iterator[Case]:
    """Write to places that are no places, or hold what is not ours."""
    folder = good.folder / "places"
    (folder / "own").mkdir(parents=True)
    (folder / "own" / "motion.npz").write_bytes(b"mine")
    (folder / "own" / "notes.txt").write_bytes(b"mine")
    (folder / "file").write_bytes(b"mine")
    (folder / "link").symlink_to(good.take)
    (folder / "filelink").symlink_to(folder / "file")
    for command, arguments in commands(good).items():
        for out in (
            "",
            folder / "own",
            folder / "file" / "x",
            "/dev/null",
            "/proc/x",
            folder / "filelink",
            "x" * 300,
            "x/" * 3000,
            ".",
            "/",
        ):
            filled = [out if each in ("OUT", "OUT.npz") else each for each in arguments]
            # A batch makes a folder for each take in any folder.
            yield case(command, filled, EITHER if command == "batch" else REFUSED, f"out: {str(out)[-20:]}")
        if command not in ("finish", "import", "batch"):
            yield case(
                command, [folder / "link" if each == "OUT" else each for each in arguments], REFUSED, "out: a link"
            )
    for command in ("finish", "import"):
        yield case(command, [good.motion, folder / "file"], REFUSED, "out: a file that is there")
        yield case(command, [good.motion, good.motion], REFUSED, "out: the input")


def check_outputs(place: Path) -> None:
    """Raise where what a command wrote cannot be used."""
    from core.body.motion import load_motion
    from core.take.take import read_take

    for path in place.iterdir():
        if (path / "take.json").exists():
            read_take(path)
        elif path.suffix == ".npz":
            load_motion(path)
        elif path.name.startswith("."):
            raise ValueError(f"{path.name} was left behind")
    if not np.all([path.exists() for path in place.iterdir()]):
        raise ValueError("a file is a link to nowhere")
