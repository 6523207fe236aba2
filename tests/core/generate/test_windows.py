import numpy as np
import pytest

from core.body.parts import Part
from core.clock import frame_to_sample
from core.errors import Cancelled, GestureError
from core.generate import stretches
from core.generate.decode import IDENTITY_ROT6D, SEEDED_PARTS, decode_take, seed_vector, seeds_after
from core.generate.sample import Variation
from core.generate.steps import Step
from core.generate.stretches import run_in_stretches
from core.generate.window_inputs import PARITY, PRODUCT, Speech, parity_frame_count, window_inputs
from core.generate.window_passes import TakeWindows
from core.generate.windows import TakeInputs, plan_windows, run_takes, run_windows
from core.model.torch_engine.network import TorchNetwork
from core.model.torch_engine.parity import Recorder

from .. import tiny


class Spy(Recorder):
    """Keeps what the network is asked, too."""

    def __init__(self, network):
        super().__init__(network)
        self.sounds, self.words, self.motions, self.masks = [], [], [], []

    def conditions(self, audio, words, speaker):
        self.sounds.append(audio)
        self.words.append(words)
        return self._network.conditions(audio, words, speaker)

    def window(self, conditions, motion, mask):
        self.motions.append(motion)
        self.masks.append(mask)
        return super().window(conditions, motion, mask)


@pytest.mark.parametrize("frames", [*range(1, 200), 1800, 1801, 1863, 1864, 1865])
def test_windows_decide_every_frame_exactly_once(frames):
    plan = plan_windows(0, frames, 64, 4)
    decided = [frame for w in plan for frame in range(w.first, w.stop)]
    assert decided == list(range(frames))
    assert all(w.stop - w.start <= 64 and w.start == 60 * i for i, w in enumerate(plan))


def test_no_frames_is_an_error_with_a_remedy():
    with pytest.raises(GestureError) as error:
        plan_windows(0, 0, 64, 4)
    assert error.value.remedy


def test_the_published_code_leaves_the_end_without_motion():
    assert [parity_frame_count(n) for n in (196, 64, 71, 127, 128)] == [184, 64, 64, 64, 124]


def test_a_window_starts_on_the_exact_clock_and_is_padded_with_silence():
    audio = np.arange(100_000, dtype=np.float32)[:, None]
    sound, words = window_inputs(audio, np.arange(1, 188), 60, 64)
    assert (sound[0, 0], len(sound)) == (frame_to_sample(60), 34133)
    assert (words[0], len(words)) == (61, 64)
    sound, words = window_inputs(audio, np.ones((187, 5)), 180, 64)
    assert len(sound) == 34133
    assert sound[99_999 - frame_to_sample(180), 0] == 99_999
    assert not sound[100_000 - frame_to_sample(180) :].any()
    assert words[:7].all()
    assert not words[7:].any()
    sound, _ = window_inputs(audio, np.ones((187, 5)), 60, 64, PARITY)
    assert (sound[0, 0], len(sound)) == (31980, 34112)


@pytest.mark.parametrize("frames", [1, 3, 17, 64, 65, 101, 131])
def test_a_take_of_any_length_gets_motion_for_all_of_it(frames):
    network = tiny.network()
    codes = run_windows(network, Speech(*tiny.inputs(frames), 1), network.info.neutral)
    assert set(codes) == set(Part)
    assert all(c.shape == (frames,) and c.dtype == np.int16 for c in codes.values())
    motion = decode_take(network, codes, np.zeros(3))
    assert motion.frame_count == frames
    assert np.array_equal(motion.rest_joints, network.info.rest_joints)


@pytest.mark.parametrize("clock", [PRODUCT, PARITY], ids=["product", "parity"])
def test_each_window_is_seeded_with_the_last_frames_of_the_one_before(clock):
    network = Spy(tiny.network(x=0.5))
    run_windows(network, Speech(*tiny.inputs(150), 0), network.info.neutral, clock=clock)
    assert len(network.motions) == 3
    codes = {p: o.logits[p].argmax(-1) for o in network.outputs[:1] for p in Part}
    expected = seed_vector(network, codes, np.array([0.5, 0.1, -0.5]))
    if clock is PARITY:
        assert expected[0, [330, 332]] == pytest.approx([0.5, -0.5])
    seed = expected[-4:]
    if clock is PRODUCT:
        seed[:, [330, 332]] -= seed[0, [330, 332]]
    np.testing.assert_allclose(network.motions[1][:4], seed, atol=1e-6)
    assert np.array_equal(seed[:, 132:150], np.tile(IDENTITY_ROT6D, (4, 3)))
    for motion, mask in zip(network.motions, network.masks, strict=True):
        assert not mask[:4].any()
        assert mask[4:].all()
        assert not motion[4:].any()
    if clock is PRODUCT:
        assert np.array_equal(network.motions[0][0, 330:333], np.array([0, 0.1, 0], np.float32))


def test_cancelled_work_stops_between_windows():
    network = Spy(tiny.network())
    done = []
    step = Step(0.0, 1.0, "", lambda fraction, name: done.append(fraction), lambda: len(done) == 2)
    with pytest.raises(Cancelled):
        run_windows(network, Speech(*tiny.inputs(400), 0), network.info.neutral, step=step)
    assert len(network.outputs) == 2
    assert done == pytest.approx([1 / 7, 2 / 7])


def test_a_short_seed_is_an_error_with_a_remedy():
    network = tiny.network()
    with pytest.raises(GestureError, match="4 are needed"):
        run_windows(network, Speech(*tiny.inputs(30), 0), tiny.neutral(3))


def test_the_same_inputs_give_the_same_codes():
    network = tiny.network()
    first, second = (run_windows(network, Speech(*tiny.inputs(80), 0), network.info.neutral) for _ in range(2))
    assert all(np.array_equal(first[part], second[part]) for part in Part)


