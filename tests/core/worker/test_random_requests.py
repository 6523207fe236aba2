"""Requests by chance: valid ones are answered as by a fresh worker, all others with an error that is foreseen."""

import json
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import requests
from core.body.parts import AREAS, Part
from core.direct.levels import LEVELS
from core.direct.mood import MOODS
from core.finish.settings import FEET_MODES, ROOT_MODES
from core.take.files import TakeFiles, write_files
from core.worker import protocol
from core.worker.session import Session
from tests.conftest import ROOT
from tests.core.take.small_take import DESCRIPTION, WORDS, motion

from .conftest import Worker

FRAMES = 40
SECONDS = 3
# What is said in the first seconds of the bundled recording.
TEXTS = (
    "And Mister John Dashwood had then leisure",
    "and mister John Dashwood, had then",
    "And Mr. John Dashwood had then",
)
IN_SUITE, SLOW = 30, 10_000
WRONG = (None, True, "x", "", [], {}, [[1]], {"a": [1]}, -1, 0.5, 2**63, 10**400, -1e300, float("nan"), "\ud800", "\0")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a take and room for others."""
    folder = tmp_path_factory.mktemp("random requests")
    moved = motion(FRAMES)
    moved = moved.replace(rotations=np.random.default_rng(1).normal(0, 0.2, (FRAMES, 55, 3)).cumsum(0) / 20)
    layers = [{"joints": "all", "frames": [0, FRAMES], "codes": "codes.npz", "seed": 5}]
    codes = {part.value: np.zeros(FRAMES, np.int16) for part in Part}
    description = deepcopy(DESCRIPTION) | {"frames": FRAMES, "layers": layers}
    write_files(TakeFiles(description, WORDS, codes, moved, moved), folder / "take")
    samples, rate = soundfile.read(ROOT / "addon" / "assets" / "demo" / "speech.flac", stop=SECONDS * 16_000)
    soundfile.write(folder / "speech.wav", samples, rate)
    request = requests.Generate(folder / "speech.wav", folder / "spoken", transcript_text=TEXTS[0])
    Session(lambda reply: None).reply_to(protocol.Request(1, request))
    return folder


@pytest.fixture(scope="module")
def talk(place):
    """Send a line to the one worker of this module, and return its last reply."""
    worker = Worker()

    def ask(line: bytes, number: int | None) -> dict:
        worker.send(line)
        return worker.final(number)

    yield ask
    worker.process.kill()
    worker.process.wait()


def _some(values) -> st.SearchStrategy:
    return st.lists(st.sampled_from(sorted(values)), max_size=3, unique=True)


def _ranges() -> st.SearchStrategy:
    return st.lists(st.integers(0, FRAMES), min_size=2, max_size=2, unique=True).map(sorted)


def valid(place: Path) -> st.SearchStrategy:
    """Requests that succeed, by construction; `OUT` stands for a new place."""
    strengths = {name: st.floats(0, 1) for name in ("upper", "hands", "lower", "face")}
    finishing = st.fixed_dictionaries(
        {},
        optional=strengths
        | {"root": st.sampled_from(sorted(ROOT_MODES)), "feet": st.sampled_from(sorted(FEET_MODES))}
        | {"use_contacts": st.booleans(), "floor_m": st.none() | st.floats(-2, 2)},
    )
    take, motion_file = str(place / "take"), str(place / "take" / "motion_raw.npz")
    finish = st.fixed_dictionaries(
        {"type": st.just("finish"), "motion": st.just(motion_file), "out": st.just("OUT.npz"), "settings": finishing}
    )
    levels = st.fixed_dictionaries({}, optional={each.name: st.floats(each.least, each.most) for each in LEVELS})
    mood = st.builds(
        lambda name, strength: [{"name": name, "strength": strength}], st.sampled_from(sorted(MOODS)), st.floats(0, 1)
    )
    direct = st.fixed_dictionaries(
        {"type": st.just("direct"), "take": st.just(take), "out": st.just("OUT")},
        optional={"levels": levels, "keep": _some(AREAS), "mood": st.none() | mood},
    )
    picks = st.builds(
        lambda areas, frames: {"take": take, "areas": areas or ["all"], "start": frames[0], "end": frames[1]},
        _some(AREAS),
        _ranges(),
    )
    mix = st.fixed_dictionaries(
        {"type": st.just("mix"), "take": st.just(take), "out": st.just("OUT"), "finish": st.booleans()},
        optional={"margin": st.integers(0, 20), "picks": st.lists(picks, min_size=1, max_size=3)},
    ).map(lambda request: {"picks": [{"take": take, "areas": ["upper"]}], **request})
    hello = st.just({"type": "hello", "device": "cpu"})
    return st.one_of(finish, direct, mix, hello, *_of_recordings(place, finishing, mood))


def _of_recordings(place: Path, finishing: st.SearchStrategy, mood: st.SearchStrategy) -> list[st.SearchStrategy]:
    """Return requests that read a recording: align, spell, generate, resample."""
    audio = {"audio": st.just(str(place / "speech.wav"))}
    said = {
        "language": st.sampled_from(("auto", "en")),
        "pronunciations": st.just({}) | st.just({"Dashwood": "dash wood"}) | st.just({"John": "JH AA N"}),
    }
    align = st.fixed_dictionaries(
        {"type": st.just("align"), "out": st.just("OUT.json"), "transcript_text": st.sampled_from(TEXTS), **audio},
        optional=said,
    )
    spell = st.fixed_dictionaries(
        {"type": st.just("spell"), "text": st.sampled_from(("Dashwood", "John", "zzyzx")), **audio},
        optional={"pronunciations": said["pronunciations"], "language": st.just("en")},
    ).flatmap(lambda own: st.floats(0, 1).map(lambda start_s: {**own, "start_s": start_s, "end_s": start_s + 0.5}))
    chance = {
        "seed": st.integers(0, 2**63 - 1),
        "variation": st.none() | st.floats(0, 1),
        "device": st.sampled_from(("auto", "cpu")),
        "finish": st.booleans(),
    }
    generate = st.fixed_dictionaries(
        {"type": st.just("generate"), "out": st.just("OUT"), **audio},
        optional=chance
        | {"speaker": st.integers(0, 5), "settings": finishing, "mood": mood, "transcript_text": st.none()}
        | {"offset_s": st.floats(0, 0.9), "duration_s": st.none() | st.floats(1, 1.5)}
        | {"gestures": st.booleans(), "hands_out": st.booleans(), "allow_no_words": st.booleans()}
        | said,
    )
    resample = st.fixed_dictionaries(
        {"type": st.just("resample"), "take": st.just(str(place / "spoken")), "out": st.just("OUT")},
        optional=chance | {"margin": st.integers(0, 20)},
    ).flatmap(
        lambda own: st.builds(
            lambda areas, frames: {**own, "areas": areas or ["hands"], "start": frames[0], "end": frames[1]},
            _some(AREAS),
            _ranges(),
        )
    )
    return [align, spell, generate, resample]


@st.composite
def broken(draw, place: Path):
    """A line that is no request, or a request with one changed value."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.binary(max_size=60).filter(lambda line: b"\n" not in line and line.strip()) | JSON.map(_line))
    request = draw(valid(place))
    inner, key = request, draw(st.sampled_from(sorted(request)))
    while isinstance(inner[key], dict) and inner[key] and draw(st.booleans()):
        inner = inner[key]
        key = draw(st.sampled_from(sorted(inner)))
    change = draw(st.integers(0, 3))
    if change == 0:
        del inner[key]
    elif change == 1:
        inner[draw(st.text(max_size=5))] = draw(JSON)
    else:
        inner[key] = draw(st.sampled_from(WRONG) | JSON)
    return _line({"id": 7, **request})


