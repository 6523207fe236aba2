"""The add-on and its worker: errors have a remedy, a dead worker starts again, and no worker outlives the add-on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import bpy
import pytest

from ..conftest import ROOT, snapshot

# A worker that replies to a request with progress, and then reads nothing any more.
STUCK = """
import json, sys, time
request = json.loads(sys.stdin.readline())
print(json.dumps({"type": "progress", "id": request["id"], "fraction": 0.5, "stage": "stuck"}), flush=True)
time.sleep(600)
"""
# A worker that dies with its first request.
DYING = """
import sys
sys.stdin.readline()
sys.stderr.write("the last words of a crash")
sys.stderr.flush()
import os
os._exit(7)
"""


@pytest.fixture
def job_state(job_state):
    """The shared fixture; a worker that a test started is ended after the test."""
    yield job_state
    job_state.stop_worker()


@pytest.fixture
def hello(extension):
    from mambatalk_ext.core import requests

    return requests.Hello()


@pytest.fixture
def client_of(extension, tmp_path):
    """Return a function that makes a client of a worker with the given code."""
    from mambatalk_ext.addon.job.client import WorkerClient
    from mambatalk_ext.addon.job.interpreter import Interpreter

    command = (sys.executable, "-m", "core.worker")
    clients = []

    def make(code: str):
        package = tmp_path / "core" / "worker"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__main__.py").write_text(code)
        clients.append(WorkerClient(Interpreter(command), tmp_path, tmp_path / "worker.log"))
        return clients[-1]

    yield make
    for client in clients:
        client.stop()


def final(client, timeout_s: float = 20):
    """Return the reply that ends the open request."""
    from mambatalk_ext.core.worker import protocol

    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        for reply in client.poll(0.05):
            if not isinstance(reply, protocol.Progress):
                return reply
    raise AssertionError("no final reply")


def test_the_worker_of_blenders_own_python_is_found_and_answers(job_state):
    from mambatalk_ext.addon.job import report

    assert bpy.ops.mambatalk.check_worker() == {"FINISHED"}
    assert "Worker ready: NumPy on the processor" in job_state.current.notes[0]
    assert [note for note in job_state.current.notes[1:] if not isinstance(note, report.Detail)] == []
    assert job_state.current.client.alive
    assert job_state.current.job is None


@pytest.mark.any_blender
def test_a_chosen_python_that_is_gone_greys_the_button_and_says_so(job_state, monkeypatch, tmp_path):
    monkeypatch.setenv("MAMBATALK_PYTHON", str(tmp_path / "none"))
    with pytest.raises(RuntimeError, match=r"chosen.*does not exist"):
        bpy.ops.mambatalk.check_worker()


@pytest.mark.any_blender
def test_a_python_without_the_packages_is_an_error_with_a_remedy(job_state, monkeypatch, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    monkeypatch.setenv("MAMBATALK_PYTHON", str(tmp_path / "bare"))
    with pytest.raises(RuntimeError, match=r"numpy.*build\.py setup --torch"):
        bpy.ops.mambatalk.check_worker()
    assert "numpy" in job_state.current.error.message


@pytest.mark.any_blender
def test_a_file_that_is_no_program_is_an_error_with_a_remedy(job_state, monkeypatch, tmp_path):
    (tmp_path / "python").write_text("not a program")
    monkeypatch.setenv("MAMBATALK_PYTHON", str(tmp_path / "python"))
    with pytest.raises(RuntimeError, match=r"could not be started.*build\.py setup"):
        bpy.ops.mambatalk.check_worker()
    assert job_state.current.job is None


@pytest.mark.any_blender
def test_a_worker_that_was_killed_starts_again_with_the_next_request(job_state):
    bpy.ops.mambatalk.check_worker()
    first = job_state.current.client._process
    first.kill()
    first.wait()
    assert bpy.ops.mambatalk.check_worker() == {"FINISHED"}
    assert job_state.current.client._process.pid != first.pid


@pytest.mark.any_blender
def test_a_worker_that_dies_is_an_error_with_the_end_of_its_log(client_of, hello):
    client = client_of(DYING)
    client.submit(hello)
    reply = final(client)
    assert "exit code 7" in reply.message
    assert "the last words of a crash" in reply.detail
    assert not client.alive


@pytest.mark.any_blender
def test_a_worker_that_does_not_react_is_ended_within_a_second_after_a_cancel(client_of, hello):
    from mambatalk_ext.core.worker import protocol

    client = client_of(STUCK)
    client.submit(hello)
    while not client.poll(0.05):
        pass
    started = time.monotonic()
    client.cancel()
    assert isinstance(final(client), protocol.Cancelled)
    assert 0.5 < time.monotonic() - started < 3
    assert not client.alive


@pytest.mark.any_blender
@pytest.mark.skipif(os.name != "posix", reason="only a POSIX system stops a process and lets it go on")
def test_a_stopped_worker_is_ended_says_so_and_the_next_request_works(client_of, hello, monkeypatch):
    from mambatalk_ext.core import requests
    from mambatalk_ext.core.worker import protocol, silence

    monkeypatch.setattr(silence, "SILENT_S", 1.0)
    client = client_of(STUCK)
    client.submit(hello)
    while not client.poll(0.05):
        pass
    os.kill(client._process.pid, signal.SIGSTOP)
    assert "said nothing" in final(client).message
    assert not client.alive
    # A request that no pipe holds does not hold up Blender.
    client_of(STUCK)
    client.submit(hello)
    while not client.poll(0.05):
        pass
    os.kill(client._process.pid, signal.SIGSTOP)
    started = time.monotonic()
    client.submit(requests.Align(Path("a"), Path("b"), transcript_text="word " * 200_000))
    assert time.monotonic() - started < 0.5
    reply = final(client)
    assert isinstance(reply, protocol.Failure)
    assert reply.remedy.startswith("Try again")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="only a POSIX system stops a process and lets it go on")
def test_a_slow_worker_goes_on_and_a_stopped_one_is_ended_after_a_minute(job_state, tmp_path):
    from mambatalk_ext.core import requests
    from mambatalk_ext.core.worker import protocol

    demo = ROOT / "addon" / "assets" / "demo"
    recording = demo / "speech.flac"
    tasks = [requests.Generate(recording, tmp_path / name, duration_s=4.0) for name in "ab"]
    job = job_state.start(bpy.context, "Generating", tasks[0])
    process = job.client._process
    end = time.monotonic() + 600
    # It runs a twentieth of the time, so that it needs minutes.
    while job.outcome is None and time.monotonic() < end:
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(0.95)
        os.kill(process.pid, signal.SIGCONT)
        job.poll(0.05)
    job_state.current.job = None
    assert isinstance(job.outcome, protocol.Result), job.outcome
    job = job_state.start(bpy.context, "Generating", tasks[1])
    while not job.fraction:
        job.poll(0.05)
    os.kill(process.pid, signal.SIGSTOP)
    stopped = time.monotonic()
    while job.outcome is None:
        job.poll(0.2)
    job_state.current.job = None
    assert 59 < time.monotonic() - stopped < 65
    assert "said nothing for 60 s" in job.outcome.message


@pytest.mark.any_blender
def test_replies_of_a_dead_worker_do_not_reach_the_next_request(client_of, hello):
    from mambatalk_ext.core.worker import protocol

    client = client_of(DYING)
    client.submit(hello)
    final(client)
    client_of(STUCK)
    client.submit(hello)
    replies = []
    while not replies:
        replies = client.poll(0.05)
    assert isinstance(replies[0], protocol.Progress)


def test_unregistering_ends_the_worker(extension, job_state):
    bpy.ops.mambatalk.check_worker()
    process = job_state.current.client._process
    extension.unregister()
    try:
        assert process.poll() is not None
    finally:
        extension.register()


@pytest.mark.any_blender
def test_unregistering_waits_for_a_worker_that_was_stopped_before(client_of, hello):
    """Blender ends an operator without waiting; files of the extension can be deleted only when the process is gone."""
    client = client_of(STUCK)
    client.submit(hello)
    while not client.poll(0.05):
        pass
    process = client._process
    client.stop(wait=False)
    assert process.poll() is None
    client.stop()
    assert process.poll() is not None


def test_polling_returns_at_once_while_the_worker_works(client_of, hello):
    client = client_of(STUCK)
    client.submit(hello)
    started = time.monotonic()
    for _ in range(100):
        client.poll()
    assert time.monotonic() - started < 0.1


@pytest.fixture
def ready(scene, character, recording, job_state, weights, tmp_path):
    """A scene in which only Generate has to be pressed."""
    scene.mambatalk.audio_file = str(recording)
    scene.mambatalk.transcript_source = "NONE"
    return scene


@pytest.mark.any_blender
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"audio_file": ""}, "Choose a recording"),
        ({"audio_file": "/no/such.wav"}, r"There is no recording .*such\.wav"),
        ({"audio_source": "STRIP"}, "Choose a sound strip"),
        ({"audio_source": "STRIP", "audio_strip": "gone"}, "no sound strip"),
        ({"transcript_source": "FILE", "transcript_file": "/no/such.txt"}, r"such\.txt"),
    ],
)
def test_a_missing_input_is_named_and_the_scene_stays(ready, change, reason, tmp_path):
    for name, value in change.items():
        setattr(ready.mambatalk, name, value)
    before = snapshot()
    with pytest.raises(RuntimeError, match=reason):
        bpy.ops.mambatalk.generate(folder=str(tmp_path / "take"))
    assert snapshot() == before
    assert not (tmp_path / "take").exists()


@pytest.mark.any_blender
def test_missing_weights_are_named(ready, monkeypatch, tmp_path):
    monkeypatch.setenv("MAMBATALK_WEIGHTS", str(tmp_path / "none"))
    with pytest.raises(RuntimeError, match="no weights"):
        bpy.ops.mambatalk.generate()
