"""Takes directed from a shell: what is asked for is in motion and take.json, never piled up, always taken back."""

import json

import numpy as np
import pytest

from core.body.motion import load_motion
from core.body.parts import AREAS, Part
from core.clearance.body import default_body
from core.clearance.hands_out import hands_out
from core.cli.parser import main
from core.direct.applied_markers import TOLERANCE
from core.direct.chain import direct
from core.direct.clip_statistics import clip_statistics
from core.direct.levels import Levels
from core.direct.markers import Marker, markers_from
from core.finish.chain import finish
from core.generate.regenerate import mix
from core.requests import Mix, Pick
from core.take.take import Take, read_take, write_take
from core.text.timing import Word

from .speakers import gesturer, misses

WORDS = (Word("I", 0.4, 0.5), Word("really", 1.0, 1.6), Word("do", 4.0, 4.3), Word("really", 6.0, 6.5))
FRAMES = 300


@pytest.fixture(scope="module")
def takes(tmp_path_factory):
    """Two finished takes of ten seconds, whose hands are out of the body."""
    out = tmp_path_factory.mktemp("takes")
    for seed in (1, 2):
        raw = gesturer(FRAMES / 30, seed)
        codes = {part: np.zeros(FRAMES, np.int16) for part in Part}
        info = {"format": 1, "frames": FRAMES, "seed": seed, "fps": 30, "speaker": 0, "speaker_name": "calm"}
        info |= {"audio": {"path": "a.wav", "sha256": "0" * 64, "offset_s": 0.0, "duration_s": None}}
        info |= {"settings": {"finish": True, "variation": 1.0}, "weights": {"name": "tiny", "sha256": "a" * 64}}
        finished = finish(raw)
        finished, _ = hands_out(finished, default_body(finished.skeleton))
        write_take(Take(codes, raw, finished, WORDS, info), out / str(seed))
    return out


def test_levels_and_markers_are_in_the_motion_and_in_take_json(takes, tmp_path, capsys):
    asked = ["--upper", "1.2", "--head", "0.5", "--accent", "5.2", "--hold", "7:8", "--not-here", "2.5:3", "--json"]
    assert main(["direct", str(takes / "1"), "--out", str(tmp_path / "new"), *asked]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert json.loads((tmp_path / "new" / "take.json").read_text())["direct"] == summary["direct"]
    markers = [Marker("not_here", 2.5, 3), Marker("accent", 5.2, 5.2), Marker("hold", 7, 8)]
    assert summary["direct"]["markers"] == [marker.as_dict() for marker in markers]
    assert summary["direct"]["levels"] == Levels(upper=1.2, head=0.5).as_dict()
    subject = clip_statistics(read_take(takes / "1").finished, [(word.start_s, word.end_s) for word in WORDS])
    body = default_body(subject.motion.skeleton)
    wanted = direct(subject, Levels(upper=1.2, head=0.5), markers=markers, body=body).motion
    motion = load_motion(tmp_path / "new" / "motion.npz")
    assert np.allclose(motion.rotations, wanted.rotations, atol=1e-6)
    assert misses(motion, [5.2])[0] <= TOLERANCE


def test_directing_again_starts_from_the_finished_take(takes, tmp_path):
    first, again, plain = (str(tmp_path / name) for name in ("first", "again", "plain"))
    assert main(["direct", str(takes / "1"), "--out", first, "--upper", "0.5"]) == 0
    assert main(["direct", first, "--out", again, "--upper", "0.5"]) == 0
    a, b = (load_motion(f"{folder}/motion.npz").rotations for folder in (first, again))
    assert np.array_equal(a, b)
    assert main(["direct", again, "--out", again]) == 0, "in place, with nothing asked for"
    assert main(["direct", again, "--out", plain]) == 0
    for folder in (again, plain):
        own = load_motion(takes / "1" / "motion.npz")
        assert np.array_equal(load_motion(f"{folder}/motion.npz").rotations, own.rotations)
    assert "direct" not in json.loads((tmp_path / "again" / "take.json").read_text())
    assert not (tmp_path / "again" / "motion_finished.npz").exists()


def test_kept_areas_stay_as_finished(takes, tmp_path):
    out = str(tmp_path / "kept")
    assert main(["direct", str(takes / "1"), "--out", out, "--upper", "0.4", "--keep", "left_arm", "head"]) == 0
    own, motion = load_motion(takes / "1" / "motion.npz"), load_motion(f"{out}/motion.npz")
    kept = [*AREAS["left_arm"].joints, *AREAS["head"].joints]
    assert np.allclose(motion.rotations[:, kept], own.rotations[:, kept], atol=1e-6)
    moved = list(AREAS["right_arm"].joints)
    assert np.abs(motion.rotations[:, moved] - own.rotations[:, moved]).max() > 0.1


def test_words_and_files_say_what_options_do(takes, tmp_path, capsys):
    (tmp_path / "levels.json").write_text(json.dumps({"upper": 0.7, "hands": 0.9}))
    (tmp_path / "markers.json").write_text(json.dumps([{"kind": "hold", "start_s": 8, "end_s": 9}]))
    files = ["--levels", str(tmp_path / "levels.json"), "--markers", str(tmp_path / "markers.json")]
    options = ["--upper", "0.8", "--mirror", "--accent", "REALLY", "really#2", "do"]
    assert main(["direct", str(takes / "1"), "--out", str(tmp_path / "new"), "--json", *files, *options]) == 0
    written = json.loads(capsys.readouterr().out)["direct"]
    assert written["levels"] == Levels(upper=0.8, hands=0.9, mirror=True).as_dict()
    assert [marker["start_s"] for marker in written["markers"]] == [1.0, 4.0, 6.0, 8.0]


def test_gestures_of_the_library_are_put_at_seconds_and_words(takes, tmp_path):
    asked = ["--gesture", "thumbs_up[hand=left,size=0.9]@5.2", "shrug@really", "stop@7:8.5"]
    assert main(["direct", str(takes / "1"), "--out", str(tmp_path / "out"), *asked]) == 0
    take = read_take(tmp_path / "out")
    markers = markers_from(take.info["direct"]["markers"])
    assert [marker.setting.name for marker in markers] == ["shrug", "thumbs_up", "stop"]
    assert markers[1].setting.hand == "left"
    held = take.directed.rotations[round(7.2 * 30) : round(8.4 * 30), [17, 19, 21]]
    assert np.ptp(held, axis=0).max() < 0.05


def test_what_is_mixed_into_a_directed_take_is_directed_too(takes, tmp_path):
    first, mixed = tmp_path / "first", tmp_path / "mixed"
    assert main(["direct", str(takes / "1"), "--out", str(first), "--upper", "0.0"]) == 0
    take = mix(Mix(first, mixed, (Pick(takes / "2", ("hands",)),)))
    hands, arms = list(AREAS["hands"].joints), list(AREAS["left_arm"].joints)
    assert np.ptp(take.directed.rotations[:, arms], axis=0).max() < 0.2
    assert np.ptp(take.finished.rotations[:, arms], axis=0).max() > 0.3
    other = read_take(takes / "2").finished
    assert np.abs(take.directed.rotations[:, hands] - other.rotations[:, hands])[20:-20].max() < 0.05
    assert np.array_equal(read_take(mixed).directed.rotations, load_motion(mixed / "motion.npz").rotations)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--upper", "2"], "out of range"),
        (["--accent", "zebra"], "zebra"),
        (["--accent", "really#3"], "2 times"),
        (["--accent", "11"], "outside"),
        (["--gesture", "moonwalk@2"], "no gesture 'moonwalk'"),
        (["--gesture", "wave"], "names no gesture and time"),
        (["--gesture", "wave[colour=2]@2"], "no setting colour"),
        (["--accent", "5", "--hold", "4:6"], "contradict"),
        (["--hold", "6:4"], "no place"),
        (["--keep", "tail"], "tail"),
        (["--levels", "missing.json"], "missing.json"),
    ],
)
def test_bad_input_is_refused_and_writes_nothing(takes, tmp_path, capsys, options, word):
    assert main(["direct", str(takes / "1"), "--out", str(tmp_path / "new"), *options]) == 2
    assert word in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_files_of_the_wrong_kind_are_refused(takes, tmp_path, capsys):
    (tmp_path / "x.json").write_text("[1, 2]")
    (tmp_path / "y.json").write_text('{"kind": "hold"}')
    for option, name in (("--levels", "x.json"), ("--markers", "y.json"), ("--markers", "x.json")):
        assert main(["direct", str(takes / "1"), "--out", str(tmp_path / "new"), option, str(tmp_path / name)]) == 2
        assert "error:" in capsys.readouterr().err