def _line(value) -> bytes:
    return json.dumps(value).encode("utf-8", "backslashreplace")


def check_valid(talk, place: Path, request: dict) -> None:
    """The worker that has answered many requests and a fresh one give the same answer."""
    replies = []
    line = _line({"id": 7, **request})
    own = line.replace(b'"OUT', f'"{place}/new'.encode())
    found = talk(own, 7)
    Session(lambda reply: replies.append(json.loads(protocol.encode_reply(reply)))).reply_to(
        protocol.decode_request(own.decode())
    )
    assert found["type"] == "result", found
    assert found == replies[-1]


def check_broken(talk, line: bytes) -> None:
    """A line gets one answer, which is foreseen."""
    number = None
    try:
        number = protocol.decode_request(line.decode("utf-8", "replace").replace("OUT", "/nowhere/at/all")).id
    except protocol.ProtocolError as error:
        number = error.id
    reply = talk(line.replace(b'"OUT', b'"/dev/null/new'), number)
    assert reply["type"] in ("error", "result")
    assert "unexpectedly" not in reply.get("message", ""), (line, reply)
    assert reply["type"] == "result" or reply["remedy"]


def _is_stop(line: bytes) -> bool:
    return b"shutdown" in line


@pytest.mark.parametrize("count", [IN_SUITE, pytest.param(SLOW, marks=pytest.mark.slow)])
def test_requests_by_chance_are_answered_as_by_a_fresh_worker_or_refused(talk, place, count):
    quiet = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}

    @settings(max_examples=count // 2, **quiet)
    @given(valid(place))
    def valid_ones(request):
        check_valid(talk, place, request)

    @settings(max_examples=count // 2, **quiet)
    @given(broken(place).filter(lambda line: not _is_stop(line)))
    def broken_ones(line):
        check_broken(talk, line)

    valid_ones()
    broken_ones()
