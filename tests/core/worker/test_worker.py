"""The worker as a process: requests in, replies out, nothing else; and it never outlives its parent."""

import time
from dataclasses import replace

import numpy as np
import pytest

from core.body.motion import Motion, load_motion, save_motion
from core.body.parts import EXPRESSION_WIDTHS
from core.take.take import write_take
from tests.conftest import ROOT

WEIGHTS = ROOT / "weights" / "starter"
CPU_ENGINE = "NumPy on the processor"
SPEECH = ROOT / "addon" / "assets" / "demo" / "speech.flac"

# A worker whose one slow request prints from Python and from C, counts in small steps and never ends by itself.
NOISY = """
import ctypes, os, sys, time
from core import requests
from core.worker import __main__, tasks

def endless(request, job):
    for step in range(100000):
        print("a library's chatter")
        ctypes.CDLL(None).puts(b"chatter from C")
        os.write(1, b"chatter on descriptor 1")
        assert sys.stdin.read() == ""
        job.progress(step / 100000 % 1, f"step {step}")
        job.check()
        time.sleep(0.02)

tasks.TASK_OF[requests.Finish] = endless
sys.exit(__main__.main())
"""
# A worker that is stuck inside a library call and cannot look whether it was cancelled.
STUCK = """
import sys, time
from core import requests
from core.worker import __main__, tasks

def stuck(request, job):
    job.progress(0.5, "stuck")
    time.sleep(600)

tasks.TASK_OF[requests.Finish] = stuck
sys.exit(__main__.main())
"""
BROKEN = """
import sys
from core import requests
from core.worker import __main__, tasks

def broken(request, job):
    return [][3]

tasks.TASK_OF[requests.Finish] = broken
sys.exit(__main__.main())
"""
SLOW_REQUEST = {"id": 1, "type": "finish", "motion": "a.npz", "out": "b.npz"}


def test_hello_tells_versions_and_devices(worker):
    worker.send({"id": 3, "type": "hello"})
    reply = worker.final(3)
    assert reply["type"] == "result"
    assert reply["protocol"] == 1
    assert "cpu" in reply["devices"]
    assert reply["packages"]["torch"]
    assert reply["engine"] == ("PyTorch on " + reply["device_name"] if "cuda" in reply["devices"] else CPU_ENGINE)
    assert reply["missing"] == []
    assert reply["scan"] in ("steps", "doublings", "own kernel", "mamba-ssm")
    assert reply["notes"] == []


def test_missing_audio_is_an_error_with_a_remedy(worker, tmp_path):
    out = tmp_path / "take"
    worker.send({"id": 1, "type": "generate", "audio": str(tmp_path / "no.wav"), "out": str(out)})
    reply = worker.final(1)
    assert reply["type"] == "error"
    assert "no.wav" in reply["message"]
    assert reply["remedy"]
    assert not out.exists()


def test_missing_weights_are_an_error_with_a_remedy(worker, tmp_path):
    worker.send({"id": 1, "type": "hello", "weights": str(tmp_path)})
    reply = worker.final(1)
    assert reply["type"] == "error"
    assert str(tmp_path) in reply["message"]
    assert "model.json" in reply["remedy"]


def test_a_garbage_line_is_answered_and_the_next_request_still_works(worker):
    worker.send(b"\xff\xfe not json")
    reply = worker.reply()
    assert reply["type"] == "error"
    assert reply["id"] is None
    worker.send({"id": 2, "type": "hello"})
    assert worker.final(2)["type"] == "result"


def test_an_unforeseen_failure_is_a_reply_with_its_traceback(start_worker):
    worker = start_worker(BROKEN)
    worker.send(SLOW_REQUEST)
    reply = worker.final(1)
    assert reply["type"] == "error"
    assert "IndexError" in reply["message"]
    assert "in broken" in reply["detail"]
    worker.send({"id": 2, "type": "hello"})
    assert worker.final(2)["type"] == "result"


def test_finish_reads_and_writes_a_motion(worker, tmp_path):
    rng = np.random.default_rng(0)
    motion = Motion(
        rotations=rng.normal(0, 0.1, (40, 55, 3)),
        translation=np.zeros((40, 3)),
        expression=np.zeros((40, EXPRESSION_WIDTHS["arkit52"])),
    )
    save_motion(motion, tmp_path / "in.npz")
    worker.send({"id": 1, "type": "finish", "motion": str(tmp_path / "in.npz"), "out": str(tmp_path / "out.npz")})
    assert worker.final(1)["type"] == "result"
    finished = load_motion(tmp_path / "out.npz")
    assert np.abs(np.diff(finished.rotations, axis=0)).mean() < np.abs(np.diff(motion.rotations, axis=0)).mean() / 2


