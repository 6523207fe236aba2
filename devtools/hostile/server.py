"""A server of weights that lies: it answers for ever, sends too much, sends nothing, or sends readers elsewhere."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core.model.config import PUBLISHED

# How long the slow answers last, seconds: longer than any trial.
_SLOW_S = 600.0
OWNER = "hostile"
NAMES = tuple(PUBLISHED.values())


def _answer(**changes: Any) -> bytes:
    files = [{"rfilename": name, "size": 9, "lfs": {"size": 9, "sha256": "0" * 64}} for name in NAMES]
    return json.dumps({"sha": "c0ffee", "siblings": files, "cardData": {"license": "x"}} | changes).encode()


def _sized(size: Any, sha256: str = "") -> bytes:
    return _answer(
        siblings=[{"rfilename": name, "size": size, "lfs": {"size": size, "sha256": sha256}} for name in NAMES]
    )


_CODES = (204, 304, 401, 403, 404, 418, 429, 451, 500, 503, 599)


# What the server says about a repository, by its name.
ANSWERS: dict[str, bytes] = {
    "empty": b"",
    "text": b"<html>not here</html>",
    "deep": b"[" * 100_000,
    "number": b"5",
    "null": b"null",
    "list": b"[]",
    "no_files": _answer(siblings=[]),
    "files_text": _answer(siblings="many"),
    "files_null": _answer(siblings=[None]),
    "no_commit": json.dumps({"siblings": []}).encode(),
    "card_text": _answer(cardData="x"),
    "size_negative": _sized(-9),
    "size_text": _sized("9"),
    "size_nan": _sized(9).replace(b'"size": 9', b'"size": NaN'),
    "size_huge": _sized(2**60),
    "size_beyond": _sized(10**400),
    "commit_above": _answer(sha="../../../../etc"),
    "licence_lines": _answer(cardData={"license": "x\n\x1b[31mred\x1b[0m" * 2000}),
    "longer": _sized(9),
    "shorter": _sized(9_000),
    "wrong_hash": _sized(9, "0" * 64),
    "elsewhere": _sized(9),
    "slow_file": _sized(90_000),
    "code_500": _sized(9),
    "range_ignored": _sized(9),
    "code_206": _sized(9),
}
# Those whose answer itself never ends, or comes a byte at a time.
ENDLESS, SLOW, SILENT, REDIRECT, MANY = "endless", "slow", "silent", "redirect", "many_redirects"
# Those that break the rules of the protocol, or refuse.
_OWN_BYTES = {
    "closes": b"",
    "old": b"hello\n",
    "no_status": b"HTTP/1.1 many\r\n\r\n",
    "length_negative": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
    "length_text": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
    "length_more": b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{}",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
    "chunk_text": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\n{}",
    "headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5000 + b"\r\n{}",
    "header_long": b"HTTP/1.1 200 OK\r\nA: " + b"x" * 900_000 + b"\r\n\r\n{}",
    "elsewhere_ftp": b"HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/x\r\n\r\n",
    "elsewhere_none": b"HTTP/1.1 302 Found\r\n\r\n",
    "packed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08",
    **{f"says_{code}": b"HTTP/1.1 %d No\r\nRetry-After: 9999999999\r\n\r\nno" % code for code in _CODES},
}
REPOSITORIES = (*ANSWERS, ENDLESS, SLOW, SILENT, REDIRECT, MANY, *_OWN_BYTES)


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        with suppress(OSError):
            parts = self.path.split("/")
            if len(parts) > 4 and parts[1] == "api":
                self._describe(parts[4])
            elif len(parts) > 2:
                self._send_file(parts[2])

    def _describe(self, name: str) -> None:
        if name == SILENT:
            time.sleep(_SLOW_S)
        if name in _OWN_BYTES:
            self.wfile.write(_OWN_BYTES[name])
            self.close_connection = True
            return
        if name in (REDIRECT, MANY):
            self._redirect("file:///etc/passwd" if name == REDIRECT else self.path)
        elif name == ENDLESS:
            self._drip(b'{"sha": "' + b"x" * 65_536, 0.0)
        elif name == SLOW:
            self._drip(b" ", 1.0)
        else:
            self._whole(ANSWERS.get(name, b""))

    def _send_file(self, name: str) -> None:
        if name == "longer":
            self._drip(b"x" * 65_536, 0.0)
        elif name == "shorter":
            self._whole(b"x" * 90)
        elif name == "elsewhere":
            self._redirect("file:///etc/passwd")
        elif name == "slow_file":
            self._drip(b"x", 1.0)
        elif name == "code_500":
            self.send_error(500)
        else:
            self._whole(b"123456789", 206 if name == "code_206" else 200)

    def _redirect(self, place: str) -> None:
        self.send_response(302)
        self.send_header("Location", place)
        self.end_headers()

    def _whole(self, content: bytes, code: int = 200) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _drip(self, content: bytes, every_s: float) -> None:
        self.send_response(200)
        self.end_headers()
        until = time.monotonic() + _SLOW_S
        while time.monotonic() < until:
            self.wfile.write(content)
            time.sleep(every_s)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    address_family = socket.AF_INET


@contextmanager
def serving() -> Iterator[str]:
    """Serve on this computer while the block runs; gives the server's address."""
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
