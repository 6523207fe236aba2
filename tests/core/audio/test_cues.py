"""What the starter weights hear: accents where speech is loud, pauses, classes of words, lip shapes, chance."""

from itertools import islice

import numpy as np
import pytest

from core.audio.cues import LIP_SHAPES, PHONES, WIDTH, cues
from core.audio.prosody import SPACING_S, TRIGGER_SPACING_S, Accent, Prosody, analyse
from core.clock import FPS, SAMPLE_RATE, frame_count
from core.errors import GestureError
from core.generate.added_chance import ADDED
from core.generate.chance_curves import CHANNELS, FIRST_CHANNELS, FREE, KNOWN, STEP_S, draw_chance
from core.generate.chance_curves import WIDTH as CHANCE
from core.generate.chance_moves import evenly
from core.generate.hand_shapes import HAND_KINDS, SHAPED, redraw_hands
from core.generate.speech_features import CUES_CHANCE, speech_features
from core.generate.window_inputs import window_inputs
from core.text import lexicon
from core.text.timing import Phone, Word

BEATS_S = (1.0, 1.7, 2.4, 5.0, 5.8)
# Values of `lead` of seed 5 at 15 s and at its end, as the first version drew them.
FIRST_LEAD = (0.034592446, 0.94342089)


def speech() -> np.ndarray:
    """Seven seconds of a buzz that swells at BEATS_S and is silent between 3 and 4.5 s."""
    times = np.arange(7 * SAMPLE_RATE) / SAMPLE_RATE
    swell = sum(np.exp(-0.5 * ((times - beat) / 0.06) ** 2) for beat in BEATS_S)
    return (0.4 * (swell + 1e-3) * np.sign(np.sin(2 * np.pi * 130 * times))).astype(np.float32)


def words() -> tuple[Word, ...]:
    spoken = ("the", "never", "house", "goes", "up")
    return tuple(
        Word(
            word, beat - 0.2, beat + 0.2, 1.0, (Phone("M", beat - 0.2, beat - 0.1), Phone("AA", beat - 0.1, beat + 0.2))
        )
        for word, beat in zip(spoken, BEATS_S, strict=True)
    )


def test_accents_are_where_the_voice_swells_and_carry_their_words_class():
    accents = analyse(speech(), words()).accents
    assert [a.time_s for a in accents] == pytest.approx(BEATS_S, abs=0.03)
    assert [a.kind for a in accents] == [None, lexicon.NEGATION, None, None, lexicon.UP]
    assert [a.order for a in accents] == [0, 1, 2, 0, 1]


def test_without_words_there_are_accents_and_a_pause_all_the_same():
    prosody = analyse(speech())
    assert [a.time_s for a in prosody.accents] == pytest.approx(BEATS_S, abs=0.03)
    assert len(prosody.units) == 2
    assert cues(prosody)[:, PHONES].max() == 0


def test_accents_keep_their_distance():
    crowded = tuple(Word("no", 0.3 * i + 0.5, 0.3 * i + 0.7) for i in range(15))
    moments = np.diff([a.time_s for a in analyse(speech(), crowded).accents])
    assert moments.min() >= min(SPACING_S, TRIGGER_SPACING_S)


def test_a_quiet_copy_of_a_recording_has_the_same_cues():
    loud, quiet = (cues(analyse(scale * speech(), words())) for scale in (1.0, 0.1))
    np.testing.assert_allclose(loud, quiet, atol=0.02)


def test_cues_lie_between_nought_and_about_one_and_cover_every_frame():
    seen = cues(analyse(speech(), words()))
    assert seen.shape == (frame_count(len(speech())), WIDTH)
    assert seen.min() >= -1.3
    assert seen.max() <= 1.3


def test_lip_shapes_hold_while_their_phone_sounds():
    seen = cues(analyse(speech(), words()))[:, PHONES]
    closed, open_ = (next(i for i, phones in enumerate(LIP_SHAPES) if p in phones.split()) for p in ("M", "AA"))
    assert seen[round(0.85 * FPS), closed] > 0.9
    assert seen[round(1.05 * FPS), open_] > 0.9
    assert seen[round(3.5 * FPS)].max() == 0


