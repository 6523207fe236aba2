"""The worker's server: it reads requests one after another, has them answered, and writes the replies.

Two threads share the work, so that a request can be cancelled while another one runs:

    stdin ─→ reader thread ── cancel ──→ session.cancel          (at once)
                  │
                  └── other requests ──→ queue ─→ main thread ─→ session.reply_to ─→ stdout

When stdin closes, the add-on is gone: the reader stops the running work, and ends the process if the work goes on.
"""

import os
import queue
import sys
import threading
from typing import BinaryIO

from .. import requests
from . import protocol
from .session import Session

# Seconds that running work may take to stop when nobody reads its replies any more.
GRACE_S = 2.0
# The longest request: a transcript of an hour has 100 KB.
MOST_LINE_BYTES = 16 << 20


def take_over_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep stdin and stdout for the protocol alone.

    Whatever a library prints, from Python or from C, goes to stderr; whatever reads stdin finds it empty.

    Returns:
        The binary streams of requests and of replies.
    """
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return incoming, outgoing


class Server:
    """Reads requests from one stream, and writes replies to another.

    Args:
        incoming: requests, one a line.
        outgoing: replies, one a line.
    """

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO):
        self._incoming = incoming
        self._outgoing = outgoing
        self._writing = threading.Lock()
        self._session = Session(self.send)
        self._work: queue.SimpleQueue[protocol.Request | None] = queue.SimpleQueue()
        self._finished = threading.Event()

    def serve(self) -> None:
        """Answer requests until `shutdown`, or until the stream of requests ends."""
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        while (request := self._work.get()) is not None:
            if isinstance(request.task, requests.Shutdown):
                self.send(protocol.Result(request.id))
                break
            self._session.reply_to(request)
        self._finished.set()

    def send(self, reply: protocol.Reply) -> None:
        """Write a reply; any thread may call this."""
        with self._writing:
            try:
                self._outgoing.write(protocol.encode_reply(reply).encode() + b"\n")
                self._outgoing.flush()
            except OSError:
                # The add-on is gone; the reader thread notices this, too, and ends the process.
                self._session.abandon()

    def _read(self) -> None:
        """Read requests until their stream ends; runs in a thread of its own."""
        while line := self._incoming.readline(MOST_LINE_BYTES + 1):
            if len(line) > MOST_LINE_BYTES:
                self._refuse_long(line)
            elif line.strip():
                self._take(line.decode("utf-8", "replace"))
        self._session.abandon()
        self._work.put(None)
        # Work that cannot check whether it is cancelled (a long call into a library) is ended with the process.
        if not self._finished.wait(GRACE_S):
            os._exit(1)

    def _refuse_long(self, line: bytes) -> None:
        """Read on to the end of a line that is too long, and refuse it."""
        while line and not line.endswith(b"\n"):
            line = self._incoming.readline(MOST_LINE_BYTES)
        message = f"Not a request: a line is longer than {MOST_LINE_BYTES >> 20} MB."
        self.send(protocol.Failure(None, message, "Use a shorter transcript."))

    def _take(self, line: str) -> None:
        """Cancel at once; put any other request into the queue; refuse what is no request."""
        try:
            request = protocol.decode_request(line)
        except protocol.ProtocolError as error:
            remedy = "Update the add-on and the worker together."
            self.send(protocol.Failure(error.id, f"Not a request: {error}.", remedy))
            return
        if isinstance(request.task, requests.Cancel):
            stop = self._session.end if request.task.keep else self._session.cancel
            stop(request.task.target)
            self.send(protocol.Result(request.id))
        else:
            self._session.announce(request)
            self._work.put(request)
