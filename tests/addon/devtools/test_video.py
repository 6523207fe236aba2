"""The demo's video shows the scene, and its sound is the recording's."""

import bpy
import numpy as np
import pytest

from devtools.demo import stage
from devtools.demo import video as demo_video

FPS, FRAMES = 15, 15
RATE = 16000


def sound_of(path) -> np.ndarray:
    """The first second of a file's sound (N, C), at 16000 samples per second."""
    aud = pytest.importorskip("aud", reason="this Blender was built without sound", exc_type=ImportError)
    return aud.Sound(str(path)).resample(RATE, 1).data()[: RATE * FRAMES // FPS]


def level_db(samples: np.ndarray) -> float:
    """Power of samples (N, C), summed over the channels: a recording of one channel is mixed to two of half power."""
    return 10 * np.log10(max((samples**2).sum(axis=1).mean(), 1e-12))


@pytest.fixture
def video(character, take_folder, tmp_path):
    """One second of a take on the character with its recording, rendered small."""
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 64, 84
    scene.render.fps = FPS
    assert bpy.ops.mambatalk.load_take(folder=str(take_folder)) == {"FINISHED"}
    stage.build(scene, np.array([[-0.6, -0.3, 0.0], [0.6, 0.3, 1.8]]))
    scene.frame_end = scene.frame_start + FRAMES - 1
    path, written = tmp_path / "preview.mp4", []
    demo_video.render(scene, path, 2, written.append)
    assert len(written) == FRAMES
    return path


def test_the_video_is_as_loud_as_the_recording_and_in_step_with_it(video, recording):
    recorded, mixed = sound_of(recording), sound_of(video)
    assert level_db(recorded) > -30
    assert abs(level_db(mixed) - level_db(recorded)) < 0.5
    assert np.corrcoef(recorded.mean(axis=1), mixed.mean(axis=1))[0, 1] > 0.95


def test_the_video_shows_the_scene(video):
    film = bpy.data.images.load(str(video))
    width, height = film.size
    pixels = np.array(film.pixels[:]).reshape(height, width, film.channels)[..., :3]
    assert (pixels[-1, 0] > 0.3).all(), "the backdrop"
    assert (np.abs(pixels - pixels[-1, 0]).max(axis=-1) > 0.1).mean() > 0.1, "the character"
