"""Passes that stay on the device give the codes of the loop; a stand-in on the processor records them."""

import numpy as np
import pytest
import torch

from core.body.parts import Part
from core.generate.sample import Variation
from core.generate.window_inputs import PARITY, PRODUCT, Speech
from core.generate.windows import TakeInputs, run_takes, run_windows

from .. import tiny


def recorder(count: list[int]):
    """Record nothing: repeat the work by plain calls, and count the passes."""

    def record(work):
        def run():
            count.append(1)
            work()

        return run

    return record


@pytest.mark.parametrize("clock", [PRODUCT, PARITY], ids=["product", "parity"])
def test_resident_passes_give_the_codes_of_the_loop(clock):
    network, count = tiny.network(x=0.5), []
    takes = [TakeInputs(Speech(*tiny.inputs(frames, frames), 1), network.info.neutral) for frames in (300, 70)]
    alone = [run_windows(network, take.speech, take.seed_motion, clock=clock) for take in takes]
    network.ahead, network.record = True, recorder(count)
    together = run_takes(network, takes, clock=clock)
    assert 2 <= len(count) <= 8  # 5 windows and 2
    for made, wanted in zip(together, alone, strict=True):
        for part in Part:
            assert made[part].dtype == wanted[part].dtype
            assert np.array_equal(made[part], wanted[part])


def test_a_pass_that_cannot_be_recorded_is_made_by_plain_calls(caplog):
    def broken(work):
        raise RuntimeError("operation not permitted when stream is capturing")

    network, speech = tiny.network(), Speech(*tiny.inputs(200), 0)
    wanted = run_windows(network, speech, network.info.neutral)
    network.ahead, network.record = True, broken
    made = run_windows(network, speech, network.info.neutral)
    assert "not recorded on this card" in caplog.text
    assert all(np.array_equal(made[part], wanted[part]) for part in Part)


def test_a_full_card_gets_fewer_windows_and_varied_takes_choose_their_codes_as_before():
    def full(work):
        raise torch.OutOfMemoryError("CUDA out of memory")

    network, speech = tiny.network(), Speech(*tiny.inputs(200), 0)
    varied = Variation(0.8, 5)
    wanted = [run_windows(network, speech, network.info.neutral, variation=each) for each in (None, varied)]
    network.ahead, network.record, network.most_at_once = True, full, 4
    made = [run_windows(network, speech, network.info.neutral, variation=each) for each in (None, varied)]
    assert network.most_at_once < 4
    for ours, theirs in zip(made, wanted, strict=True):
        assert all(np.array_equal(ours[part], theirs[part]) for part in Part)
