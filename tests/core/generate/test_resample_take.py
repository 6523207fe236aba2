"""Take folders made anew with the starter weights: files, bits, seams, and what is refused with a remedy."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from core.body.motion import load_motion
from core.body.parts import AREAS, SPECS, Part
from core.body.rotation import matrix_to_rotvec, rotvec_to_matrix
from core.cli.parser import main
from core.errors import Cancelled, GestureError
from core.finish.report import measure
from core.generate.directing import Directions
from core.generate.pipeline import generate
from core.generate.regenerate import resample
from core.model.loading import STARTER, Models
from core.requests import Generate, Resample
from core.take.span import Span
from core.take.take import read_take, write_take

from ...conftest import ROOT
from ..body.other_legs import longer
from .seam_checks import continuous_at_seams, untouched

DEMO = ROOT / "addon" / "assets" / "demo"
HANDS = list(SPECS[Part.HANDS].joints)


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, models):
    """Eight seconds of the bundled recording, with finishing."""
    out = tmp_path_factory.mktemp("takes") / "take"
    speech = (DEMO / "transcript.txt").read_text()
    request = Generate(
        audio=DEMO / "speech.flac",
        out=out,
        transcript_text=speech[: speech.index(".") + 1],
        allow_no_words=True,
        duration_s=8.0,
        variation=1.0,
    )
    generate(request, models=models)
    return out


@pytest.fixture
def request_of(folder, tmp_path):
    return lambda **changes: replace(
        Resample(folder, tmp_path / "again", ("hands",), 100, 180, seed=7, variation=0.8), **changes
    )


@pytest.mark.parametrize("area", ["hands", "upper", "lower", "face", "right_arm", "head"])
def test_outside_of_range_and_margin_the_files_hold_the_same_bits(folder, request_of, models, area):
    kept = read_take(folder)
    resample(request_of(areas=(area,)), models=models)
    new, span = read_take(request_of().out), Span(100, 180, 8, 240)
    for before, after in ((kept.raw, new.raw), (kept.finished, new.finished)):
        assert untouched(before, after, area, span.first, span.stop)
        assert continuous_at_seams(before, after, area, span)
    assert (request_of().out / "codes.npz").stat().st_size < (folder / "codes.npz").stat().st_size + 2000


def turned(before, after, area, frames: slice) -> float:
    """The most that a joint of an area is turned, degrees."""
    joints = list(AREAS[area].joints)
    old, new = (rotvec_to_matrix(take.raw.rotations[frames, joints]) for take in (before, after))
    return np.degrees(np.linalg.norm(matrix_to_rotvec(np.swapaxes(old, -1, -2) @ new), axis=-1)).max()


MORE_AREAS = [pytest.param(*each, marks=pytest.mark.slow) for each in (("upper", 20), ("right_arm", 15))]


@pytest.mark.parametrize(("area", "degrees"), [("hands", 20), *MORE_AREAS, ("lower", 6)])
def test_every_seed_differs_visibly_inside(folder, request_of, models, area, degrees):
    kept = read_take(folder)
    for seed in range(4):
        new = resample(request_of(areas=(area,), start=40, end=200, seed=seed, variation=0.6), models=models)
        assert turned(kept, new, area, slice(50, 190)) > degrees


def test_another_try_differs_visibly_from_the_one_before(folder, request_of, models):
    first = resample(request_of(start=40, end=200, seed=3), models=models)
    again = request_of(take=request_of().out, start=40, end=200, seed=4)
    assert turned(first, resample(again, models=models), "hands", slice(50, 190)) > 20


def test_a_take_can_be_made_anew_in_its_own_folder_again_and_again(folder, request_of, models, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(folder, own)
    first = resample(request_of(take=own, out=own, areas=("hands", "head")), models=models)
    second = resample(request_of(take=own, out=own, areas=("left_arm",), start=20, end=60, seed=9), models=models)
    layers = json.loads((own / "take.json").read_text())["layers"]
    assert [layer["joints"] for layer in layers] == ["all", "hands", "head", "left_arm"]
    assert second.raw.rotations[100:, HANDS].astype(np.float32).tobytes() == (
        first.raw.rotations[100:, HANDS].astype(np.float32).tobytes()
    )


def test_the_lower_body_comes_back_to_its_path(folder, request_of, models):
    kept = read_take(folder)
    new = resample(request_of(areas=("lower",), start=60), models=models)
    assert new.raw.translation[188:].tobytes() == kept.raw.translation[188:].tobytes()
    speeds = [np.abs(np.diff(motion.translation, axis=0)).max() for motion in (kept.raw, new.raw)]
    assert speeds[1] < 2 * speeds[0] + 0.005


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_finished_lower_body_made_anew_steps_where_it_would_slide(folder, request_of, models, seed):
    new = resample(request_of(areas=("lower",), start=60, seed=seed), models=models)
    before, after = (measure(motion) for motion in (read_take(folder).finished, new.finished))
    assert after.sliding <= before.sliding + 0.01
    assert after.slide_mean_cm_s <= before.slide_mean_cm_s + 0.3
    assert after.penetration_cm < 0.3


def test_a_take_whose_hands_were_pushed_out_becomes_an_unfinished_one(folder, request_of, models, tmp_path):
    take, pushed = read_take(folder), tmp_path / "pushed"
    write_take(replace(take, directed=take.finished, info={**take.info, "direct": Directions().as_dict()}), pushed)
    new = resample(request_of(take=pushed, finish=False), models=models)
    assert new.directed is None
    assert "direct" not in new.info
    assert read_take(request_of().out).finished.frame_count == take.finished.frame_count


def test_an_unfinished_take_stays_unfinished(folder, request_of, models):
    new = resample(request_of(finish=False), models=models)
    assert new.finished is new.raw
    again = resample(request_of(take=request_of().out, start=20, end=60), models=models)
    assert again.finished is again.raw


def test_cancel_writes_nothing(request_of, models):
    with pytest.raises(Cancelled):
        resample(request_of(), cancelled=lambda: True, models=models)
    assert not request_of().out.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start": 200, "end": 300}, ("240",)),
        ({"areas": ("tail",)}, ("tail", "left_arm")),
        ({"variation": 3.0}, ("3",)),
        ({"margin": -2}, ("-2",)),
    ],
)
def test_bad_input_is_refused_with_a_remedy(request_of, models, changes, words):
    with pytest.raises(GestureError) as error:
        resample(request_of(**changes), models=models)
    assert all(word in str(error.value) for word in words)
    assert not request_of().out.exists()


def test_other_weights_a_lost_and_another_recording_are_named(folder, request_of, models, tmp_path):
    weights = tmp_path / "other"
    shutil.copytree(STARTER, weights)
    (weights / "others.txt").write_text("others\n")
    with pytest.raises(GestureError, match=r"other weights.*starter") as error:
        resample(request_of(weights=weights), models=Models())
    assert "folder" in error.value.remedy
    with pytest.raises(GestureError, match=r"gone\.wav") as error:
        resample(request_of(audio=tmp_path / "gone.wav"), models=models)
    assert "where" in error.value.remedy
    other = tmp_path / "other.wav"
    soundfile.write(other, 0.1 * np.random.default_rng(0).normal(size=10 * 16000), 16000)
    with pytest.raises(GestureError, match="not the recording"):
        resample(request_of(audio=other), models=models)


def test_a_take_that_stores_a_former_hash_of_the_same_weights_is_made_anew_others_are_not(
    folder, request_of, models, tmp_path
):
    weights, former = tmp_path / "weights", "2" * 64
    shutil.copytree(STARTER, weights)
    card = json.loads((weights / "model.json").read_text())
    (weights / "model.json").write_text(json.dumps(card | {"former_hashes": [former]}))
    info = json.loads((folder / "take.json").read_text())
    del info["checksum"]
    older = tmp_path / "older"
    shutil.copytree(folder, older)
    for sha256, made in ((former, True), ("1" * 64, False)):
        info["weights"]["sha256"] = sha256
        (older / "take.json").write_text(json.dumps(info))
        request = request_of(take=older, weights=weights)
        if made:
            assert resample(request, models=models).info["weights"]["sha256"] == sha256
        else:
            with pytest.raises(GestureError, match="other weights"):
                resample(request, models=models)


def test_a_folder_without_a_take_is_refused(request_of, models, tmp_path):
    with pytest.raises(GestureError, match="no readable take"):
        resample(request_of(take=tmp_path), models=models)


def test_the_command_line_does_the_same(folder, request_of, models, tmp_path, capsys):
    out = tmp_path / "cli"
    options = ["--part", "hands", "--seed", "7", "--variation", "0.8", "--no-finish", "--out", str(out)]
    assert main(["resample", str(folder), "--frames", "100:180", "--json", *options]) == 0
    assert json.loads(capsys.readouterr().out)["layers"][1]["seed"] == 7
    expected = resample(request_of(finish=False), models=models)
    motion = load_motion(out / "motion.npz")
    assert np.array_equal(motion.rotations.astype(np.float32), expected.raw.rotations.astype(np.float32))
    for frames, word in (("100", "100:180"[:3]), ("a:b", "a:b"), ("10:900", "240")):
        assert main(["resample", str(folder), "--frames", frames, *options]) == 2
        assert word in capsys.readouterr().err


def test_a_take_made_on_another_skeleton_stays_on_it_when_its_legs_are_made_anew(tmp_path, models):
    skeleton = longer(1.2, 0.85)
    np.savez(tmp_path / "skeleton.npz", rest_joints=skeleton)
    request = Generate(
        audio=DEMO / "speech.flac", out=tmp_path / "take", duration_s=8.0, skeleton=tmp_path / "skeleton.npz"
    )
    take = generate(request, models=models)
    np.testing.assert_allclose(take.finished.skeleton, skeleton)
    out = tmp_path / "again"
    resample(Resample(tmp_path / "take", out, ("lower",), 100, 180, seed=7, variation=0.8), models=models)
    kept, new = read_take(tmp_path / "take").finished, read_take(out).finished
    np.testing.assert_allclose(new.skeleton, skeleton)
    assert continuous_at_seams(kept, new, "lower", Span(100, 180, 8, 240))
