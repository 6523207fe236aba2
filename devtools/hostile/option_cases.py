"""Command lines with values of options that are none, and computers without room, memory or handles."""

from collections.abc import Iterator
from typing import Any

from devtools.hostile.good import Good, case, commands
from devtools.hostile.trial import EITHER, REFUSED, SURROUNDINGS, WORKS, Case

# Python's own `int` and `float` take many of these.
WHOLE = (
    "\u0663",
    "1_0",
    " 5 ",
    "+5",
    "-0",
    "1e3",
    "0b1",
    "5.0",
    "\u00b2",
    str(2**63),
    str(-(2**63)),
    "5\n",
    "5;6",
    "NaN",
)
REAL = (
    "-0.0",
    "1e-320",
    "1e308",
    "-1e308",
    "1_0.5",
    "\u0661.5",
    " .5 ",
    "infinity",
    "+nan",
    "1.5.5",
    "1/2",
    "50%",
    "0,5",
)
TEXTS = ("", " ", "\n", "\t", "x" * 9000, "\u202ex", "\udcff", "%s", "{0}", "../x", "-", "--help", "\x1b[31m", "null")


def option_cases(good: Good) -> Iterator[Case]:
    """Give cases of options, of pronunciations and languages, of gestures, and of scarce computers."""
    yield from _numbers(good)
    yield from _texts(good)
    yield from _directions(good)
    yield from _training(good)
    yield from _scarce(good)


def _numbers(good: Good) -> Iterator[Case]:
    whole = {"generate": ("speaker", "seed"), "batch": ("seed", "processes"), "resample": ("seed", "margin")}
    real = {
        "generate": ("variation", "hands", "lower", "face"),
        "batch": ("variation", "smoothing"),
        "resample": ("variation",),
        "direct": ("hands", "face", "lower", "head", "pause-s", "settle-s", "smoothing", "pose-amount"),
        "finish": ("hands", "face", "floor"),
        "import": ("fps",),
    }
    for kinds, values in ((whole, WHOLE), (real, REAL)):
        for command, names in kinds.items():
            for name in names:
                for value in values:
                    yield case(
                        command, [*commands(good)[command], f"--{name}={value}"], EITHER, f"--{name}={value[:9]!r}"
                    )
    for seeds in (["1", "1"], ["1", "x"], ["0"] * 3000, [str(2**63)], ["nan"], [""], ["\u0661", "1"]):
        given = [good.speech, "--out", "OUT", "--seeds", *seeds]
        yield case("generate", given, REFUSED, f"--seeds {' '.join(seeds)[:12]}")
    yield case(
        "generate", [good.speech, "--out", "OUT", "--seeds", *map(str, range(100_000))], REFUSED, "100,000 seeds"
    )


def _texts(good: Good) -> Iterator[Case]:
    """Write texts that are none into options that take names."""
    for text in TEXTS:
        shown = ascii(text[:9])
        for command in ("generate", "batch", "align"):
            own = [good.speech, good.transcript, "--out", "OUT"] if command == "align" else commands(good)[command]
            yield case(command, [*own, f"--language={text}"], REFUSED, f"--language {shown}")
            yield case(command, [*own, f"--pronounce={text}"], REFUSED, f"--pronounce {shown}")
        yield case(
            "align", [good.speech, good.transcript, "--out", "OUT", f"--pronounce=John={text}"], EITHER, f"John={shown}"
        )
        yield case("generate", [*commands(good)["generate"], f"--mood={text}"], REFUSED, f"--mood {shown}")
        yield case("batch", [*commands(good)["batch"], f"--style={text}"], REFUSED, f"--style {shown}")
        yield case("check", [good.take, f"--only={text}"], REFUSED, f"--only {shown}")
        yield case("import", [good.motion, "OUT.npz", f"--up={text}"], REFUSED, f"--up {shown}")
        yield case("direct", [*commands(good)["direct"], f"--keep={text}"], REFUSED, f"--keep {shown}")
        yield case("direct", [*commands(good)["direct"], f"--accent={text}"], REFUSED, f"--accent {shown}")
        for option in ("repository", "revision"):
            own = ["--repository=a/b", f"--{option}={text}", "--i-accept-the-licence", "OUT"]
            yield case("fetch-weights", own, REFUSED, f"--{option} {shown}")
    sounds = ("AA " * 20_000, "QQ", "AA1 ZZ", "=", "so=so", "\u3042", "so " * 5000, "SO", "\u0301", "1", "\U0001f600")
    for sound in sounds:
        own = [good.speech, good.transcript, "--out", "OUT", f"--pronounce=John={sound}"]
        yield case("align", own, EITHER, f"John={sound[:9]!a}")
    many = [f"--pronounce=w{number}=so" for number in range(20_000)]
    yield case("align", [good.speech, good.transcript, "--out", "OUT", *many], EITHER, "20,000 pronunciations")


