"""Codes from scores: the most likely ones, and coherent variations of them."""

import numpy as np
import pytest

from core.body.parts import Part
from core.generate.code_groups import codes_of, rows_of
from core.generate.network import WindowOutput
from core.generate.sample import SPAN_FRAMES, TOP_P, Variation, held_gumbel, likely_scores, nearest_codes, pick_codes

K, D, T = 32, 8, 64
RNG = np.random.default_rng(0)
CODEBOOKS = {Part.FACE: RNG.normal(size=(K, D))}


@pytest.fixture
def output():
    slow = RNG.normal(size=(3, K))
    weights = np.linspace(0, 2, T)
    logits = np.stack([slow[int(w)] * (1 - w % 1) + slow[min(int(w) + 1, 2)] * (w % 1) for w in weights])
    return WindowOutput(dict.fromkeys(Part, logits), {part: RNG.normal(size=(T, D)) for part in Part})


def test_without_variation_codes_are_the_most_likely_and_the_face_is_nearest(output):
    codes = pick_codes(output, CODEBOOKS)
    for part in (Part.UPPER, Part.HANDS, Part.LOWER):
        assert np.array_equal(codes[part], output.logits[part].argmax(-1))
    distance = ((output.latents[Part.FACE][:, None] - CODEBOOKS[Part.FACE]) ** 2).sum(-1)
    assert np.array_equal(codes[Part.FACE], distance.argmin(-1))
    assert np.array_equal(nearest_codes(output.latents[Part.FACE], CODEBOOKS[Part.FACE]), distance.argmin(-1))


def test_a_seed_gives_the_same_codes_and_another_seed_others(output):
    first, again, other = (pick_codes(output, CODEBOOKS, 0, Variation(1.0, seed)) for seed in (3, 3, 4))
    assert np.array_equal(first[Part.UPPER], again[Part.UPPER])
    assert not np.array_equal(first[Part.UPPER], other[Part.UPPER])


def test_face_and_legs_do_not_vary(output):
    plain, varied = pick_codes(output, CODEBOOKS), pick_codes(output, CODEBOOKS, 0, Variation(1.0, 1))
    for part in (Part.FACE, Part.LOWER):
        assert np.array_equal(plain[part], varied[part])


def test_varied_codes_are_held_where_independent_noise_would_flicker(output):
    codes = pick_codes(output, CODEBOOKS, 0, Variation(1.0, 1))[Part.UPPER]
    noisy = (output.logits[Part.UPPER] + RNG.gumbel(size=(T, K))).argmax(-1)
    assert np.mean(np.diff(codes) != 0) < 0.3
    assert np.mean(np.diff(noisy) != 0) > 0.6


def test_noise_depends_on_the_takes_frame_and_not_on_the_window():
    whole = held_gumbel(0, 200, K, 5, Part.UPPER)
    assert np.array_equal(whole[60:124], held_gumbel(60, 64, K, 5, Part.UPPER))
    assert not np.allclose(whole, held_gumbel(0, 200, K, 5, Part.HANDS))
    assert np.abs(np.diff(whole, axis=0)).max() < 1.6 * np.ptp(whole) / SPAN_FRAMES * 2
    assert np.isfinite(held_gumbel(0, 10, K, -7, Part.UPPER)).all()


def test_only_codes_within_the_most_likely_share_are_ever_drawn(output):
    scores = output.logits[Part.UPPER]
    likely = np.exp(scores - scores.max(-1, keepdims=True))
    likely /= likely.sum(-1, keepdims=True)
    for seed in range(30):
        codes = pick_codes(output, CODEBOOKS, 0, Variation(1.0, seed))[Part.UPPER]
        chosen = likely[np.arange(T), codes][:, None]
        assert (np.where(likely > chosen, likely, 0).sum(-1) < TOP_P).all(), "those that are likelier leave room"


def test_the_share_keeps_scores_and_always_a_code():
    scores = np.log([[0.5, 0.3, 0.15, 0.05], [0.05, 0.97, 0.01, 0.01]])
    kept = likely_scores(scores, 0.75)
    np.testing.assert_array_equal(np.isfinite(kept), [[True, True, False, False], [False, True, False, False]])
    np.testing.assert_allclose(kept[0, :2], scores[0, :2])
    assert np.isfinite(likely_scores(scores, 1.0)).all()
    assert (np.isfinite(likely_scores(scores, 0.0)).sum(-1) == 1).all()


def test_the_same_code_is_drawn_whatever_window_a_frame_lies_in(output):
    variation = Variation(1.0, 9)
    whole = pick_codes(output, CODEBOOKS, 100, variation)
    later = WindowOutput(
        {part: scores[30:] for part, scores in output.logits.items()},
        {part: latents[30:] for part, latents in output.latents.items()},
    )
    for part, codes in pick_codes(later, CODEBOOKS, 130, variation).items():
        assert np.array_equal(codes, whole[part][30:])


def test_codes_of_groups_are_chosen_group_by_group():
    output = WindowOutput({part: RNG.normal(size=(30, 2 * 12)) for part in Part}, {})
    first, second = np.split(output.logits[Part.UPPER], 2, axis=-1)
    codes = pick_codes(output, {}, groups=2)[Part.UPPER]
    assert np.array_equal(codes % 12, first.argmax(-1))
    assert np.array_equal(codes // 12, second.argmax(-1))
    rows = rows_of(codes, 12, 2)
    assert np.array_equal(codes_of(rows, 12), codes)
    varied = pick_codes(output, {}, 0, Variation(1.0, 1), groups=2)[Part.UPPER]
    assert codes.dtype == varied.dtype == np.int16
    wide = pick_codes(WindowOutput({part: RNG.normal(size=(30, 4 * 64)) for part in Part}, {}), {}, groups=4)
    assert wide[Part.UPPER].dtype == np.int32
    assert np.array_equal(codes_of(rows_of(wide[Part.UPPER], 64, 4), 64), wide[Part.UPPER])
    kept = np.stack([likely_scores(group) for group in (first, second)], 1)
    assert np.isfinite(np.take_along_axis(kept, rows_of(varied, 12, 2)[..., None], -1)).all()
    assert (varied != codes).any()
