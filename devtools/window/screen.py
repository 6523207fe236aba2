"""A virtual screen apart from this computer, on which Blenders and other programs run and end as they do for users."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .isolation import beside, environ_inside, first_process, inside

SIZE = (1920, 1080)
DISPLAY = ":77"
START_S = 30.0
READY = "screen.ready"
# The first process stays when a Blender ends, since the kernel ends all others with it: also those that a Blender must
# not leave. It ends when its input does, so that nothing outlives a test that was killed.
START = """
mkdir -p /tmp/home /tmp/run /mnt/temporary
Xvfb $DISPLAY -screen 0 $SCREEN -nolisten tcp >/mnt/screen.log 2>&1 &
until xdotool getdisplaygeometry >/dev/null 2>&1; do sleep 0.05; done
: >/mnt/screen.ready
cat >/dev/null
"""


class Gone(Exception):
    """A program under test has ended or answers no more."""


class Screen:
    """A virtual screen, and the programs on it: without network, with an empty home folder.

    Args:
        root: the folder of `debian`.
        shared: a folder of this computer that the programs see as /mnt.
    """

    def __init__(self, root: Path, shared: Path):
        (shared / READY).unlink(missing_ok=True)
        self._process = subprocess.Popen(
            inside(root, ["sh", "-ec", START], shared), env=_environ(), stdin=subprocess.PIPE
        )
        end = time.monotonic() + START_S
        while not (shared / READY).exists():
            if self._process.poll() is not None or time.monotonic() > end:
                self.close()
                raise Gone("The virtual screen did not start")
            time.sleep(0.02)

    def close(self) -> None:
        """End all programs on the screen."""
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()

    def start(self, command: Sequence[str], pass_fds: Sequence[int] = ()) -> subprocess.Popen:
        """Start a program of the folder, which gets open files of this process."""
        return subprocess.Popen(
            self._beside(command), env=_environ(), stdin=subprocess.DEVNULL, pass_fds=pass_fds, start_new_session=True
        )

    def run(self, *command: str) -> subprocess.CompletedProcess:
        """Run a program of the folder, such as xdotool, to its end."""
        return subprocess.run(
            self._beside(command), env=_environ(), capture_output=True, text=True, timeout=60, check=False
        )

    def _beside(self, command: Sequence[str]) -> list[str]:
        first = first_process(self._process.pid)
        if first is None:
            raise Gone("The virtual screen has ended")
        return beside(first, command)


def _environ() -> dict[str, str]:
    return environ_inside() | {
        "DISPLAY": DISPLAY,
        "SCREEN": f"{SIZE[0]}x{SIZE[1]}x24",
        "HOME": "/tmp/home",
        "XDG_RUNTIME_DIR": "/tmp/run",
        "TMPDIR": "/mnt/temporary",
        "BLENDER_USER_RESOURCES": "/tmp/home/blender",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
