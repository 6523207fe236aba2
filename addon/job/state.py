"""The one job that runs at a time, the worker that does it, and what the panel shows about it."""

import atexit
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import bpy

from ...core import requests
from ...core.errors import GestureError
from ...core.worker import protocol
from ..blender import session_ids, situation
from . import folder, preferences
from .client import WorkerClient
from .interpreter import Interpreter

# From 4.5 on, Blender reads files of Blender 5, which begin in another way; both also save compressed files.
_READS_NEW_HEADERS = (4, 5)
_NEW_HEADER, _COMPRESSED = b"BLENDER17", bytes.fromhex("28b52ffd")


@dataclass
class Job:
    """A request that the worker is working on, or several requests in a row.

    Attributes:
        label: what is being done, as the panel says it: "Generating".
        client: the worker.
        parts: how many requests there are in all.
        part: number of the present request, from 0.
        fraction: how much of all requests is done, 0-1, by the worker's last progress.
        stage: what the worker is doing, in its own words.
        cancelling: whether the user cancelled it.
        ending: whether the user wants it to end early, with what is made.
        pieces: motions of the first frames that the worker has sent and nobody has keyed yet.
        has_pieces: whether there were any.
        outcome: the final reply of the present request; None while the worker works.
    """

    label: str
    client: WorkerClient
    parts: int = 1
    part: int = 0
    fraction: float = 0.0
    stage: str = "Starting the worker"
    cancelling: bool = False
    ending: bool = False
    pieces: list[protocol.Piece] = field(default_factory=list)
    has_pieces: bool = False
    outcome: protocol.Reply | None = None

    def poll(self, timeout_s: float = 0.0) -> None:
        """Read the replies that have arrived, and keep progress and outcome."""
        for reply in self.client.poll(timeout_s):
            if isinstance(reply, protocol.Progress):
                self.fraction, self.stage = (self.part + reply.fraction) / self.parts, reply.stage
            elif isinstance(reply, protocol.Piece):
                self.pieces.append(reply)
                self.has_pieces = True
            else:
                self.outcome = reply

    def go_on(self, task: requests.Task) -> None:
        """Send the next of several requests."""
        self.part, self.outcome = self.part + 1, None
        self.client.submit(task)

    def cancel(self) -> None:
        """Ask the worker to stop; the job has stopped when `outcome` is set."""
        self.cancelling = True
        self.stage = "Stopping"
        self.client.cancel()

    def end(self) -> None:
        """Ask the worker to end early, with what it has made up to now; `outcome` is a result then."""
        self.ending = True
        self.client.end()


class State:
    """The running job, the worker, and the last error and notes; kept until Blender ends, not in the file.

    With an error or notes, the situation in the scene is kept, so that they go when it has changed.

    Attributes:
        job: the running job.
        client: the worker.
        resting: what the operator of the running job needs to go on after a short break; None when it has none.
        is_going_on: whether the next operator goes on with this job now.
    """

    def __init__(self):
        self.job: Job | None = None
        self.client: WorkerClient | None = None
        self.resting: dict[str, Any] | None = None
        self.is_going_on = False
        self._error: GestureError | None = None
        self._notes: list[str] = []
        self._of_error = self._of_notes = _no_situation

    @property
    def error(self) -> GestureError | None:
        """The last error."""
        return self._error

    @error.setter
    def error(self, error: GestureError | None) -> None:
        self._error = error
        if error is not None:
            self._of_error = _is_unchanged(situation.of_error)

    @property
    def notes(self) -> list[str]:
        """The notes of the last operator."""
        return self._notes

    @notes.setter
    def notes(self, notes: list[str]) -> None:
        self._notes = notes
        if notes:
            self._of_notes = _is_unchanged(situation.of_note)

    def refresh(self) -> None:
        """Forget an error or notes whose situation or cause is gone.

        An error that can tell whether its cause is there decides itself.
        """
        if self._error is not None and not (self._error.holds or self._of_error)():
            self._error = None
        if self._notes and not self._of_notes():
            self._notes = []


