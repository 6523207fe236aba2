"""A server with the addresses of the Hugging Face Hub and one repository of weights."""

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from core.model.config import PUBLISHED

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "someone/weights"
BODY_MODEL = "smplx_models/smplx/SMPLX_NEUTRAL_2020.npz"


class Hub(ThreadingHTTPServer):
    """A server with one repository. It breaks the connection after `breaks_after` bytes, `breaks` times."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        random = np.random.default_rng(0)
        self.files = {name: random.bytes(3000 + 100 * number) for number, name in enumerate(PUBLISHED.values())}
        self.files[BODY_MODEL] = b"a body model"
        self.said = {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}
        self.breaks, self.breaks_after = 0, 0
        self.asked: list[tuple[str, str | None]] = []
        self.secrets: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    """The addresses that the Hugging Face Hub has."""

    server: Hub

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        start = self.headers.get("Range")
        self.server.asked.append((self.path, start))
        if secret := self.headers.get("Authorization"):
            self.server.secrets.append(secret)
        resolve = f"/{REPOSITORY}/resolve/{COMMIT}/"
        if self.path.startswith(f"/api/models/{REPOSITORY}/revision/main"):
            self.answer(json.dumps(self.described()).encode(), {"Content-Type": "application/json"})
        elif self.path.startswith(resolve) and (name := self.path.removeprefix(resolve)) in self.server.files:
            content, first = self.server.files[name], int(start[6:-1]) if start else 0
            headers = {"ETag": f'"{self.server.said[name]}"', "X-Repo-Commit": COMMIT}
            if start:
                headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
            self.answer(content[first:], headers, 206 if start else 200)
        else:
            self.send_error(404)

    def answer(self, content: bytes, headers: dict[str, str], status: int = 200):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.server.breaks and "/resolve/" in self.path:
            self.server.breaks -= 1
            content = content[: self.server.breaks_after]
        self.wfile.write(content)

    def described(self):
        files = self.server.files
        siblings = [
            {
                "rfilename": name,
                "size": len(content),
                "blobId": "0" * 40,
                "lfs": {"sha256": self.server.said[name], "size": len(content), "pointerSize": 134},
            }
            for name, content in files.items()
        ]
        return {"id": REPOSITORY, "sha": COMMIT, "siblings": siblings, "cardData": {"license": "cc-by-nc-4.0"}}

    def log_message(self, *arguments):
        """Write nothing."""
