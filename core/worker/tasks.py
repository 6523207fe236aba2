"""The tasks of the worker: one function for each type of request, which returns the answer."""

import importlib.metadata
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import requests
from ..errors import Cancelled, GestureError
from ..model.loading import STARTER, read_model_json
from . import modules, protocol

if TYPE_CHECKING:
    from ..generate.recordings import Recordings
    from ..model.loading import Models
    from ..take.take import Take


class Kept:
    """What stays in memory from request to request, made when the first request needs it."""

    @cached_property
    def models(self) -> "Models":
        """The model that was used last."""
        from ..model.loading import Models

        return Models()

    @cached_property
    def recordings(self) -> "Recordings":
        """The recordings that were used last, with their words and features."""
        from ..generate.recordings import Recordings

        return Recordings()


@dataclass(frozen=True)
class Job:
    """What a task gets besides its request.

    Attributes:
        progress: called with the fraction done, 0 to 1, and the name of the step.
        cancelled: returns True when the task is to stop.
        kept: what stays in memory from request to request.
        ended: returns True when the task is to end early with what it has made up to now.
        send_piece: sends the path of a motion, and its first frame in the take, while later frames are computed.
    """

    progress: Callable[[float, str], None]
    cancelled: Callable[[], bool]
    kept: Kept
    ended: Callable[[], bool] = lambda: False
    send_piece: Callable[[Path, int], None] = lambda motion, first: None

    def check(self) -> None:
        """Stop here if the task is to stop.

        Raises:
            Cancelled: the task is to stop.
        """
        if self.cancelled():
            raise Cancelled


def hello(request: requests.Hello, job: Job) -> dict[str, Any]:
    """Answer with versions, devices, modules that do not load, the engine and scan of a model folder, and its card.

    Where no folder is asked for, the engine is that of the bundled weights, and the card is None.

    Raises:
        GestureError: the add-on is of another version, or the folder holds no weights.
    """
    if request.protocol != protocol.VERSION:
        raise GestureError(
            f"The add-on asks in version {request.protocol}, and this worker answers in version {protocol.VERSION}.",
            remedy="Update the add-on and the worker together.",
        )
    from ..model.engines import find_devices, running

    devices, found = find_devices(), running(request.weights or STARTER, request.device)
    return {
        "protocol": protocol.VERSION,
        "python": platform.python_version(),
        "engine": found.title,
        "scan": found.scan,
        "notes": [found.note] if found.note else [],
        "packages": {name: _version(name) for name in (*modules.NEEDED, "torch")},
        "missing": [{**asdict(each), "remedy": modules.remedy(each.module)} for each in modules.broken_modules()],
        "devices": list(devices.names),
        "device_name": devices.card or platform.processor() or "CPU",
        "weights": None if request.weights is None else read_model_json(request.weights),
    }


def align(request: requests.Align, job: Job) -> dict[str, Any]:
    """Write the words of a recording with their times; answer with the file, and with the language and the score."""
    from ..generate.spoken_words import check_request, spoken_words
    from ..generate.steps import Steps
    from ..text.timing import save_words

    if request.transcript is None and request.transcript_text is None:
        raise GestureError("There is no transcript to align.", "Choose a transcript.")
    check_request(request)
    job.progress(0.0, "Reading the recording")
    recordings = job.kept.recordings
    step = Steps(job.progress, job.cancelled).begin(0.0, 1.0, "Aligning the words")
    said = spoken_words(request, recordings, recordings.load(request.audio), step)
    save_words(said.words, request.out)
    return {"score": None, **said.facts, "words": str(request.out)}


def generate(request: requests.Generate, job: Job) -> dict[str, Any]:
    """Make a take from a recording; answer with its folder, its take.json and what finishing did."""
    from ..generate.first_frames import Underway
    from ..generate.pipeline import generate

    kept, underway = job.kept, Underway(job.ended, job.send_piece)
    take = generate(
        request, job.progress, job.cancelled, models=kept.models, recordings=kept.recordings, underway=underway
    )
    return {**_take_made(take, request.out), "notes": kept.models.notes()}


def generate_many(request: requests.GenerateMany, job: Job) -> dict[str, Any]:
    """Make several takes together; answer with what `generate` answers for each, as `takes`."""
    from ..generate.pipeline import generate_many

    kept = job.kept
    made = generate_many(request.takes, job.progress, job.cancelled, models=kept.models, recordings=kept.recordings)
    notes = {"notes": kept.models.notes()}
    return {"takes": [_take_made(take, each.out) | notes for take, each in zip(made, request.takes, strict=True)]}


def resample(request: requests.Resample, job: Job) -> dict[str, Any]:
    """Make areas of a take anew; answer as `generate` does."""
    from ..generate.regenerate import resample

    kept = job.kept
    take = resample(request, job.progress, job.cancelled, models=kept.models, recordings=kept.recordings)
    return {**_take_made(take, request.out), "notes": kept.models.notes()}


def mix(request: requests.Mix, job: Job) -> dict[str, Any]:
    """Lay parts of other takes over a take; answer as `generate` does."""
    from ..generate.regenerate import mix
    from ..model.loading import hashes_of

    take = mix(request, job.progress, job.cancelled, same_weights=hashes_of(request.weights))
    return _take_made(take, request.out)


