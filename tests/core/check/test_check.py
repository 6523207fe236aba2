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


def turned(motion: Motion, joint: str, frames: slice, by) -> Motion:
    rotations = motion.rotations.copy()
    rotations[frames, JOINT[joint]] += by
    return motion.replace(rotations=rotations)


def slide(motion):
    translation = motion.translation.copy()
    translation[100:160, 2] += np.linspace(0, 0.12, 60)
    translation[160:, 2] += 0.12
    return motion.replace(translation=translation)


def sink(motion):
    translation = motion.translation.copy()
    translation[100:130, 1] -= 0.05 * np.sin(np.linspace(0, np.pi, 30))
    return motion.replace(translation=translation)


def enter(motion):
    rotations = motion.rotations.copy()
    share = np.sin(np.linspace(0, np.pi, 60))[:, None]
    for joint, goal in (("left_shoulder", (0.28, -0.91, -1.5)), ("left_elbow", (0.0, -1.6, 0.0))):
        here = rotations[100:160, JOINT[joint]]
        rotations[100:160, JOINT[joint]] = here + share * (np.array(goal) - here)
    return motion.replace(rotations=rotations)


def freeze(motion):
    rotations, translation = motion.rotations.copy(), motion.translation.copy()
    rotations[100:150], translation[100:150] = rotations[100], translation[100]
    return motion.replace(rotations=rotations, translation=translation)


def open_lips(motion):
    expression = motion.expression.copy()
    expression[:, ARKIT_NAMES.index("jawOpen")] = 0.4
    return motion.replace(expression=expression)


def jump(motion):
    translation = motion.translation.copy()
    translation[120, 0] += 0.06
    return motion.replace(translation=translation)


def rise(motion):
    """The right hand rises by a quarter of a metre at 4 s; the last word was at 1.5 s, the next one is at 7 s."""
    rotations = motion.rotations.copy()
    lift = np.clip((np.arange(motion.frame_count) - 118) / 12, 0, 1)
    rotations[:, JOINT["right_shoulder"], 2] = 1.2 - 0.8 * lift
    rotations[:, JOINT["right_elbow"]] = (0.0, 0.8, 0.0)
    return motion.replace(rotations=rotations)


BACKWARDS = np.sin(np.linspace(0, np.pi, 60))[:, None] * [0.0, 2.6, 0.0]
# What is done, the kind that is found, its part, and frames in which it begins.
DAMAGES = {
    "slide": (slide, "slide", "left foot", (95, 165)),
    "floor": (sink, "floor", "left foot", (100, 125)),
    "inside": (enter, "inside", "hands or forearms", (100, 135)),
    "pop": (lambda motion: turned(motion, "left_shoulder", slice(120, 121), 0.5), "pop", "left shoulder", (118, 122)),
    "jump": (jump, "jump", "whole body", (118, 122)),
    "frozen": (freeze, "frozen", "whole body", (99, 103)),
    "bend": (lambda motion: turned(motion, "left_elbow", slice(100, 160), BACKWARDS), "bend", "left elbow", (100, 140)),
    "lips": (open_lips, "lips", "m of “maps”", (26, 32)),
    "early": (rise, "early", "right hand before “here”", (115, 124)),
}


def test_a_good_take_has_no_finding(good):
    assert found(good) == []


def test_every_kind_is_damaged_here():
    assert set(DAMAGES) == set(KINDS)


@pytest.mark.parametrize("name", DAMAGES)
def test_what_was_damaged_is_found_where_it_is(good, name):
    damage, kind, part, (first, last) = DAMAGES[name]
    here = [each for each in found(damage(good)) if each.kind == kind]
    assert part in [each.part for each in here]
    worst = next(each for each in here if each.part == part)
    assert first <= worst.start <= last
    assert worst.end > worst.start
    assert worst.remedy in REMEDIES.values()
    assert worst.area in {"", *AREAS}
    assert worst.message.startswith(KINDS[kind].label)


def test_both_sides_are_looked_at(good):
    parts = {each.part for each in found(slide(good)) if each.kind == "slide"}
    assert parts == {f"{side} foot" for side in SIDES}


def test_the_command_prints_what_it_finds(good, tmp_path, capsys):
    fine, broken = tmp_path / "fine.npz", tmp_path / "broken.npz"
    save_motion(good, fine)
    save_motion(jump(good), broken)
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