def test_chatter_of_libraries_never_reaches_the_replies(start_worker):
    worker = start_worker(NOISY)
    worker.send(SLOW_REQUEST)
    for _ in range(5):
        assert worker.reply()["type"] == "progress"
    worker.send({"id": 2, "type": "cancel"})
    # Every line parses: `reply` would raise on chatter.
    assert worker.final(1)["type"] == "cancelled"
    worker.close()
    worker.process.wait(5)
    written = b"".join(worker.errors)
    assert b"a library's chatter" in written
    assert b"chatter on descriptor 1" in written


def test_cancel_reaches_running_and_waiting_requests_and_the_worker_goes_on(start_worker):
    worker = start_worker(NOISY)
    worker.send(SLOW_REQUEST)
    worker.wait_for_progress(1)
    worker.send({"id": 2, "type": "finish", "motion": "a", "out": "b"})
    worker.send({"id": 3, "type": "cancel"})
    replies = {}
    while len(replies) < 3:
        reply = worker.reply()
        if reply["type"] != "progress":
            replies[reply["id"]] = reply["type"]
    assert replies == {1: "cancelled", 2: "cancelled", 3: "result"}
    worker.send({"id": 4, "type": "hello"})
    assert worker.final(4)["type"] == "result"


def test_cancelling_one_request_leaves_the_next(start_worker):
    worker = start_worker(NOISY)
    worker.send(SLOW_REQUEST)
    worker.wait_for_progress(1)
    worker.send({"id": 2, "type": "hello"})
    worker.send({"id": 3, "type": "cancel", "target": 1})
    assert worker.final(2)["type"] == "result"


def test_shutdown_ends_the_process(worker):
    worker.send({"id": 1, "type": "shutdown"})
    assert worker.final(1)["type"] == "result"
    assert worker.process.wait(5) == 0


def test_it_exits_when_stdin_closes_while_it_waits(worker):
    worker.send({"id": 1, "type": "hello"})
    worker.final(1)
    worker.close()
    assert worker.process.wait(5) == 0


@pytest.mark.parametrize("code", [NOISY, STUCK])
def test_it_exits_when_stdin_closes_during_work(start_worker, code):
    worker = start_worker(code)
    worker.send(SLOW_REQUEST)
    worker.wait_for_progress(1)
    started = time.monotonic()
    worker.close()
    worker.process.wait(10)
    assert time.monotonic() - started < 5


@pytest.fixture
def speech():
    if not (WEIGHTS / "model.json").exists():
        pytest.skip("no starter weights yet")
    return SPEECH


def test_generate_reports_progress_and_the_second_take_finds_the_model_in_memory(worker, speech, tmp_path):
    request = {"type": "generate", "audio": str(speech), "duration_s": 5.0}
    loading_s = []
    for number in (1, 2):
        worker.send({"id": number, **request, "out": str(tmp_path / str(number))})
        fractions, began_s = [], {}
        while (reply := worker.reply())["type"] == "progress":
            fractions.append(reply["fraction"])
            began_s.setdefault(reply["stage"], time.monotonic())
        assert reply["type"] == "result", reply
        assert fractions == sorted(fractions)
        assert len(fractions) > 5
        assert load_motion(tmp_path / str(number) / "motion.npz").frame_count == 150
        times = [*began_s.values(), time.monotonic()]
        loading = list(began_s).index("Loading the weights")
        loading_s.append(times[loading + 1] - times[loading])
    assert loading_s[1] < loading_s[0] / 4


def test_a_warm_worker_gives_the_same_take_as_a_fresh_one_makes_variations_and_mixes_them(
    worker, start_worker, speech, tmp_path
):
    request = {"type": "generate", "audio": str(speech), "duration_s": 5.0, "finish": False}
    for number, seed in enumerate((1, 2, 1)):
        worker.send({"id": number, **request, "seed": seed, "variation": 0.7, "out": str(tmp_path / str(number))})
        reply = worker.final(number)
        assert reply["take"]["settings"]["variation"] == 0.7
        assert reply["take"]["engine"].keys() == {"name", "device", "scan"}
        assert reply["notes"] == []
    fresh = start_worker()
    del request["type"]
    pair = [
        request | {"seed": seed, "variation": 0.7, "out": str(tmp_path / name)}
        for seed, name in ((2, "fresh"), (1, "b"))
    ]
    fresh.send({"id": 1, "type": "generate_many", "takes": pair})
    together = fresh.final(1)["takes"]
    assert [each["take"]["seed"] for each in together] == [2, 1]
    takes = {name: load_motion(tmp_path / name / "motion.npz").rotations for name in ("0", "1", "2", "fresh", "b")}
    assert takes["0"].tobytes() == takes["b"].tobytes()
    assert takes["0"].tobytes() == takes["2"].tobytes()
    assert takes["1"].tobytes() == takes["fresh"].tobytes()
    assert np.abs(takes["0"] - takes["1"]).max() > 0.1
    pick = {"take": str(tmp_path / "1"), "areas": ["upper"]}
    worker.send({"id": 8, "type": "mix", "take": str(tmp_path / "0"), "out": str(tmp_path / "mixed"), "picks": [pick]})
    assert worker.final(8)["take"]["layers"][-1]["from"]["seed"] == 2
    mixed = load_motion(tmp_path / "mixed" / "motion.npz").rotations
    assert mixed[:, 25:].tobytes() == takes["0"][:, 25:].tobytes()
    assert np.abs(mixed - takes["1"])[:, 16:20].max() < 1e-5
    worker.send({"id": 9, "type": "mix", "take": str(tmp_path / "0"), "out": str(tmp_path / "x"), "picks": [{"a": 1}]})
    refused = worker.final(9)
    assert refused["remedy"]
    assert "picks" in refused["message"]


