"""Long computations stop where they are when their job is cancelled."""

import numpy as np
import pytest

from core.body.motion import Motion
from core.body.parts import Part
from core.errors import Cancelled
from core.finish.chain import finish
from core.generate.decode import decode_take
from core.model import pieces
from core.model.loading import STARTER
from core.model.numpy_engine.network import NumpyNetwork
from core.parallel import at_once
from core.stops import check_stop, stops


def count_of(work) -> int:
    """How often work asks whether to stop, when nobody stops it."""
    asked = []
    with stops(lambda: bool(asked.append(1))):
        work()
    return len(asked)


def stopped_after(work, count: int) -> int:
    """How often work asks when it is stopped after so many times."""
    asked = []
    with stops(lambda: bool(asked.append(1)) or len(asked) > count), pytest.raises(Cancelled):
        work()
    return len(asked)


def test_finishing_asks_often_and_stops_at_once(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    still = Motion(np.zeros((90, 55, 3)), np.zeros((90, 3)), np.zeros((90, 52)))
    assert count_of(lambda: finish(still)) > 100
    assert stopped_after(lambda: finish(still), 20) == 21
    finish(still)  # outside of a job nothing stops it
    check_stop()


def test_decoding_asks_before_every_piece(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(pieces, "PIECE_FRAMES", 30)
    network = NumpyNetwork(STARTER)
    codes = {part: np.zeros(90, np.int16) for part in Part}
    assert stopped_after(lambda: decode_take(network, codes, np.zeros(3)), 4) == 5


def test_every_thread_stops_soon(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    begun = []

    def task() -> None:
        begun.append(1)
        for _ in range(1000):
            check_stop()

    assert stopped_after(lambda: at_once([task] * 20), 100) < 120
    assert len(begun) < 20
