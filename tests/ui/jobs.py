"""Jobs in the window: started as their buttons do, waited for, and tried once more after a mishap."""

import soundfile

from devtools.window.session import Session

from .conftest import ROOT

# Pressed by script, a button whose operator fails raises an error, too; what counts is what the panel says.
START = """
module('addon.job.report').show([])
try:
    with override("UI"):
        bpy.ops.mambatalk.{name}("INVOKE_DEFAULT")
except RuntimeError:
    pass
"""
PROCESS = "module('addon.job.state').current.client._process"
DEMO = ROOT / "addon" / "assets" / "demo" / "speech.flac"


def begin(blender: Session, name: str = "generate", fraction: float = 0.05) -> None:
    """Start a job as its button does, and wait until the worker is in the middle of it."""
    blender.ask(START.format(name=name))
    blender.until(f"job() and job().fraction > {fraction}", 120)


def finish(blender: Session, name: str = "generate") -> str:
    """Start a job as its button does; return what the panel says at the end."""
    blender.ask(START.format(name=name))
    return outcome(blender)


def outcome(blender: Session) -> str:
    """Wait for the end of the running job; return what the panel says."""
    blender.until("job() is None and notes()", 300)
    return blender.value("notes()")


def use(blender: Session, seconds: int, times: int = 1) -> None:
    """Choose the beginning of the example's recording, without its transcript; it is repeated `times` times."""
    samples, rate = soundfile.read(DEMO, dtype="int16")
    name = f"speech_{seconds}_{times}.wav"
    with soundfile.SoundFile(blender.shared / name, "w", rate, 1) as file:
        for _ in range(times):
            file.write(samples[: seconds * rate])
    blender.ask(f"s = bpy.context.scene.mambatalk\ns.audio_file, s.transcript_source = '/mnt/{name}', 'NONE'")


def opened(blender: Session, path: str = "/mnt/example.blend") -> None:
    """Open a file with a take."""
    blender.ask(f"bpy.ops.wm.open_mainfile(filepath={path!r})")
    blender.until("len(curves()) > 0")


def works_again(blender: Session) -> None:
    """Make a short take: the next click works, whatever happened before."""
    use(blender, 2)
    said = finish(blender)
    assert "Take ready: 2 s" in said, said


def workers(blender: Session) -> list[str]:
    """Return the processes of workers beside Blender."""
    # The pattern does not fit the process that looks for it.
    found = blender.run("sh", "-c", "grep -al 'core[.]worker' /proc/[0-9]*/cmdline").stdout.split()
    return [path.split("/")[2] for path in found]
