"""A take partly made anew by a tiny network: bits outside, seams, layers on disk, what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.body.parts import AREAS, Part, check_area
from core.errors import Cancelled, GestureError
from core.generate.layer_finishing import finish_layers
from core.generate.layers import add_layer, check_span, codes_in_use, lay
from core.generate.regenerate import check_codes
from core.generate.sample import Variation
from core.generate.speech_features import AMPLITUDE_ONSET
from core.generate.steps import Step
from core.take.span import Span
from core.take.take import describe, read_take, write_take

from .seam_checks import continuous_at_seams, untouched
from .tiny_take import FRAMES, Made, spans


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(area=st.sampled_from(sorted(AREAS)), span=spans(), seed=st.integers(0, 2**31))
def test_only_the_area_within_range_and_margin_changes_and_seams_are_continuous(made, area, span, seed):
    take = made.again(area, span, seed)
    assert untouched(made.take.raw, take.raw, area, span.first, span.stop)
    assert continuous_at_seams(made.take.raw, take.raw, area, span)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(area=st.sampled_from(sorted(AREAS)), span=spans(), seed=st.integers(0, 2**31))
def test_finishing_changes_nothing_outside_of_range_and_margin(made, area, span, seed):
    take = made.again(area, span, seed)
    finished = finish_layers(take, take.layers)
    assert untouched(made.take.finished, finished, area, span.first, span.stop)
    assert continuous_at_seams(made.take.finished, finished, area, span)


@pytest.mark.parametrize("area", ["upper", "hands", "lower", "left_arm"])
def test_another_seed_gives_another_motion_and_the_same_seed_the_same(area):
    made, span = Made(AMPLITUDE_ONSET, 0), Span(50, 150, 8, FRAMES)
    first, again, other = (made.again(area, span, seed).raw.rotations for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert np.abs(first - other)[60:140].max() > 1e-3
    assert np.abs(first - made.take.raw.rotations)[60:140].max() > 1e-3


def test_at_temperature_zero_every_seed_gives_the_same(made):
    span = Span(50, 150, 8, FRAMES)
    first, other = (made.again("upper", span, seed, temperature=0.0).raw.rotations for seed in (1, 2))
    assert first.tobytes() == other.tobytes()


def test_the_kept_parts_are_given_to_the_network_and_the_chosen_one_is_not(made):
    class Spy:
        def __init__(self, network):
            self.network, self.asked = network, []

        def __getattr__(self, name):
            return getattr(self.network, name)

        def window(self, conditions, motion, mask):
            self.asked.append((motion, mask))
            return self.network.window(conditions, motion, mask)

    spy, span = Spy(made.network), Span(60, 170, 8, FRAMES)
    add_layer(made.take, replace(made.source, network=spy), "hands", span, Variation(1.0, 5))
    assert len(spy.asked) == 3, "126 frames, 60 a window"
    hands = slice(25 * 6, 55 * 6)
    for motion, mask in spy.asked:
        assert not mask[:4].any(), "each window has its seed"
        assert (mask[6, hands] == 1).all()
        assert not motion[6, hands].any()
        assert not mask[6, : 25 * 6].any()
        assert not mask[6, 330:].any()
    motion, mask = spy.asked[-1]
    assert not mask[20].any(), "after the range everything is known"


def test_later_layers_lie_over_earlier_ones_and_decode_again_to_the_same_motion(made):
    take = made.again("upper", Span(20, 90, 8, FRAMES), 3)
    take = made.again("left_arm", Span(60, 140, 8, FRAMES), 4, take)
    take = made.again("lower", Span(100, FRAMES, 5, FRAMES), 5, take)
    motion = made.take.raw
    for layer in take.layers:
        motion = lay(motion, made.network, layer)
    np.testing.assert_allclose(motion.rotations, take.raw.rotations, atol=1e-9)
    codes = codes_in_use(take, Part.UPPER)
    assert np.array_equal(codes[:12], made.take.codes[Part.UPPER][:12])
    assert np.array_equal(codes[148:], made.take.codes[Part.UPPER][148:])
    last = take.layers[1]
    assert np.array_equal(codes[60:140], last.codes[60 - last.codes_start : 140 - last.codes_start])


def test_layers_are_written_and_read(made, tmp_path):
    take = made.again("right_hand", Span(20, 90, 6, FRAMES), 3, temperature=0.6)
    take = made.again("face", Span(0, 40, 8, FRAMES), 2**31, take)
    write_take(take, tmp_path / "take")
    back = read_take(tmp_path / "take")
    assert describe(back) == describe(take)
    assert [replace(layer, codes=None) for layer in back.layers] == [
        replace(layer, codes=None) for layer in take.layers
    ]
    for old, new in zip(take.layers, back.layers, strict=True):
        assert np.array_equal(old.codes, new.codes)
    assert describe(take)["layers"][0]["joints"] == "all"
    assert describe(take)["layers"][1]["frames"] == [20, 90]


def test_a_take_of_an_earlier_version_without_layers_is_read(made, tmp_path):
    write_take(made.take, tmp_path / "take")
    back = read_take(tmp_path / "take")
    assert back.layers == ()
    assert all(np.array_equal(back.codes[part], made.take.codes[part]) for part in Part)
    np.testing.assert_allclose(back.raw.rotations, made.take.raw.rotations, atol=1e-6)


def test_cancelled_work_stops_before_the_next_window(made):
    done = []
    step = Step(0.0, 1.0, "", lambda fraction, name: done.append(fraction), lambda: len(done) == 2)
    with pytest.raises(Cancelled):
        made.again("hands", Span(10, 190, 8, FRAMES), 1, step=step)
    assert len(done) == 2


@pytest.mark.parametrize(
    ("start", "end", "margin", "word"),
    [(5, 5, 8, "no frame"), (-1, 5, 8, "outside"), (190, 201, 8, "200"), (300, 400, 8, "outside"), (5, 9, -1, "-1")],
)
def test_impossible_ranges_are_refused(start, end, margin, word):
    with pytest.raises(GestureError, match=word) as error:
        check_span(start, end, margin, FRAMES)
    assert error.value.remedy


def test_unknown_parts_are_refused_with_the_known_ones():
    with pytest.raises(GestureError, match="tail") as error:
        check_area("tail")
    assert "left_arm" in error.value.remedy


def test_codes_beyond_the_codebook_are_refused(made):
    count = made.network.info.codebook_size
    check_codes(made.take, count)
    codes = {**made.take.codes, Part.UPPER: np.full(FRAMES, count, np.int16)}
    with pytest.raises(GestureError, match="codes"):
        check_codes(replace(made.take, codes=codes), count)
