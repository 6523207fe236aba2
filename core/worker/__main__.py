"""`python -m core.worker`: JSON lines on stdin and stdout, everything else on stderr."""

import os
import queue
import sys
import threading
from typing import BinaryIO

from . import protocol
from .session import Session

# How long running work may take to notice that nobody listens any more.
GRACE_S = 2.0


def take_over_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep stdin and stdout for the protocol alone.

    Whatever a library prints, from Python or from C, goes to stderr; whatever reads stdin finds it empty.

    Returns:
        the binary streams of requests and of replies.
    """
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return requests, replies


def main() -> int:
    """Serve requests until `shutdown` or until stdin closes."""
    # Before PyTorch loads: its threads would otherwise spin while they wait, which on a computer that is busy
    # with something else (Blender drawing) makes everything many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    requests, replies = take_over_streams()
    writing = threading.Lock()

    def send(reply: protocol.Reply) -> None:
        with writing:
            try:
                replies.write(protocol.encode_reply(reply).encode() + b"\n")
                replies.flush()
            except (BrokenPipeError, ConnectionError, OSError):
                # The parent is gone; the reader sees the same and ends the process.
                session.abandon()

    session = Session(send)
    work: queue.SimpleQueue[protocol.Request | None] = queue.SimpleQueue()
    finished = threading.Event()

    def read() -> None:
        for line in requests:
            if not line.strip():
                continue
            try:
                request = protocol.decode_request(line.decode("utf-8", "replace"))
            except protocol.ProtocolError as error:
                send(protocol.Failure(None, f"Not a request: {error}.", "Update the add-on and the worker together."))
                continue
            if isinstance(request.task, protocol.Cancel):
                session.cancel(request.task.target)
                send(protocol.Result(request.id))
            else:
                session.announce(request)
                work.put(request)
        session.abandon()
        work.put(None)
        # Work that does not come to its next check in time (a long library call) is cut off.
        if not finished.wait(GRACE_S):
            os._exit(1)

    threading.Thread(target=read, name="requests", daemon=True).start()
    while (request := work.get()) is not None:
        if isinstance(request.task, protocol.Shutdown):
            send(protocol.Result(request.id))
            break
        session.handle(request)
    finished.set()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    # The reader thread still waits for stdin; an orderly interpreter exit would wait for it, or crash on its lock.
    os._exit(status)
