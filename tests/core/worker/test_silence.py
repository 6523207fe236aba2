"""A process that hangs is told from one that is slow, and from a computer that sleeps."""

import subprocess
import sys
import time

import pytest

from core.worker import progress
from core.worker.progress import Reporter, signs_of_life
from core.worker.silence import SILENT_S, STARTING_S, Silence
from tests.conftest import ROOT


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def looks(silence, clock, count, step_s):
    """Look that many times, and return the number of the first look that finds it too long."""
    for number in range(1, count + 1):
        clock.now += step_s
        if silence.is_too_long():
            return number
    return None


def test_a_minute_without_a_word_is_too_long_and_a_start_may_take_two():
    clock = Clock()
    silence = Silence(clock)
    assert looks(silence, clock, 1000, 0.5) == 2 * STARTING_S + 1
    silence.heard()
    assert looks(silence, clock, 1000, 0.5) == 2 * SILENT_S + 1


def test_a_process_that_is_heard_now_and_then_is_never_silent():
    clock = Clock()
    silence = Silence(clock)
    for _ in range(100):
        silence.heard()
        assert looks(silence, clock, 100, 0.5) is None


def test_a_night_in_which_nobody_looked_counts_a_second():
    clock = Clock()
    silence = Silence(clock)
    silence.heard()
    assert looks(silence, clock, int(SILENT_S), 8 * 3600) is None


@pytest.fixture
def sent(monkeypatch):
    monkeypatch.setattr(progress, "EVERY_S", 0.05)
    return []


def test_a_long_step_that_computes_repeats_the_last_report(sent):
    reporter = Reporter(sent.append, 7)
    with signs_of_life(reporter, lambda: None):
        reporter(0.5, "Aligning the words")
        end = time.process_time() + 0.3
        while time.process_time() < end:
            pass
    assert len(sent) > 2
    assert {(each.id, each.fraction, each.stage) for each in sent} == {(7, 0.5, "Aligning the words")}
    count = len(sent)
    time.sleep(0.1)
    assert len(sent) == count


WAITING = """
import time
from core.worker import progress
progress.EVERY_S = 0.5
sent = []
reporter = progress.Reporter(sent.append, 7)
with progress.signs_of_life(reporter, lambda: None):
    reporter(0.5, "Aligning the words")
    time.sleep(1.6)
print(len(sent))
"""


def test_a_step_that_waits_for_ever_gives_no_sign_of_life():
    # In a process of its own, because threads of earlier tests compute, too.
    done = subprocess.run([sys.executable, "-c", WAITING], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"]


LOOPING = """
from core.worker import progress, tasks
from core.worker.server import Server, take_over_streams
progress.EVERY_S, progress.SILENT_S = 0.1, {limit_s}

def step(request, job):
    job.progress(0.5, "Looping")
    while {goes_on}:
        {shows}
    return {{}}

tasks.TASK_OF[tasks.requests.Hello] = step
Server(*take_over_streams()).serve()
"""
HELLO = {"id": 7, "type": "hello"}


def test_a_step_that_never_ends_is_ended_says_so_and_ends_the_worker(start_worker):
    worker = start_worker(LOOPING.format(limit_s=0.5, goes_on="True", shows="pass"))
    worker.send(HELLO)
    reply = worker.final(7)
    assert reply["type"] == "error"
    assert "said nothing" in reply["message"]
    assert "new worker" in reply["remedy"]
    assert worker.process.wait(10) == 1


def test_a_step_that_takes_long_but_shows_that_it_goes_on_is_not_ended(start_worker):
    goes_on = "__import__('time').process_time() < began + 0.8"
    code = "import time; began = time.process_time()" + LOOPING.format(
        limit_s=0.2, goes_on=goes_on, shows="job.check()"
    )
    worker = start_worker(code)
    worker.send(HELLO)
    assert worker.final(7)["type"] == "result"
    worker.send({"id": 8, "type": "shutdown"})
    assert worker.process.wait(10) == 0


def test_a_slow_step_on_a_busy_computer_is_not_ended(sent):
    reporter = Reporter(sent.append, 7)
    ended = []
    with signs_of_life(reporter, lambda: ended.append(True)):
        # It computes a hundredth of the time, so that a minute of computing takes hours.
        assert not reporter.note_work(SILENT_S - 1)
        time.sleep(0.2)
    assert not ended
    assert reporter.note_work(2)
