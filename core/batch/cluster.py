"""A batch on the machines of a Ray cluster: an existing engine starts the processes, and says when one is lost.

    this program ── lines ──▶ Ray ── Maker, on any machine ── worker process
         ▲                                 │
         └──── reply, or "lost" ◀──────────┴──▶ take and record in the shared folder

Recordings, texts and the folder for the takes must have the same path on all machines (a network drive); this program's
code and the bundled weights are sent to them. The machine that makes a take writes its record, too: so a line whose
machine is lost after the take was written is not made twice. Where it is lost before, another machine makes the take.
"""

import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import GestureError
from ..request_json import from_json, to_json
from ..requests import Generate
from ..worker import protocol
from .outcomes import checks_of
from .processes import POLL_S, ROOT, Job, Lost, Process
from .records import Record, write_record

# Seconds that a cluster may take to start a process on one of its machines.
START_S = 120.0
# What is sent to the machines: all other folders of a checkout stay here.
_SENT = ("core", "weights")


def connect(address: str | None) -> int:
    """Join a cluster, or start one on this computer, and return how many processes it can run side by side.

    Args:
        address: of the cluster; None for the one that RAY_ADDRESS names, else for this computer alone.

    Raises:
        GestureError: Ray is not installed, or there is no such cluster.
    """
    # Ray reports its use to its makers unless it is told not to.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise GestureError(
            "The engine ray needs the package ray.", remedy="Install it with pip install 'ray==2.60.0'."
        ) from error
    left_out = [f"/{path.name}" for path in ROOT.iterdir() if path.name not in _SENT]
    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level="ERROR",
            runtime_env={"working_dir": str(ROOT), "excludes": left_out},
            **({} if address or os.environ.get("RAY_ADDRESS") else {"include_dashboard": False}),
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise GestureError(
            f"The cluster {address or os.environ.get('RAY_ADDRESS', '')} could not be joined.",
            remedy="Check its address with ray status.",
            detail=str(error),
        ) from error
    return max(1, int(ray.cluster_resources().get("CPU", 1)))


class Maker:
    """Makes takes on a machine of the cluster, one or some at a time, in a worker process of its own.

    Args:
        log: the file for what the worker process writes to its log.
    """

    def __init__(self, log: str):
        self._log = Path(log)
        self._process: Process | None = None
        threading.Thread(target=self._watch, daemon=True).start()

    def make(self, jobs: Sequence[tuple[dict[str, Any], str, str]], out: str) -> list[str] | None:
        """Make takes in the same passes of the network, and write their records.

        Args:
            jobs: request, name and inputs of each.
            out: the folder for all takes.

        Returns:
            the worker's final replies as lines; None where each must be made alone.
        """
        if self._process is None or self._process.is_dead:
            self._process = Process(self._log, 1)
        wanted, began = [Job(_request(values), name, inputs) for values, name, inputs in jobs], time.monotonic()
        replies = [self._process.make(wanted[0])] if len(wanted) == 1 else self._process.make_together(wanted)
        if replies is None:
            return None
        each_s = round((time.monotonic() - began) / len(wanted), 2)
        for job, reply in zip(wanted, replies, strict=True):
            if isinstance(reply, protocol.Result):
                write_record(Path(out), job.name, Record(job.inputs, each_s, checks_of(reply)))
        return [protocol.encode_reply(reply) for reply in replies]

    def stop(self) -> None:
        """Stop the take that is being made, and all later ones."""
        if self._process is not None:
            self._process.stop()

    def process_id(self) -> int:
        """Return the number of this process on its machine."""
        return os.getpid()

    def _watch(self) -> None:
        while True:
            time.sleep(POLL_S)
            if self._process is not None:
                self._process.end_if_hung()


class ClusterProcess:
    """A `Maker` somewhere in the cluster, which is used like a `Process`.

    Args:
        out: the folder for all takes.
        number: names the log.

    Raises:
        GestureError: no machine of the cluster has room for it.
    """

    def __init__(self, out: Path, number: int):
        import ray

        self._out = out
        self.is_dead = False
        # One call makes takes while others stop it.
        actor = ray.remote(num_cpus=1, max_concurrency=3)(Maker)
        self._maker = actor.remote(str(out / ".batch" / f"ray_{number}.log"))
        try:
            self.process_id = ray.get(self._maker.process_id.remote(), timeout=START_S)
        except (ray.exceptions.RayError, TimeoutError) as error:
            self.kill()
            raise GestureError(
                "The cluster has no room for another process.", remedy="Check it with ray status.", detail=str(error)
            ) from error

    def make(self, job: Job) -> protocol.Reply | Lost:
        """Make a take, and return the reply that says what became of it; `Lost` where the machine was lost."""
        replies = self.make_together([job])
        assert replies is not None
        return replies[0]

    def make_together(self, jobs: Sequence[Job]) -> Sequence[protocol.Reply | Lost] | None:
        """Make several takes in the same passes of the network on one machine; `Lost` where it was lost.

        Returns:
            the reply for each; None where several were asked for and one failed, so that each must be made alone.
        """
        import ray

        wanted = [(to_json(job.request), job.name, job.inputs) for job in jobs]
        try:
            lines = ray.get(self._maker.make.remote(wanted, str(self._out)))
            return None if lines is None else [protocol.decode_reply(line) for line in lines]
        except ray.exceptions.RayTaskError as error:
            if len(jobs) > 1:
                return None
            cause = error.cause
            if isinstance(cause, GestureError):
                return [protocol.Failure(0, cause.message, cause.remedy)]
            return [protocol.Failure(0, f"The machine that made this take failed: {cause!r}.", "Try again.")]
        except ray.exceptions.RayError:
            self.is_dead = True
            return [Lost()] * len(jobs)

    def stop(self) -> None:
        """Stop the take that is being made, at the next possible moment, and all later ones."""
        self._maker.stop.remote()

    def end_if_hung(self) -> None:
        """Do nothing: the machine watches its worker itself, and Ray watches the machine."""

    def close(self) -> None:
        """End the process."""
        self.kill()

    def kill(self) -> None:
        """End the process at once."""
        import ray

        with suppress(ray.exceptions.RayError):
            ray.kill(self._maker)


def _request(values: dict[str, Any]) -> Generate:
    task = from_json(values)
    assert isinstance(task, Generate)
    return task