def _directions(good: Good) -> Iterator[Case]:
    base = commands(good)["direct"]
    settings = ("size=nan", "size=1e9", "size=-1", "size=", "size", "=", "hand=third", "speed=0", "height_m=inf", "x=1")
    for setting in settings:
        yield case("direct", [*base, "--gesture", f"big[{setting}]@1"], REFUSED, f"--gesture big[{setting}]")
    for text in (
        "big@nan",
        "big@-1",
        "big@1e9",
        "big@2:1",
        "big@",
        "@1",
        "big",
        "big[@1",
        "big]@1",
        "nobody@1",
        "big@so#0",
    ):
        yield case("direct", [*base, "--gesture", text], REFUSED, f"--gesture {text}")
    yield case("direct", [*base, "--gesture", "big[size=1,size=2]@1"], REFUSED, "a setting twice")
    yield case("direct", [*base, "--gesture", *["big@1"] * 3000], EITHER, "3,000 gestures at one time")
    yield case("direct", [*base, "--accent", *["1.0"] * 3000], EITHER, "3,000 accents at one time")
    yield case("direct", [*base, "--hold", *[f"{n / 99}" for n in range(250)]], EITHER, "250 holds")
    yield case("direct", [*base, "--keep", *["all"] * 500], EITHER, "--keep all, 500 times")
    yield case("mix", [*commands(good)["mix"], *["--from", str(good.take), "upper"] * 400], EITHER, "400 picks")
    yield case("direct", [*base, "--upper=1", "--upper=0.5"], WORKS, "an option twice")


def _training(good: Good) -> Iterator[Case]:
    base = ["all", "--data", good.corpus, "--out", "OUT"]
    changes: dict[str, tuple[Any, ...]] = {
        "set": ("hidden=nan", "hidden=0", "hidden=7", "hidden=", "=5", "x=5", "hidden=1e9", "hidden=[", "wav_widths=8"),
        "speakers": ("nobody", ",", "\udcff"),
        "autoencoder-steps": ("-1", "0", "nan", "1e3"),
        "generator-steps": ("-1", "0", "x"),
        "minutes": ("nan", "-1", "inf", "0"),
        "batch": ("0", "-1", str(10**9)),
        "accumulate": ("0", "-1", str(10**9)),
        "learning-rate": ("nan", "inf", "-1", "0", "1e308"),
        "average": ("nan", "-1", "1", "2"),
        "smoothing": ("nan", "-1", "2"),
        "share-neighbours": ("nan", "-1", "2"),
        "seed": ("-1", str(2**64), "x"),
        "without": ("nobody", "words,nobody"),
        "without-terms": ("nobody",),
        "masked-passes": ("-1",),
        "evaluate-every": ("-1", "0"),
        "patience": ("-1",),
        "sample-every": ("-1",),
        "checkpoint-s": ("nan", "-1"),
        "threads": ("0", "-1", str(10**6)),
        "processes": ("0", "-1"),
        "parts": ("nobody", "", "face,,"),
        "words": ("/dev/zero", "missing", good.transcript, good.speech),
        "name": ("",),
    }
    for name, values in changes.items():
        for value in values:
            # Where a value is right after all, nothing is trained here.
            yield case("train", [*base, f"--{name}={value}", "--data", good.empty], REFUSED, f"--{name}={value}"[:30])


def _scarce(good: Good) -> Iterator[Case]:
    """Run commands where files may not grow, memory ends, no file can be opened, or nobody reads what is printed."""
    wanted: dict[str, list] = {name: each for name, each in commands(good).items() if name != "batch"}
    wanted |= {"align": [good.speech, good.transcript, "--out", "OUT"], "check": [good.take, "--json"]}
    for command, arguments in wanted.items():
        for surroundings in SURROUNDINGS:
            yield Case(command, tuple(map(str, arguments)), EITHER, f"computer: {surroundings}", surroundings)
