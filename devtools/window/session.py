"""A Blender with its window on a virtual screen: start it, ask it, move its mouse, photograph it, end it.

A question that gets no answer in time harms no later one: its answer is passed over when it comes. `recover` starts a
Blender anew that answers no more; what it was taught, it knows again.
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from .screen import SIZE as SCREEN
from .screen import Gone, Screen

START_S = 90.0
ANSWER_S = 60.0
END_S = 30.0
START = 'cd /; exec blender -noaudio --window-geometry "$1" "$2" "$3" "$4" --python /mnt/probe.py -- "$5" >>"$6" 2>&1'


class Session:
    """A Blender that runs apart from this computer, without network, with an empty user folder.

    Args:
        root: the folder of `debian`.
        shared: a folder of this computer that Blender sees as /mnt; it is emptied.
        size: width and height of Blender's window, in pixels.
        screen: the screen of a Blender that runs, or ran, whose user folder this one shares; None for a new one.
        left: left edge of Blender's window on the screen, in pixels.
    """

    def __init__(
        self, root: Path, shared: Path, size: tuple[int, int] = (1280, 720), screen: Screen | None = None, left: int = 0
    ):
        self.shared, self.size, self._left, self._owns_screen = shared, size, left, screen is None
        self._lessons: dict[str, str] = {}
        if screen is None:
            shutil.rmtree(shared, ignore_errors=True)
            shared.mkdir(parents=True)
            for name in ("probe.py", "panel_texts.py"):
                shutil.copyfile(Path(__file__).with_name(name), shared / name)
        self.screen = screen or Screen(root, shared)
        self.start()

    def start(self) -> None:
        """Start Blender, the first time or after it has ended, and teach it what it knew."""
        self._socket, other = socket.socketpair()
        self._asked, self._received = 0, b""
        # Blender counts the window's place from the lower edge of the screen.
        geometry = (self._left, SCREEN[1] - self.size[1], *self.size)
        arguments = [str(number) for number in (*geometry, other.fileno())]
        log = f"/mnt/{self._log_name}"
        self._process = self.screen.start(["sh", "-ec", START, "sh", *arguments, log], [other.fileno()])
        other.close()
        try:
            self._number = self.ask("import os\nanswer = os.getpid()", START_S)
            for lesson in self._lessons.values():
                self.ask(lesson, START_S)
        except BaseException:
            self.close()
            raise

    def teach(self, name: str, code: str, limit_s: float = ANSWER_S) -> None:
        """Run code inside Blender now, and again after each later start.

        Args:
            name: of the lesson; a later one of the same name takes its place.
            code: what is run.
            limit_s: as in `ask`.
        """
        self.ask(code, limit_s)
        self._lessons[name] = code

    def recover(self, limit_s: float = ANSWER_S) -> bool:
        """End Blender and start it again where it gives no answer; return whether that was so."""
        try:
            self.ask("answer = 1", limit_s)
            return False
        except Gone:
            self._end()
        self.run("xdotool", "mouseup", "1")
        self.start()
        return True

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *problem) -> None:
        self.close()

    def close(self) -> None:
        """End Blender; and the screen with all that runs on it, if this Blender was the first one there."""
        # Blender ends itself when nobody asks any more.
        self._socket.close()
        if self._owns_screen:
            self.screen.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_S)
        self._process.kill()

    def kill(self) -> None:
        """End Blender as a crash does: it cannot do anything any more."""
        self.ask("answer = 1")
        self._end()

    def _end(self) -> None:
        self.run("sh", "-c", f"kill -9 {self._number}")
        self.has_ended()

    def has_ended(self, limit_s: float = END_S) -> None:
        """Wait until Blender has ended.

        Raises:
            subprocess.TimeoutExpired: it has not ended within the limit.
        """
        self._process.wait(limit_s)
        self._socket.close()

    def ask(self, code: str, limit_s: float = ANSWER_S) -> Any:
        """Run code inside Blender between two events, and return what it assigns to `answer`.

        Raises:
            Gone: Blender has ended, or there is no answer within the limit.
            RuntimeError: the code failed; the message is its traceback.
        """
        self._asked += 1
        self._socket.settimeout(limit_s)
        try:
            self._socket.sendall(json.dumps({"number": self._asked, "code": code}).encode() + b"\n")
            reply = self._reply(time.monotonic() + limit_s)
        except OSError as error:
            raise Gone(f"no answer within {limit_s} s to {code!r} ({error})\n{self._log()}") from error
        if reply is None:
            raise Gone(f"Blender has ended at {code!r}\n{self._log()}")
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply["value"]

    def _reply(self, end: float) -> dict[str, Any] | None:
        """Wait for the reply to the last question, and pass over late ones; None where Blender has ended.

        Raises:
            OSError: there is none in time.
        """
        while True:
            line, newline, rest = self._received.partition(b"\n")
            if newline:
                self._received, reply = rest, json.loads(line)
                if reply["number"] == self._asked:
                    return reply
                continue
            self._socket.settimeout(max(0.001, end - time.monotonic()))
            piece = self._socket.recv(1 << 16)
            if not piece:
                return None
            self._received += piece

    def value(self, expression: str, limit_s: float = ANSWER_S) -> Any:
        """Return the value of an expression inside Blender."""
        return self.ask(f"answer = {expression}", limit_s)

    def until(self, condition: str | Callable[[], Any], limit_s: float = 30.0) -> None:
        """Wait until an expression inside Blender, or a function here, is true.

        Raises:
            AssertionError: it was not true within the limit.
        """
        end = time.monotonic() + limit_s
        while True:
            # Blender answers nothing while it exports or loads, so that one answer may take as long as all may.
            if condition() if callable(condition) else self.value(f"bool({condition})", max(limit_s, ANSWER_S)):
                return
            assert time.monotonic() < end, f"not true within {limit_s} s: {condition}\n{self._log()}"
            time.sleep(0.02)

    def settle(self) -> None:
        """Wait until the window is drawn with everything that has changed."""
        self.ask("forget()")
        for _ in range(4):
            self.ask("answer = 1")

    def run(self, *command: str) -> subprocess.CompletedProcess:
        """Run a program of the folder beside Blender, such as xdotool."""
        return self.screen.run(*command)

    def screenshot(self, name: str) -> Path:
        """Photograph the window; return the path of the picture, NAME.png."""
        width, height = self.size
        done = self.run("import", "-window", "root", "-crop", f"{width}x{height}+0+0", "+repage", f"/mnt/{name}.png")
        assert done.returncode == 0, done.stderr
        return self.shared / f"{name}.png"

    def resize(self, width: int, height: int) -> None:
        """Give Blender's window another size."""
        number = self.run("xdotool", "search", "--onlyvisible", "--class", "blender").stdout.split()[0]
        # It is moved as well: only then Blender learns where on the screen its lower edge is now.
        moves = ("windowmove", number, "1", "1", "windowmove", number, "0", "0")
        self.run("xdotool", "windowsize", number, str(width), str(height), *moves)
        self.until(f"[window().width, window().height] == [{width}, {height}]")
        self.size = width, height

    @property
    def _log_name(self) -> str:
        return "blender.log" if self._owns_screen else "blender_2.log"

    def _log(self) -> str:
        path = self.shared / self._log_name
        return path.read_text(errors="replace")[-3000:] if path.is_file() else ""
