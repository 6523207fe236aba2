"""The checkout as an extension in a real Blender, whatever its folder is called.

`python build.py test` runs all these tests on the newest Blender. On the oldest it leaves out those that are marked
`any_blender`: what they test does not depend on Blender's version. That is logic in Python and NumPy, the worker, the
wording, and further cases of a test whose first case touches all of Blender that the others do. Mark a test, a file
(`pytestmark = pytest.mark.any_blender`) or the further cases (`first_on_each`) so. Not marked is what reaches Blender
in ways that differ between versions: keys, actions and slots, drivers, panels, operators, registration, import and
export, files, the NLA, sound. `--slow`, `--blender all` or any argument for pytest run everything on each Blender.
"""

import gc
import importlib.util
import json
import os
import shutil
import sys
import wave
from pathlib import Path

import bpy
import numpy as np
import pytest

from devtools.checks.any_blender import newest_only, pytest_addoption, pytest_collection_modifyitems  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "mambatalk_ext"
FPS = {"24": (24, 1.0), "25": (25, 1.0), "29.97": (30, 1.001), "30": (30, 1.0), "60": (60, 1.0)}
MAMA = {
    "word": "mama",
    "start_s": 0.1,
    "end_s": 0.35,
    "phones": [{"phone": "M", "start_s": 0.1, "end_s": 0.2}, {"phone": "AA", "start_s": 0.2, "end_s": 0.35}],
}


def load_extension():
    """The checkout's top-level package, as Blender would import it."""
    spec = importlib.util.spec_from_file_location(PACKAGE, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)
    return module


load_extension()

# The module of Blender 4.2 crashes when Python exits, if a class with a property that calls a function was ever
# registered; also if the class was unregistered, and also in a script of five lines.
CRASHES_AT_EXIT = bpy.app.version < (4, 5)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    session.config.status_at_the_end = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if CRASHES_AT_EXIT:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(getattr(config, "status_at_the_end", 1))


@pytest.fixture(scope="session")
def _registered():
    extension = sys.modules[PACKAGE]
    extension.register()
    yield extension
    # Left registered, Blender's module crashes or hangs when Python exits.
    extension.unregister()
    gc.collect()


def first_on_each(names, cases, count=1, **options):
    """`pytest.mark.parametrize`, whose first cases run on each Blender, and the others on the newest only."""
    marked = []
    for number, case in enumerate(cases):
        case = pytest.param(case) if isinstance(names, str) else pytest.param(*case)
        marked.append(case if number < count else case._replace(marks=[pytest.mark.any_blender]))
    return pytest.mark.parametrize(names, marked, **options)


def empty_file():
    """Open an empty file; the preferences are Blender's own again, too, if anything changed them."""
    preferences = bpy.context.preferences
    if preferences.is_dirty:
        # Switches all of Blender's own add-ons off and on, which takes six times as long.
        bpy.ops.wm.read_factory_settings(use_empty=True)
        preferences.is_dirty = False
    else:
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    # Takes of a file without a path, and decoded recordings.
    for folder in Path(bpy.app.tempdir).iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)


@pytest.fixture
def extension(_registered):
    """The registered extension, in an empty file."""
    empty_file()
    current = sys.modules[f"{PACKAGE}.addon.job.state"].current
    current.error, current.notes = None, []
    yield _registered
    empty_file()


@pytest.fixture
def job_state(extension):
    """The module that holds the running job, the worker, and what the panel shows."""
    return sys.modules[f"{PACKAGE}.addon.job.state"]


@pytest.fixture
def scene(extension):
    return bpy.context.scene


@pytest.fixture(params=FPS)
def any_fps(request, scene):
    """A scene at each supported frame rate."""
    scene.render.fps, scene.render.fps_base = FPS[request.param]
    return scene


@pytest.fixture
def character(scene):
    """The bundled character, chosen for the next take."""
    assert bpy.ops.mambatalk.add_character() == {"FINISHED"}
    return scene.mambatalk.character


def wobble(frame_count: int, seed: int = 0):
    """A motion in which every joint, the root and the face move smoothly."""
    from mambatalk_ext.core.body.motion import Motion

    rng = np.random.default_rng(seed)
    time = np.arange(frame_count)[:, None, None] / 30
    waves = rng.normal(0, 0.35, (1, 55, 3)) * np.sin(
        time * rng.uniform(1, 6, (1, 55, 3)) + rng.uniform(0, 6, (1, 55, 3))
    )
    path = rng.normal(0, 0.2, (1, 3)) * np.sin(time[:, :, 0] * rng.uniform(1, 3, (1, 3)))
    face = np.clip(0.5 + 0.5 * np.sin(time[:, :, 0] * rng.uniform(1, 9, (1, 52))), 0, 1)
    return Motion(rotations=waves, translation=path, expression=face)


@pytest.fixture
def recording(tmp_path):
    """Three seconds of a tone in noise."""
    samples = np.random.default_rng(0).normal(0, 0.05, 48000) + 0.3 * np.sin(np.arange(48000) / 20)
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((samples * 32767 / 1.6).astype("<i2").tobytes())
    return path


@pytest.fixture
def take_folder(tmp_path, recording):
    """A take of three seconds that moves everything."""
    return write_take(tmp_path / "take", wobble(90), recording)