def _no_situation() -> bool:
    return False


def _is_unchanged(read: Callable[[bpy.types.Scene], tuple]) -> Callable[[], bool]:
    """Return a function that tells whether the situation in the present scene is still the same."""
    number = session_ids.of(bpy.context.scene)
    about = read(bpy.context.scene)

    def holds() -> bool:
        scene = session_ids.find(bpy.data.scenes, number)
        return scene is not None and read(scene) == about

    return holds


current = State()


def shown_error() -> GestureError | None:
    """Return the last error; forget it when its cause is gone, or when it is about what was changed since."""
    current.refresh()
    return current.error


def why_busy() -> str | None:
    """Return which job is running; None when no job is."""
    return f"{current.job.label} is still running" if current.job is not None else None


def why_not_start(context: bpy.types.Context) -> str | None:
    """Return the reason why no request can be sent now; None when one can."""
    if reason := why_busy():
        return reason
    if preferences.runtime(context).interpreter is None:
        return preferences.NO_WORKER
    return None


def start(
    context: bpy.types.Context,
    label: str,
    task: requests.Task,
    parts: int = 1,
    interpreter: Interpreter | None = None,
) -> Job:
    """Send the first of `parts` requests to the worker; start the worker if it is not running.

    Args:
        context: its preferences say which interpreter runs the worker.
        label: what is being done, as the panel says it.
        task: the request.
        parts: how many requests there will be.
        interpreter: another interpreter than that of the preferences, to check it.

    Raises:
        GestureError: another job is running, or the worker cannot be started.
    """
    if reason := why_busy() if interpreter else why_not_start(context):
        raise GestureError(f"{reason}.", remedy="Then try again.", holds=lambda: why_not_start(bpy.context) == reason)
    current.error, current.notes = None, []
    interpreter = interpreter or preferences.runtime(context).interpreter
    if current.client is None or current.client.interpreter != interpreter:
        stop_worker()
        current.client = WorkerClient(interpreter, folder.ROOT, folder.log_file())
    current.client.submit(task)
    current.job = Job(label, current.client, parts)
    return current.job


def stop_worker() -> None:
    """End the worker, if there is one."""
    if current.client is not None:
        current.client.stop()
        current.client = None


@bpy.app.handlers.persistent
def _drop_resting(*_arguments) -> None:
    """End a job during a break of its operator: the file that it is for is closed. Otherwise its operator ends it."""
    if current.resting is not None:
        current.resting = current.job = None
        if current.client is not None:
            current.client.stop(wait=False)


@bpy.app.handlers.persistent
def _clear(*_arguments) -> None:
    """Clear the last error and notes: they are about the file that was open."""
    current.error, current.notes = None, []


@bpy.app.handlers.persistent
def _explain_newer(path: str, *_arguments) -> None:
    """Say what can be done with a file of a newer Blender, which this one takes for no file of Blender's at all."""
    if bpy.app.version >= _READS_NEW_HEADERS:
        return
    try:
        with open(path, "rb") as file:
            start = file.read(len(_NEW_HEADER))
    except (OSError, ValueError):
        return
    if start != _NEW_HEADER and not start.startswith(_COMPRESSED):
        return
    current.error = GestureError(
        f"{os.path.basename(path)} is of Blender 5, or damaged.",
        remedy="Open it in Blender 4.5 and save it there.",
    )
    current.notes = []


def register():
    """Let the worker end together with Blender, and let errors and notes go with the file that they are about."""
    atexit.register(stop_worker)
    bpy.app.handlers.load_pre.append(_drop_resting)
    bpy.app.handlers.load_post.append(_clear)
    bpy.app.handlers.load_post_fail.append(_explain_newer)


def unregister():
    """End the worker, and clear what the panel shows."""
    atexit.unregister(stop_worker)
    bpy.app.handlers.load_pre.remove(_drop_resting)
    bpy.app.handlers.load_post.remove(_clear)
    bpy.app.handlers.load_post_fail.remove(_explain_newer)
    stop_worker()
    current.job = current.resting = None
    _clear()
