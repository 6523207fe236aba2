"""Every finding on a take that was damaged on purpose, where it was damaged; none on a good one."""

import json

import numpy as np
import pytest

from core.body.joints import SIDES
from core.body.motion import Motion, save_motion
from core.body.parts import AREAS, ARKIT_NAMES
from core.body.skeleton import JOINT
from core.check.check import Subject, check
from core.check.finding import KINDS, REMEDIES, Finding, stretches
from core.clearance.body import default_body
from core.clearance.hands_out import hands_out
from core.cli.parser import main
from core.finish.chain import finish
from core.text.timing import Phone, Word, words_to_json

from ...damages import DAMAGES
from ..talkers import talker

WORDS = (
    Word("maps", 1.0, 1.5, 1.0, (Phone("M", 1.0, 1.1), Phone("AE", 1.1, 1.3), Phone("P", 1.3, 1.4))),
    Word("here", 7.0, 7.4),
)


@pytest.fixture(scope="module")
def good():
    """A finished take of ten seconds whose hands are free and whose lips close in time."""
    raw = talker(10, sway_m=0.03)
    rotations = raw.rotations.copy()
    for joint in ("left_elbow", "right_elbow", "left_shoulder", "right_shoulder"):
        turns = rotations[:, JOINT[joint]]
        rotations[:, JOINT[joint]] = turns.mean(0) + 0.3 * (turns - turns.mean(0))
    motion = finish(raw.replace(rotations=rotations))
    motion, _ = hands_out(motion, default_body(motion.skeleton))
    expression = np.zeros((motion.frame_count, 52))
    expression[:, ARKIT_NAMES.index("jawOpen")] = 0.4
    for word in WORDS:
        for phone in word.phones:
            if phone.phone in "PBM":
                expression[int(30 * phone.start_s) : int(30 * phone.end_s) + 1] = 0.0
    return motion.replace(expression=expression)


def found(motion: Motion) -> list[Finding]:
    return check(Subject(motion, words_to_json(WORDS), default_body(motion.skeleton)))


# The part that is found of each kind of damage, and frames in which the finding begins.
WHERE = {
    "slide": ("left foot", (95, 165)),
    "floor": ("left foot", (100, 125)),
    "inside": ("hands or forearms", (100, 135)),
    "pop": ("left shoulder", (118, 122)),
    "jump": ("whole body", (118, 122)),
    "frozen": ("whole body", (99, 103)),
    "bend": ("left elbow", (100, 140)),
    "lips": ("m of “maps”", (26, 32)),
    "early": ("right hand before “here”", (115, 124)),
}


def test_a_good_take_has_no_finding(good):
    assert found(good) == []


def test_every_kind_is_damaged_here():
    assert set(DAMAGES) == set(WHERE) == set(KINDS)


@pytest.mark.parametrize("kind", DAMAGES)
def test_what_was_damaged_is_found_where_it_is(good, kind):
    part, (first, last) = WHERE[kind]
    here = [each for each in found(DAMAGES[kind](good)) if each.kind == kind]
    assert part in [each.part for each in here]
    worst = next(each for each in here if each.part == part)
    assert first <= worst.start <= last
    assert worst.end > worst.start
    assert worst.remedy in REMEDIES.values()
    assert worst.area in {"", *AREAS}
    assert worst.message.startswith(KINDS[kind].label)


def test_both_sides_are_looked_at(good):
    parts = {each.part for each in found(DAMAGES["slide"](good)) if each.kind == "slide"}
    assert parts == {f"{side} foot" for side in SIDES}


def test_the_command_prints_what_it_finds(good, tmp_path, capsys):
    fine, broken = tmp_path / "fine.npz", tmp_path / "broken.npz"
    save_motion(good, fine)
    save_motion(DAMAGES["jump"](good), broken)
    assert main(["check", str(fine), str(broken), "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    assert [answer["take"] for answer in answers] == [str(fine), str(broken)]
    assert answers[0]["findings"] == []
    (only,) = [each for each in answers[1]["findings"] if each["kind"] == "jump"]
    assert 3.9 < only["start_s"] < 4.1
    assert only["unit"] == "cm"
    assert main(["check", str(broken), "--only", "jump"]) == 0
    assert "Jump: whole body" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "nothing")]) == 2


def test_gaps_within_a_finding_are_bridged():
    flags = np.array([1, 0, 0, 1, 0, 0, 0, 0, 1], bool)
    assert stretches(flags, 2) == [(0, 4), (8, 9)]
    assert stretches(flags, 2, least=2) == [(0, 4)]