def test_a_seed_gives_a_take_its_own_chance_and_temperature_takes_it_back():
    first, again, other = (draw_chance(900, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 0.2
    np.testing.assert_array_equal(draw_chance(900, 1, temperature=0), draw_chance(900, 2, temperature=0))


@pytest.mark.parametrize("temperature", [0.0, 0.2, 0.5, 0.7, 1.0])
def test_at_every_temperature_hands_lead_as_evenly_so_that_no_take_is_calmer(temperature):
    lead = [draw_chance(18000, seed, (), temperature, ("lead",))[:, 0] for seed in range(8)]
    shares = np.histogram(lead, bins=4, range=(-1, 1))[0] / np.size(lead)
    np.testing.assert_allclose(shares, 0.25, atol=0.05)


@pytest.mark.parametrize("channel", ["up", "look", "vigour", "bow"])
def test_even_chance_covers_the_range_in_every_minute_and_begins_near_the_middle(channel):
    def means(even: bool) -> np.ndarray:
        return np.array([draw_chance(1800, seed, (), 1.0, (channel,), even).mean() for seed in range(40)])

    assert means(even=True).std() < 0.75 * means(even=False).std()
    drawn = [draw_chance(1800, seed, (), 1.0, (channel,), True)[:, 0] for seed in range(40)]
    shares = np.histogram(drawn, bins=4, range=(-1, 1))[0] / np.size(drawn)
    np.testing.assert_allclose(shares, 0.25, atol=0.06)


@pytest.mark.parametrize("name", ["up", "bow"])
def test_four_even_values_lie_in_four_quarters_and_the_first_one_in_an_inner_quarter(name):
    firsts = set()
    for seed in range(20):
        values = list(islice(evenly(np.random.default_rng(seed), seed, name), 12))
        quarters = np.floor(2 * (np.array(values) + 1)).astype(int).reshape(3, 4)
        assert np.array_equal(np.sort(quarters), np.tile(np.arange(4), (3, 1)))
        firsts.add((seed % 2, int(quarters[0, 0])))
    assert len(firsts) == 2
    assert {quarter for _, quarter in firsts} == {1, 2}


def test_weights_get_the_channels_that_they_name_and_older_ones_the_first_twelve():
    every = draw_chance(900, 5, [3.0, 8.0])
    named = ("vigour", "lead", "breath")
    np.testing.assert_array_equal(
        draw_chance(900, 5, [3.0, 8.0], channels=named), every[:, [CHANNELS.index(name) for name in named]]
    )
    first = draw_chance(900, 5, [3.0, 8.0], channels=FIRST_CHANNELS)
    every = draw_chance(900, 5, [3.0, 8.0], channels=KNOWN)
    np.testing.assert_array_equal(first, every[:, :12])
    # bundled weights and stored takes depend on these values
    np.testing.assert_allclose(first[[450, 899], 0], FIRST_LEAD, atol=1e-6)


def test_the_higher_the_temperature_the_further_seeds_stray():
    free = [CHANNELS.index(name) for name in FREE]
    common = draw_chance(1800, 0, (), 0.0)[:, free]
    apart = [
        np.mean([np.abs(draw_chance(1800, seed, (), temperature)[:, free] - common).mean() for seed in range(10)])
        for temperature in (0.1, 0.2, 0.4, 0.8)
    ]
    assert np.all(np.diff(apart) > 0.05)
    assert 0.02 < apart[0] < 0.15


def test_hands_get_shapes_that_differ_where_words_ask_for_none():
    kinds = (None, lexicon.NUMBER, lexicon.QUESTION, None, None, lexicon.SELF, None, lexicon.CONTRAST)
    accents = tuple(Accent(float(time), 0.5, 0.5, kind=kind) for time, kind in enumerate(kinds))
    prosody = Prosody(300, np.zeros(300), (), accents, (), ())
    assert redraw_hands(prosody, 5, 0.0) == prosody
    drawn = [tuple(accent.kind for accent in redraw_hands(prosody, seed).accents) for seed in range(20)]
    assert all(new[1] == lexicon.NUMBER and new[5] == lexicon.SELF for new in drawn)
    assert all(kind in HAND_KINDS for new in drawn for kind, old in zip(new, kinds, strict=True) if old not in SHAPED)
    assert len(set(drawn)) > 15
    assert all(len({new[0], new[2], new[3]}) == 3 for new in drawn)


def test_chance_is_smooth_and_starts_in_the_neutral_pose():
    drawn = draw_chance(1800, 3, channels=FIRST_CHANNELS)
    still = [FIRST_CHANNELS.index(name) for name in ("stance", "left_foot", "right_foot", "lead")]
    assert np.abs(drawn[0, still]).max() < 0.01
    # the largest acceleration of a minimum-jerk move: 5.8 times its way over its time squared
    moves = drawn[:, : FIRST_CHANNELS.index("left_lift")]
    assert np.abs(np.diff(moves, n=2, axis=0)).max() < 5.8 * 2 / STEP_S**2 / FPS**2
    assert np.abs(drawn).max() < 1.3
    added = draw_chance(1800, 3, channels=ADDED)
    assert np.abs(added[0]).max() < 0.01
    assert np.abs(added).max() <= 1.0
    assert np.abs(np.diff(added, axis=0)).max() < 0.25


@pytest.mark.parametrize("names", [("foot", "lift"), ("place", "step")])
def test_a_foot_is_lifted_while_its_place_changes_and_only_then(names):
    drawn = draw_chance(3600, 3, channels=KNOWN)
    for side in ("left", "right"):
        place, lift = (drawn[:, KNOWN.index(f"{side}_{what}")] for what in names)
        moves = np.abs(np.gradient(place)) > 1e-3
        assert moves.any()
        assert lift[~moves].max() < 0.12
        peaks = np.flatnonzero((lift[1:-1] > lift[:-2]) & (lift[1:-1] >= lift[2:])) + 1
        assert len(peaks) >= 3
        np.testing.assert_allclose(lift[peaks], 1, atol=0.03)
    left, right = (drawn[:, KNOWN.index(f"{side}_{names[1]}")] for side in ("left", "right"))
    assert not (left * right).any()


def test_choices_of_the_hands_arrive_on_accents():
    moments = [3.0, 8.0, 12.5, 17.0, 21.0, 26.0]
    lead = draw_chance(900, 4, moments)[:, CHANNELS.index("lead")]
    moving = np.abs(np.diff(lead)) > 1e-4
    ends = np.flatnonzero(moving[:-1] & ~moving[1:]) / FPS
    assert len(ends) >= 3
    assert all(min(abs(end - moment) for moment in moments) < 0.15 for end in ends)


def test_a_window_hears_its_surroundings_and_silence_beyond_the_take():
    heard = speech_features(CUES_CHANCE, speech(), words()).with_chance(CHANNELS, seed=1)
    assert heard.shape == (frame_count(len(speech())), WIDTH + CHANCE)
    vectors = np.zeros((len(heard), 3), np.float32)
    sound, text = window_inputs(heard, vectors, 0, 64, context=32)
    assert sound.shape == (128, WIDTH + CHANCE)
    assert text.shape == (64, 3)
    assert not sound[:32].any()
    np.testing.assert_array_equal(sound[32:], heard[:96])
    late, _ = window_inputs(heard, vectors, len(heard) - 10, 64, context=32)
    np.testing.assert_array_equal(late[:42], heard[-42:])
    assert not late[42:].any()


def test_weights_that_hear_something_unknown_are_refused():
    with pytest.raises(GestureError, match="smell"):
        speech_features("smell", speech(), words())