def test_cancel_during_generate_writes_nothing(worker, speech, tmp_path):
    out = tmp_path / "take"
    worker.send({"id": 1, "type": "generate", "audio": str(speech), "out": str(out)})
    worker.wait_for_progress(1)
    worker.send({"id": 2, "type": "cancel", "target": 1})
    assert worker.final(1)["type"] == "cancelled"
    assert list(tmp_path.iterdir()) == []


def test_finish_takes_settings_and_a_skeleton_and_tells_what_it_did(worker, tmp_path):
    from core.body.skeleton import default_rest_joints

    from ..talkers import talker

    save_motion(talker(10, drift_m_s=0.05), tmp_path / "in.npz")
    rest = default_rest_joints() * 1.1
    np.savez(tmp_path / "skeleton.npz", rest_joints=rest)
    request = {"type": "finish", "motion": str(tmp_path / "in.npz"), "skeleton": str(tmp_path / "skeleton.npz")}
    worker.send({"id": 1, **request, "out": str(tmp_path / "out.npz"), "settings": {"root": "stand_still"}})
    reply = worker.final(1)
    assert reply["type"] == "result"
    assert reply["before"]["slide_median_cm_s"] > 4
    assert reply["after"]["slide_mean_cm_s"] < 0.1
    assert np.allclose(load_motion(tmp_path / "out.npz").rest_joints, rest)


@pytest.mark.parametrize("settings", [{"root": "moonwalk"}, {"upper": 2}, {"glue": True}])
def test_finish_refuses_settings_that_it_does_not_know(worker, tmp_path, settings):
    from ..talkers import talker

    save_motion(talker(1), tmp_path / "in.npz")
    worker.send(
        {"id": 1, "type": "finish", "motion": str(tmp_path / "in.npz"), "out": str(tmp_path / "o.npz")}
        | {"settings": settings}
    )
    reply = worker.final(1)
    assert reply["type"] == "error"
    assert reply["remedy"]
    assert not (tmp_path / "o.npz").exists()


def test_a_take_is_directed_and_wrong_levels_are_refused(worker, tmp_path):
    from ..generate.tiny_take import FRAMES, Made

    made = Made("amplitude+onset", 0).take
    write_take(replace(made, info={**made.info, "weights": {"name": "tiny", "sha256": "a" * 64}}), tmp_path / "take")
    request = {"type": "direct", "take": str(tmp_path / "take"), "out": str(tmp_path / "out")}
    worker.send({"id": 1, **request, "levels": {"upper": 7}})
    assert "upper" in worker.final(1)["message"]
    assert not (tmp_path / "out").exists()
    worker.send({"id": 2, **request, "levels": {"upper": 0.5}, "keep": ["left_hand"]})
    reply = worker.final(2)
    assert reply["take"]["direct"]["levels"]["upper"] == 0.5
    assert reply["take"]["direct"]["keep"] == ["left_hand"]
    assert load_motion(tmp_path / "out" / "motion.npz").frame_count == FRAMES


def test_a_body_is_read_from_a_model_file_or_refused(worker, tmp_path):
    from tests.core.smplx_model import write_smplx

    out = tmp_path / "body.npz"
    (tmp_path / "SMPLX_NEUTRAL.pkl").write_bytes(b"\x80\x04N.")
    worker.send({"id": 1, "type": "body", "model": str(tmp_path / "SMPLX_NEUTRAL.pkl"), "out": str(out)})
    assert "pickle" in worker.final(1)["message"]
    write_smplx(tmp_path / "SMPLX_FEMALE.npz")
    given = {"model": str(tmp_path / "SMPLX_FEMALE.npz"), "out": str(out), "betas": [0.5, -1.0]}
    worker.send({"id": 2, "type": "body", **given})
    reply = worker.final(2)
    if reply["type"] == "error":
        # The package is an extra that only users of such files install.
        assert "pip install smplx" in reply["remedy"]
        assert not out.exists()
    else:
        assert (reply["gender"], reply["betas"], reply["expressions"]) == ("female", 2, 100)
        assert out.exists()