def test_a_mood_stays_until_another_one_is_asked_for(takes, tmp_path, capsys):
    sad, calm, neutral = (tmp_path / name for name in ("sad", "calm", "neutral"))
    assert main(["direct", str(takes / "1"), "--out", str(sad), "--mood", "sad:0.5"]) == 0
    assert main(["direct", str(sad), "--out", str(calm), "--upper", "0.5"]) == 0
    kept = json.loads((calm / "take.json").read_text())["direct"]
    assert kept["mood"] == [{"name": "sad", "strength": 0.5, "start_s": 0.0}]
    assert kept["levels"]["upper"] == 0.5
    assert main(["direct", str(sad), "--out", str(neutral), "--mood", "neutral"]) == 0
    finished, back = (load_motion(path) for path in (takes / "1" / "motion.npz", neutral / "motion.npz"))
    assert np.array_equal(finished.rotations, back.rotations)
    capsys.readouterr()
    assert main(["generate", "speech.wav", "--out", str(tmp_path / "no"), "--mood", "joyful:0.5"]) == 2
    assert "happy, sad, angry" in capsys.readouterr().err


def test_a_mixed_take_keeps_its_mood(takes, tmp_path):
    sad, mixed = tmp_path / "sad", tmp_path / "mixed"
    assert main(["direct", str(takes / "1"), "--out", str(sad), "--mood", "sad"]) == 0
    mix(Mix(sad, mixed, (Pick(takes / "2", ("hands",), 100, 200),)))
    before, after = read_take(sad), read_take(mixed)
    assert after.info["direct"]["mood"] == before.info["direct"]["mood"]
    # far from the range, all joints are as before; inside it, the others' are
    assert np.allclose(before.directed.rotations[:60], after.directed.rotations[:60], atol=1e-4)
    torso = list(AREAS["torso"].joints)
    assert np.allclose(before.directed.rotations[:, torso], after.directed.rotations[:, torso], atol=1e-6)
