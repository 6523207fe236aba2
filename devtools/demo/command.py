"""`build.py demo`: make a take from a recording, then character, FBX and video in Blender."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from devtools.environments import WORKER, ensure, newest_blender
from devtools.shell import ROOT, BuildError, StatusLine, Timer, clean_environ, run_logged, say

SAMPLE = ROOT / "addon" / "assets" / "demo"
FILES = ("take", "take.blend", "take.fbx", "motion.npz", "preview.mp4")
LOG = ROOT / "cache" / "logs" / "demo.log"


@dataclass(frozen=True)
class DemoRequest:
    """The inputs and the result folder of a demo; see `build.py demo --help`."""

    audio: Path | None
    transcript: Path | None
    out: Path
    blender: Path | None = None
    weights: Path | None = None
    style: str = "1"
    seed: int = 0


def run_demo(request: DemoRequest) -> None:
    """Make the take folder, take.blend, take.fbx, motion.npz and preview.mp4 in `request.out`.

    Raises:
        BuildError: bad input or a failed step, with a remedy; `request.out` is as it was before.
    """
    timer = Timer()
    audio, transcript = _inputs(request)
    blender = _blender(request.blender)
    out = request.out.resolve()
    made = _make_parent(out)
    try:
        worker = ensure(WORKER)
        scene_python = blender or [ensure(newest_blender())]
        staging = Path(tempfile.mkdtemp(prefix=".demo-", dir=out.parent))
    except BaseException:
        _remove_empty(made)
        raise
    LOG.unlink(missing_ok=True)
    try:
        _generate(worker, audio, transcript, request, staging / "take")
        _make_scene(scene_python, staging, out)
        shutil.copyfile(staging / "take" / "motion.npz", staging / "motion.npz")
        _publish(staging, out)
    except OSError as error:
        raise BuildError(
            f"The results could not be written to {out}: {error.strerror or error}.",
            "Free some disk space, close programs that have the files open, or choose another folder with --out.",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        _remove_empty(made)
    say(f"Done in {timer.seconds:.0f} s: {out}")
    for name in FILES:
        say(f"  {name}")


def _inputs(request: DemoRequest) -> tuple[Path, Path | None]:
    if request.audio is None:
        return SAMPLE / "speech.flac", SAMPLE / "transcript.txt"
    for path, kind in ((request.audio, "recording"), (request.transcript, "transcript")):
        if path is not None and not path.is_file():
            raise BuildError(f"There is no {kind} {path}.", f"Give the path of the {kind}.")
    if request.transcript is None:
        say("No transcript: the gestures will follow the sound alone.")
    return request.audio.resolve(), request.transcript and request.transcript.resolve()


def _blender(path: Path | None) -> list[str | Path] | None:
    """Return the command that runs a script in an installed Blender; None for the bpy module."""
    if path is None:
        return None
    program = shutil.which(str(path))
    if program is None:
        raise BuildError(f"{path} is not a program.", "Give the path of Blender's executable after --blender.")
    return [program, "--background", "--factory-startup", "--python-exit-code", "1", "--python"]


def _make_parent(out: Path) -> list[Path]:
    """Make the folders above `out`; return the new ones, innermost first."""
    if out.exists() and not out.is_dir():
        raise BuildError(f"{out} is a file.", "Choose a folder with --out.")
    made = [path for path in out.parents if not path.exists()]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(out if out.exists() else out.parent, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        _remove_empty(made)
        raise BuildError(f"{out} cannot be written: {error.strerror}.", "Choose another folder with --out.") from error
    return made


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _generate(worker: Path, audio: Path, transcript: Path | None, request: DemoRequest, take: Path) -> None:
    command = [worker, "-m", "core", "generate", audio, "--out", take]
    command += ["--style", request.style, "--seed", str(request.seed)]
    if transcript:
        command += ["--transcript", transcript]
    if request.weights:
        command += ["--weights", request.weights.resolve()]
    status = StatusLine("Take")
    run_logged(
        command,
        LOG,
        failed="The take could not be made.",
        remedy="Read the output above.",
        on_line=lambda line: status.show(" ".join(line.split())) if line.rstrip().endswith("%") else None,
    )
    status.end("generated")


def _make_scene(python: list[str | Path], staging: Path, out: Path) -> None:
    status = StatusLine("Blender")
    threads = str(min(os.cpu_count() or 2, 8))
    script = ROOT / "devtools" / "demo" / "scene.py"
    run_logged(
        [*python, script, "--", staging / "take", staging, "--final", out / "take", "--threads", threads],
        LOG,
        failed="Blender could not make the scene.",
        remedy="Read the output above. Debian's own Blender needs python3-numpy.",
        on_line=lambda line: status.show(line[2:]) if line.startswith("@ ") else None,
        environ=clean_environ(OMP_NUM_THREADS=threads),
    )
    missing = [name for name in ("take.blend", "take.fbx", "preview.mp4") if not (staging / name).is_file()]
    if missing:
        raise BuildError(f"Blender did not write {', '.join(missing)}.", f"Read {LOG}.")
    status.end("scene, FBX and video")


def _publish(staging: Path, out: Path) -> None:
    """Move the results into place; replace a result of an earlier run only when the new one is complete."""
    out.mkdir(exist_ok=True)
    old = staging / "old"
    old.mkdir()
    for name in FILES:
        if (out / name).exists():
            os.replace(out / name, old / name)
        os.replace(staging / name, out / name)
