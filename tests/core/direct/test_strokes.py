"""Strokes: they are found where measuring tools find them, and moved in time without running backwards."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.body.rotation import rotvec_to_quat
from core.direct.retiming import Pin, delays, turns_at
from core.direct.strokes import find_strokes, wrist_paths

from .speakers import apexes, gesturer, wander


def test_strokes_are_those_that_measuring_tools_find():
    for seed in range(4):
        motion = gesturer(20, seed)
        strokes = find_strokes(wrist_paths(motion.rotations, motion.skeleton), 30)
        assert np.array_equal(np.unique([stroke.apex for stroke in strokes]), apexes(motion))
        assert all(stroke.start < stroke.peak < stroke.apex for stroke in strokes)


@st.composite
def some_pins(draw):
    targets = sorted(draw(st.sets(st.integers(5, 290), min_size=1, max_size=5)))
    return [Pin(t + draw(st.integers(-9, 9)), t, draw(st.integers(2, 12)), draw(st.integers(1, 5))) for t in targets]


@settings(max_examples=200, deadline=None)
@given(some_pins())
def test_retiming_never_runs_backwards_and_stays_sane(pins):
    late = delays(pins, 300)
    if late is None:
        return
    speed = 1 - np.diff(late)
    assert speed.min() > 0.45
    assert speed.max() < 1.55
    for pin in pins:
        assert (late[pin.first : pin.last + 1] == pin.delay).all()
    assert np.abs(np.diff(late, n=2)).max() < 0.15


def test_turns_between_frames_are_near_the_curve_and_exact_at_frames():
    values = rotvec_to_quat(wander(200, 6, 3).reshape(200, 2, 3) * 0.4)
    assert np.allclose(turns_at(values, np.arange(200)), values, atol=1e-12)
    coarse = turns_at(values[::2], np.arange(20, 80) + 0.5)
    assert np.abs(coarse - values[41:161:2]).max() < 2e-3