def direct(request: requests.Direct, job: Job) -> dict[str, Any]:
    """Direct a take; answer as `generate` does."""
    from ..generate.directing import direct_take

    return _take_made(direct_take(request), request.out)


def finish(request: requests.Finish, job: Job) -> dict[str, Any]:
    """Finish a motion file; answer with the new file and the measures before and after."""
    from ..body.motion import load_motion, save_motion
    from ..finish.chain import finish
    from ..finish.report import measure
    from ..finish.settings import FinishSettings
    from ..finish.skeletons import on_skeleton, skeleton_of_file, with_skeleton

    job.progress(0.0, "Finishing")
    settings = FinishSettings.from_dict(request.settings)
    motion = with_skeleton(load_motion(request.motion), settings.floor_m)
    if request.skeleton is not None:
        motion = on_skeleton(motion, skeleton_of_file(request.skeleton))
    finished = finish(motion, settings)
    job.check()
    save_motion(finished, request.out)
    return {"motion": str(request.out), "before": measure(motion).as_dict(), "after": measure(finished).as_dict()}


def body(request: requests.Body, job: Job) -> dict[str, Any]:
    """Read a body from an SMPL-X file.

    Answer with the new file, how many of the coefficients the file knows, its gender, and its number of expressions.
    """
    import numpy as np

    from ..smplx.body import save_body
    from ..smplx.package import read_smplx_body

    def progress(fraction: float, stage: str) -> None:
        job.check()
        job.progress(fraction, stage)

    body = read_smplx_body(request.model, np.array(request.betas, np.float64), progress)
    progress(0.9, "Writing the body")
    save_body(body, request.out)
    used = min(len(request.betas), len(body.betas))
    return {"body": str(request.out), "betas": used, "gender": body.gender, "expressions": len(body.expressions)}


def spell(request: requests.Spell, job: Job) -> dict[str, Any]:
    """Find the phones of a word; answer with entries of words.json, none where nobody knows how the word is said."""
    from ..generate.spoken_words import own_pronunciations
    from ..language.languages import check_code
    from ..text.spelling import phones_between

    check_code(request.language)
    job.progress(0.0, "Reading the recording")
    recording = job.kept.recordings.load(request.audio, request.offset_s, request.duration_s, request.decoded)
    job.check()
    job.progress(0.6, "Aligning the words")
    own = own_pronunciations(request.pronunciations)
    found = phones_between(recording.audio.samples, request.text, request.start_s, request.end_s, request.language, own)
    phones = [{"phone": p.phone, "start_s": round(p.start_s, 4), "end_s": round(p.end_s, 4)} for p in found]
    return {"phones": phones}


def transcribe(request: requests.Transcribe, job: Job) -> dict[str, Any]:
    """Write down what is said in a recording; answer with the text, and the language that was heard."""
    from ..language.languages import check_code
    from ..text.recogniser import written_text

    check_code(request.language)
    job.progress(0.0, "Reading the recording")
    recording = job.kept.recordings.load(request.audio, request.offset_s, request.duration_s, request.decoded)

    def tell(share: float) -> None:
        job.check()
        job.progress(share, "Writing the text")

    tell(0.0)
    written = written_text(recording.audio.samples, request.model, request.language, request.device, tell)
    return {"text": written.text, "language": written.language}


def fetch_weights(request: requests.FetchWeights, job: Job) -> dict[str, Any]:
    """Fetch published networks; answer with their folder, and the licence that their repository declares.

    Raises:
        GestureError: the licence is not accepted, or as `core.model.fetching.fetch`.
    """
    from ..model import fetching

    def progress(fraction: float, name: str) -> None:
        job.check()
        job.progress(fraction, f"Fetching {Path(name).name}")

    fetching.require_accepted(request.accepted)
    job.progress(0.0, "Asking the server")
    names = fetching.RECOGNISER if request.recogniser else fetching.NETWORKS
    offer = fetching.look_up(request.repository, request.revision, names)
    fetching.fetch(offer, request.folder, progress)
    return {"folder": str(request.folder), "licence": offer.licence, "bytes": offer.size}


def import_weights(request: requests.ImportWeights, job: Job) -> dict[str, Any]:
    """Make a model folder of published files; answer with it, and with notes on what was left out."""
    from ..model.importing import Import, import_weights

    def progress(fraction: float, stage: str) -> None:
        job.check()
        job.progress(fraction, stage)

    wanted = Import(request.folder, request.out, request.vocabulary, request.recogniser, request.smplx)
    return {"folder": str(request.out), "notes": import_weights(wanted, progress)}


# The task that answers each type of request.
TASK_OF: dict[type, Callable[[Any, Job], dict[str, Any]]] = {
    requests.Hello: hello,
    requests.Align: align,
    requests.Generate: generate,
    requests.GenerateMany: generate_many,
    requests.Resample: resample,
    requests.Mix: mix,
    requests.Direct: direct,
    requests.Finish: finish,
    requests.Body: body,
    requests.FetchWeights: fetch_weights,
    requests.ImportWeights: import_weights,
    requests.Spell: spell,
    requests.Transcribe: transcribe,
}


def _take_made(take: "Take", folder: Path) -> dict[str, Any]:
    """Return the answer about a take that was written."""
    from ..finish.report import measure
    from ..take.take import describe

    reports = {"before": measure(take.raw).as_dict(), "after": measure(take.finished).as_dict()}
    return {"folder": str(folder), "take": describe(take), **reports}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
