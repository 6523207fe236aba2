"""What the worker does for each request; the model stays warm between them."""

import importlib.metadata
import platform
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import Cancelled, GestureError
from . import protocol
from .models import Models, read_model_json

if TYPE_CHECKING:
    from ..generate.recordings import Recordings
    from ..take.take import Take

PACKAGES = ("torch", "numpy", "scipy", "librosa", "soundfile", "pocketsphinx")
# Progress closer together than this is not sent.
PROGRESS_STEP = 0.002


class Session:
    """Answers requests one at a time; `cancel` may be called from another thread meanwhile.

    Args:
        send: takes each reply; safe to call from several threads.
    """

    def __init__(self, send: Callable[[protocol.Reply], None]):
        self._send = send
        self._models: Models | None = None
        self._recordings: Recordings | None = None
        self._lock = threading.Lock()
        self._cancelled: set[int] = set()
        self._waiting: set[int] = set()
        self._abandoned = threading.Event()

    def announce(self, request: protocol.Request) -> None:
        """Note a request as soon as it arrives, so that it can be cancelled before its turn."""
        with self._lock:
            self._waiting.add(request.id)

    def cancel(self, target: int | None) -> None:
        """Stop the request `target`, or all that are known, at the next possible moment."""
        with self._lock:
            self._cancelled |= self._waiting if target is None else self._waiting & {target}

    def abandon(self) -> None:
        """Stop everything: nobody is listening any more."""
        self._abandoned.set()

    def handle(self, request: protocol.Request) -> None:
        """Do one request; whatever happens becomes exactly one final reply."""
        try:
            self._send(self._answer(request))
        finally:
            with self._lock:
                self._waiting.discard(request.id)
                self._cancelled.discard(request.id)

    def _answer(self, request: protocol.Request) -> protocol.Reply:
        try:
            if self._is_cancelled(request.id):
                raise Cancelled
            values = _HANDLERS[type(request.task)](self, request.task, request.id)
            return protocol.Result(request.id, values)
        except Cancelled:
            return protocol.Cancelled(request.id)
        except GestureError as error:
            return protocol.Failure(request.id, error.message, error.remedy, error.detail)
        except MemoryError:
            return protocol.Failure(
                request.id,
                "There is not enough memory.",
                "Use a shorter recording or close other programs.",
                traceback.format_exc(),
            )
        except ModuleNotFoundError as error:
            return protocol.Failure(
                request.id,
                f"The worker's Python has no module {error.name}.",
                "Run `python build.py setup` again, or choose another Worker Python in the preferences.",
                traceback.format_exc(),
            )
        # The one place where an unforeseen failure becomes a message: the animator's scene must not depend on it.
        except Exception as error:
            return protocol.Failure(
                request.id,
                f"The worker failed unexpectedly: {type(error).__name__}: {error}",
                "Please report this with the log file's text.",
                traceback.format_exc(),
            )

    def _is_cancelled(self, number: int) -> bool:
        return self._abandoned.is_set() or number in self._cancelled

    def _reporter(self, number: int) -> Callable[[float, str], None]:
        last = (-1.0, "")

        def report(fraction: float, stage: str) -> None:
            nonlocal last
            if stage != last[1] or abs(fraction - last[0]) >= PROGRESS_STEP:
                last = (fraction, stage)
                self._send(protocol.Progress(number, round(float(fraction), 4), stage))

        return report

    def _hello(self, task: protocol.Hello, number: int) -> dict:
        import torch

        return {
            "protocol": protocol.VERSION,
            "python": platform.python_version(),
            "packages": {name: _version(name) for name in PACKAGES},
            "devices": ["cpu"] + (["cuda"] if torch.cuda.is_available() else []),
            "device_name": torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor() or "CPU",
            "weights": None if task.weights is None else read_model_json(Path(task.weights)),
        }

    def _align(self, task: protocol.Align, number: int) -> dict:
        from ..audio.load import load_audio
        from ..text.align import align
        from ..text.timing import save_words
        from ..text.transcript import parse_transcript, read_transcript

        report = self._reporter(number)
        report(0.0, "Reading the recording")
        audio = load_audio(Path(task.audio))
        if task.transcript_text is not None:
            transcript = parse_transcript(task.transcript_text)
        elif task.transcript is not None:
            transcript = read_transcript(Path(task.transcript))
        else:
            raise GestureError("There is no transcript to align.", "Choose a transcript.")
        alignment = align(
            audio.samples,
            transcript,
            progress=lambda fraction: report(fraction, "Aligning the words"),
            cancelled=lambda: self._is_cancelled(number),
        )
        save_words(alignment.words, Path(task.out))
        return {"words": task.out, "score": round(float(alignment.score), 3)}

    def _generate(self, task: protocol.Generate, number: int) -> dict:
        from ..generate.pipeline import GenerateRequest, generate

        out = Path(task.out)
        request = GenerateRequest(
            audio=Path(task.audio),
            out=out,
            transcript=None if task.transcript is None else Path(task.transcript),
            transcript_text=task.transcript_text,
            weights=None if task.weights is None else Path(task.weights),
            speaker=task.speaker,
            seed=task.seed,
            variation=task.variation,
            device=task.device,
            finish=task.finish,
            without_words_if_mismatch=task.allow_no_words,
            offset_s=task.offset_s,
            duration_s=task.duration_s,
            skeleton=None if task.skeleton is None else Path(task.skeleton),
        )
        take = generate(
            request,
            progress=self._reporter(number),
            cancelled=lambda: self._is_cancelled(number),
            **self._warm(),
        )
        return _take_made(take, out)

    def _resample(self, task: protocol.Resample, number: int) -> dict:
        from ..finish.settings import FinishSettings
        from ..generate.regenerate import ResampleRequest, resample

        out = Path(task.out)
        request = ResampleRequest(
            take=Path(task.take),
            out=out,
            areas=tuple(task.areas),
            start=task.start,
            end=task.end,
            seed=task.seed,
            variation=task.variation,
            margin=task.margin,
            finish=task.finish,
            finish_settings=FinishSettings.from_dict(task.settings) if task.settings else None,
            weights=None if task.weights is None else Path(task.weights),
            audio=None if task.audio is None else Path(task.audio),
            device=task.device,
        )
        take = resample(
            request,
            progress=self._reporter(number),
            cancelled=lambda: self._is_cancelled(number),
            **self._warm(),
        )
        return _take_made(take, out)

    def _mix(self, task: protocol.Mix, number: int) -> dict:
        from ..finish.settings import FinishSettings
        from ..generate.mix import Pick
        from ..generate.regenerate import MixRequest, mix

        out = Path(task.out)
        request = MixRequest(
            take=Path(task.take),
            out=out,
            picks=tuple(Pick.from_dict(values) for values in task.picks),
            margin=task.margin,
            finish=task.finish,
            finish_settings=FinishSettings.from_dict(task.settings) if task.settings else None,
        )
        take = mix(request, progress=self._reporter(number), cancelled=lambda: self._is_cancelled(number))
        return _take_made(take, out)

    def _warm(self) -> dict:
        """What is kept from take to take."""
        from ..generate.recordings import Recordings

        if self._models is None:
            self._models, self._recordings = Models(), Recordings()
        return {"models": self._models, "recordings": self._recordings}

    def _finish(self, task: protocol.Finish, number: int) -> dict:
        from ..body.motion import load_motion, save_motion
        from ..finish.chain import finish
        from ..finish.report import measure
        from ..finish.settings import FinishSettings
        from ..finish.skeletons import on_skeleton, skeleton_of_file, with_skeleton

        self._reporter(number)(0.0, "Finishing")
        settings = FinishSettings.from_dict(task.settings)
        motion = with_skeleton(load_motion(Path(task.motion)), settings.floor_m)
        if task.skeleton is not None:
            motion = on_skeleton(motion, skeleton_of_file(Path(task.skeleton)))
        finished = finish(motion, settings)
        if self._is_cancelled(number):
            raise Cancelled
        save_motion(finished, Path(task.out))
        return {"motion": task.out, "before": measure(motion).as_dict(), "after": measure(finished).as_dict()}

    def _body(self, task: protocol.Body, number: int) -> dict:
        from ..smplx.body import save_body
        from ..smplx.package import read_smplx_body

        report = self._reporter(number)

        def progress(fraction: float, stage: str) -> None:
            if self._is_cancelled(number):
                raise Cancelled
            report(fraction, stage)

        body = read_smplx_body(Path(task.model), np.array(task.betas, np.float64), progress)
        progress(0.9, "Writing the body")
        save_body(body, Path(task.out))
        used = min(len(task.betas), len(body.betas))
        return {"body": task.out, "betas": used, "gender": body.gender, "expressions": len(body.expressions)}


_HANDLERS: dict[type, Callable[[Session, Any, int], dict]] = {
    protocol.Hello: Session._hello,
    protocol.Align: Session._align,
    protocol.Generate: Session._generate,
    protocol.Resample: Session._resample,
    protocol.Mix: Session._mix,
    protocol.Finish: Session._finish,
    protocol.Body: Session._body,
}


def _take_made(take: "Take", folder: Path) -> dict:
    """What is replied about a take that was written."""
    from ..finish.report import measure
    from ..take.take import describe

    reports = {"before": measure(take.raw).as_dict(), "after": measure(take.finished).as_dict()}
    return {"folder": str(folder), "take": describe(take), **reports}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