def write_take(folder, motion, audio, words=()):
    """The files of a take folder that the add-on reads."""
    from mambatalk_ext.core.body.motion import save_motion

    folder.mkdir()
    save_motion(motion, folder / "motion.npz")
    save_motion(motion, folder / "motion_raw.npz")
    parts = ("face", "upper", "hands", "lower")
    np.savez(folder / "codes.npz", **{part: np.zeros(motion.frame_count, np.int16) for part in parts})
    (folder / "words.json").write_text(json.dumps(list(words)))
    info = {
        "format": 1,
        "audio": {"path": str(audio), "sha256": "0" * 64, "seconds": 3.0, "offset_s": 0.0, "duration_s": None},
        "weights": {"name": "none", "sha256": "0" * 64},
        "speaker": 0,
        "speaker_name": "calm",
        "seed": 5,
        "settings": {"finish": True, "variation": 1.0},
        "alignment": {"words": "none"},
        "fps": 30,
        "frames": motion.frame_count,
        "layers": [{"joints": "all", "frames": [0, motion.frame_count], "codes": "codes.npz", "seed": 5}],
    }
    (folder / "take.json").write_text(json.dumps(info | {"checksum": None}))
    return folder


def linked_cast(folder):
    """A collection with a character, linked from a file that is written to the folder, in a file that is empty else."""
    from mambatalk_ext.addon.character.building import add_character

    collection = bpy.data.collections.new("Cast")
    bpy.context.scene.collection.children.link(collection)
    add_character(bpy.context, "Linked", collection)
    library = folder / "cast.blend"
    bpy.data.libraries.write(str(library), {collection})
    empty_file()
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.collections = ["Cast"]
    return wanted.collections[0]


def curves_of(id_block) -> dict:
    """(path, index) → F-curve of the action that animates a data-block."""
    data = id_block.animation_data
    if data is None or data.action is None:
        return {}
    if hasattr(data, "action_slot"):
        bag = data.action.layers[0].strips[0].channelbag(data.action_slot)
        curves = bag.fcurves
    else:
        curves = data.action.fcurves
    return {(curve.data_path, curve.array_index): curve for curve in curves}


def keys_of(curve) -> np.ndarray:
    """Keys (K, 2) of an F-curve."""
    points = np.empty(2 * len(curve.keyframe_points), np.float32)
    curve.keyframe_points.foreach_get("co", points)
    return points.reshape(-1, 2)


HAS_SOUND = bpy.app.build_options.audaspace
needs_sound = pytest.mark.skipif(not HAS_SOUND, reason="this Blender was built without sound")


def notes_of(job_state) -> list[str]:
    """Return the notes of the last operator; where Blender has no sound, without the one that says so."""
    notes = job_state.current.notes
    return notes if HAS_SOUND else [note for note in notes if "was built without sound" not in note]


def strips(scene) -> list:
    """All strips of a scene's sequencer."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    return list(editor.strips if hasattr(editor, "strips") else editor.sequences)


def snapshot() -> dict:
    """What a failed operator must leave alone."""
    scene = bpy.context.scene
    return {
        "objects": sorted(o.name for o in bpy.data.objects),
        "actions": sorted(a.name for a in bpy.data.actions),
        "sounds": sorted(s.name for s in bpy.data.sounds),
        "animated": sorted(o.name for o in bpy.data.objects if o.animation_data and o.animation_data.action),
        "range": (scene.frame_start, scene.frame_end, scene.frame_current),
        "strips": sorted((s.name, s.channel, s.frame_final_start, s.frame_final_end) for s in strips(scene)),
        "sync": scene.sync_mode,
        "rotation_modes": [b.rotation_mode for o in bpy.data.objects if o.pose for b in o.pose.bones],
    }


def assert_one_undo_takes_back(operator, **values) -> None:
    """Call an operator as a user does; it changes the snapshot, and one undo brings back the one from before."""
    bpy.ops.ed.undo_push(message="before")
    before = snapshot()
    operator("EXEC_DEFAULT", True, **values)
    assert snapshot() != before
    bpy.ops.ed.undo()
    assert snapshot() == before


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch):
    """The worker of this checkout, whatever the tester's shell says."""
    for name in [name for name in os.environ if name.startswith("MAMBATALK_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def spoken_takes(_registered, tmp_path_factory):
    """Folders of three takes of the first eight seconds of the bundled recording, made once by the real worker."""
    job_state = sys.modules[f"{PACKAGE}.addon.job.state"]
    protocol = sys.modules[f"{PACKAGE}.core.worker.protocol"]
    requests = sys.modules[f"{PACKAGE}.core.requests"]
    demo = ROOT / "addon" / "assets" / "demo"
    text = (demo / "transcript.txt").read_text(encoding="utf-8")
    folders = [tmp_path_factory.mktemp("takes") / f"speech_{seed}" for seed in range(3)]
    for seed, folder in enumerate(folders):
        task = requests.Generate(
            audio=demo / "speech.flac",
            out=folder,
            transcript_text=text[: text.index(".") + 1],
            seed=seed,
            allow_no_words=True,
            duration_s=8.0,
        )
        job = job_state.start(bpy.context, "Generating", task)
        while job.outcome is None:
            job.poll(0.1)
        job_state.current.job = None
        assert isinstance(job.outcome, protocol.Result), job.outcome
    return folders


@pytest.fixture
def torch_python():
    """The program of the checkout's environment, which holds PyTorch after `python build.py setup --torch`."""
    program = ROOT / ".venv" / "bin" / "python"
    if not list(ROOT.glob(".venv/lib/python3.*/site-packages/torch")):
        pytest.skip("no PyTorch in .venv: run `python build.py setup --torch`")
    return program


@pytest.fixture
def weights():
    """The bundled weights."""
    folder = ROOT / "weights" / "starter"
    if not (folder / "model.json").exists():
        pytest.skip("no starter weights yet")
    return folder


@pytest.fixture
def taken(character, tmp_path, recording):
    """The character, which performs a take of a second with one word and its phones."""
    folder = write_take(tmp_path / "take", wobble(30), recording)
    (folder / "words.json").write_text(json.dumps([MAMA]))
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    return character
