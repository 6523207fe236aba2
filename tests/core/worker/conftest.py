"""A real worker process, spoken to line by line."""

import json
import queue
import subprocess
import sys
import threading

import pytest

from tests.conftest import ROOT


class Worker:
    """The process, with everything it wrote to stdout as JSON."""

    def __init__(self, code: str | None = None):
        command = ["-m", "core.worker"] if code is None else ["-c", code]
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.lines: queue.Queue[bytes] = queue.Queue()
        self.errors: list[bytes] = []
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def send(self, message: dict | bytes):
        line = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def reply(self, timeout_s: float = 60) -> dict:
        return json.loads(self.lines.get(timeout=timeout_s))

    def final(self, number: int | None) -> dict:
        """The reply to a request that is no progress."""
        while True:
            reply = self.reply()
            if reply["id"] == number and reply["type"] != "progress":
                return reply

    def wait_for_progress(self, number: int) -> dict:
        while True:
            reply = self.reply()
            if reply["id"] == number:
                assert reply["type"] == "progress", reply
                return reply

    def close(self):
        self.process.stdin.close()


@pytest.fixture
def start_worker():
    workers = []

    def start(code: str | None = None) -> Worker:
        workers.append(Worker(code))
        return workers[-1]

    yield start
    for worker in workers:
        worker.process.kill()
        worker.process.wait()


@pytest.fixture
def worker(start_worker) -> Worker:
    return start_worker()