@pytest.mark.parametrize(
    ("together", "variation", "clock"),
    [(2, None, PARITY), (32, Variation(0.8, 5), PRODUCT)],
    ids=["two together", "all together, varied"],
)
def test_many_windows_at_once_give_the_codes_of_the_loop(together, variation, clock):
    network = tiny.network(x=0.5)
    speech = Speech(*tiny.inputs(300), 1)
    in_turn = run_windows(network, speech, network.info.neutral, clock=clock, variation=variation)
    network.most_at_once, network.ahead = together, True
    at_once = run_windows(network, speech, network.info.neutral, clock=clock, variation=variation)
    for part in Part:
        assert at_once[part].dtype == in_turn[part].dtype
        assert np.array_equal(at_once[part], in_turn[part])


@pytest.mark.parametrize(("count", "in_step"), [(1, 1), (2, 2), (3, 1)])
def test_stretches_side_by_side_give_the_codes_of_the_loop(monkeypatch, count, in_step):
    network, variation, frames = tiny.network(x=0.5), Variation(0.8, 5), 1100
    network.in_step = in_step
    speech = Speech(*tiny.inputs(frames), 1)
    in_turn = run_windows(network, speech, network.info.neutral, variation=variation)
    monkeypatch.setenv("OMP_NUM_THREADS", str(count))
    monkeypatch.setattr(TorchNetwork, "side_by_side", count)
    made = run_windows(network, speech, network.info.neutral, variation=variation)
    assert all(np.array_equal(made[part], in_turn[part]) for part in Part)


@pytest.mark.parametrize("windows", [1, 7, 33, 100])
@pytest.mark.parametrize("memory", [1, 8, 1000], ids=["never forgets", "forgets slowly", "forgets at once"])
def test_seams_are_made_again_until_they_are_right(monkeypatch, windows, memory):
    starts = [60 * number for number in range(windows)]
    take = TakeWindows(Speech(*tiny.inputs(4), 0), np.full((4, 1), 5000.0), starts, np.zeros(3), None)

    def predicted(network, conditions, seeds, rows, clock):
        after = [seed // memory + row.start for seed, row in zip(seeds, rows, strict=True)]
        return [{part: np.array([seed[0, 0]]) for part in Part} for seed in seeds], np.stack(after)

    monkeypatch.setattr(stretches, "predicted", predicted)
    monkeypatch.setattr(stretches, "conditions_of_rows", lambda *given: {})
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setattr(TorchNetwork, "side_by_side", 3)
    network = tiny.network()
    network.in_step = 2
    done, shown, wanted, seed = [], [], [], 5000.0
    for start in starts:
        wanted.append(seed)
        seed = seed // memory + start
    step = Step(0.0, 1.0, "", lambda fraction, name: done.append(fraction), lambda: False)
    made = run_in_stretches(network, take, PRODUCT, step, lambda codes: shown.append(len(codes)) or len(codes) < 60)
    assert [each[Part.FACE][0] for each in made] == wanted[: len(made)]
    assert len(made) == windows or len(made) == shown[-1] >= 60
    assert 0 < done[0] <= done[-1] <= 1
    assert done == sorted(done)


@pytest.mark.parametrize("ahead", [False, True], ids=["one window of each", "many windows of each"])
def test_takes_of_several_seeds_and_recordings_made_together_are_those_made_alone(ahead):
    network, neutral = tiny.network(), tiny.neutral()
    shared = Speech(*tiny.inputs(150), 1)
    takes = [TakeInputs(shared, neutral, Variation(0.8, seed)) for seed in range(2)]
    takes += [TakeInputs(Speech(*tiny.inputs(70, 5), 0), tiny.neutral(x=0.5)), TakeInputs(shared, neutral)]
    alone = [run_windows(network, take.speech, take.seed_motion, variation=take.variation) for take in takes]
    network.ahead = ahead
    together = run_takes(network, takes)
    assert not np.array_equal(together[0][Part.UPPER], together[1][Part.UPPER])
    for made, wanted in zip(together, alone, strict=True):
        assert all(np.array_equal(made[part], wanted[part]) for part in Part)


def test_what_depends_on_speech_alone_is_computed_once_for_several_seeds():
    network, asked = tiny.network(), []
    conditions_of = network.conditions_of
    network.conditions_of = lambda audio, *rest: asked.append(len(audio)) or conditions_of(audio, *rest)
    speech = Speech(*tiny.inputs(100), 1)
    run_takes(network, [TakeInputs(speech, tiny.neutral(), Variation(0.8, seed)) for seed in range(4)])
    assert asked == [1, 1]


def test_the_seeds_of_many_windows_are_those_of_each_alone():
    network, rng = tiny.network(), np.random.default_rng(0)
    codes = {part: rng.integers(0, network.info.codebook_size, (3, 64)) for part in SEEDED_PARTS}
    channels = {part: network.decode_many(part, values) for part, values in codes.items()}
    together = seeds_after(channels, np.array([[0.5, 0.1, -0.5]] * 3), 4)
    for row, seeds in enumerate(together):
        alone = seed_vector(network, {part: values[row] for part, values in codes.items()}, np.array([0.5, 0.1, -0.5]))
        np.testing.assert_allclose(seeds, alone[-4:], atol=1e-5)


def test_cancelled_work_stops_between_passes():
    network, asked = tiny.network(), []
    network.most_at_once, network.ahead = 4, True
    step = Step(0.0, 1.0, "", lambda fraction, name: None, lambda: bool(asked.append(1)) or len(asked) > 1)
    with pytest.raises(Cancelled):
        run_windows(network, Speech(*tiny.inputs(400), 0), network.info.neutral, step=step)
    assert len(asked) == 2
