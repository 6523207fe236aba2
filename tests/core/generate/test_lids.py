"""Blinks where weights make none: as often as people, after phrases, seeded, kept when the face is made anew."""

import itertools
import json
import shutil

import numpy as np
import pytest

from core.body.curves import runs
from core.body.motion import Motion
from core.clock import FPS
from core.finish.chain import finish
from core.generate.lids import LIDS, PAUSE_S, blink_moments, with_blinks
from core.generate.pipeline import generate
from core.generate.regenerate import resample
from core.model.loading import STARTER, Models
from core.requests import Generate, Resample
from core.text.timing import Word

from ...conftest import ROOT

WORDS = tuple(
    Word("word", start, start + (0.4 if n % 4 else 0.2), 1.0) for n, start in enumerate(np.arange(0.3, 60, 0.45))
)


def face(frames: int, basis: str = "arkit52") -> Motion:
    width = {"arkit52": 52, "flame100": 100}[basis]
    return Motion(
        rotations=np.zeros((frames, 55, 3)),
        translation=np.zeros((frames, 3)),
        expression=np.full((frames, width), 0.1),
        face_basis=basis,
    )


@pytest.mark.parametrize("words", [WORDS, ()], ids=["words", "none"])
@pytest.mark.parametrize("seed", [0, 7, 2**31])
def test_blinks_are_as_frequent_as_peoples(words, seed):
    moments = blink_moments(60.0, words, seed)
    assert 12 <= len(moments) <= 24
    assert min(np.diff(moments)) >= 2.5
    assert max(np.diff([0, *moments, 60])) <= 5.5


def test_blinks_follow_on_phrases_where_there_are_any():
    ends = [a.end_s for a, b in itertools.pairwise(WORDS) if b.start_s - a.end_s > PAUSE_S]
    assert all(min(abs(np.array(ends) + 0.12 - moment)) < 1e-9 for moment in blink_moments(60.0, WORDS, 3))


def test_lids_shut_and_open_again_within_a_third_of_a_second():
    motion = with_blinks(face(1800), WORDS, 1)
    lids = motion.expression[:, LIDS]
    np.testing.assert_array_equal(lids[:, 0], lids[:, 1])
    blinks = runs(lids[:, 0] > 0.15)
    assert len(blinks) == len(blink_moments(60.0, WORDS, 1))
    assert all(stop - start < FPS / 3 and lids[start:stop].max() > 0.75 for start, stop in blinks)
    others = np.delete(motion.expression, LIDS, axis=1)
    assert (others == 0.1).all()
    smoothed = finish(motion).expression[:, LIDS[0]]
    assert all(smoothed[start:stop].max() > 0.5 for start, stop in blinks), "finishing leaves them"


def test_another_seed_blinks_at_other_moments_and_the_same_one_at_the_same():
    first, again, other = (with_blinks(face(900), (), seed).expression for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_faces_that_blink_and_faces_without_lids_stay_as_they_are():
    blinking = face(300)
    blinking.expression[100:105, LIDS] = 0.9
    for motion in (blinking, face(300, "flame100"), with_blinks(face(5), ())):
        assert with_blinks(motion, WORDS, 1).expression.tobytes() == motion.expression.tobytes()


def test_other_blinks_take_the_place_of_a_faces_own():
    blinking = face(300)
    blinking.expression[100:105, LIDS] = 0.9
    motion = with_blinks(blinking, (), 1, instead=True)
    np.testing.assert_array_equal(motion.expression[:, LIDS], with_blinks(face(300), (), 1, True).expression[:, LIDS])
    flame = face(300, "flame100")
    assert with_blinks(flame, (), 1, instead=True).expression.tobytes() == flame.expression.tobytes()


def test_a_take_whose_weights_never_blink_goes_on_blinking_when_its_face_is_made_anew(tmp_path):
    weights = tmp_path / "weights"
    shutil.copytree(STARTER, weights)
    card = json.loads((weights / "model.json").read_text())
    card["architecture"]["face_hears_chance"] = True
    (weights / "model.json").write_text(json.dumps(card))
    models, audio = Models(), ROOT / "addon" / "assets" / "demo" / "speech.flac"
    take = generate(Generate(audio, tmp_path / "take", weights=weights, duration_s=12.0), models=models)
    assert 2 <= len(runs(take.finished.expression[:, LIDS[0]] > 0.5)) <= 5
    request = Resample(tmp_path / "take", tmp_path / "new", ("face",), 60, 300, seed=4, weights=weights)
    new = resample(request, models=models)
    np.testing.assert_allclose(new.raw.expression[:, LIDS], take.raw.expression[:, LIDS], atol=1e-6)
    assert np.abs(new.raw.expression - take.raw.expression).max() > 0.1
