"""Windows and vectors hold the frames of their clips."""

import numpy as np

from core.audio.cues import WIDTH as CUES
from core.body.parts import Part
from core.clock import FPS
from core.generate.chance_curves import WIDTH as CHANCE
from training.data.dataset import full_vector, root_velocity, window_starts
from training.data.part_frames import PartFrames, part_frames


def test_root_velocities_integrate_to_the_path():
    path = np.cumsum(np.random.default_rng(3).normal(size=(40, 3)), 0)
    velocity = root_velocity(path)
    x = path[0, 0] + np.concatenate([[0], np.cumsum(velocity[:-1, 0])]) / FPS
    assert np.allclose(x, path[:, 0])
    assert np.array_equal(velocity[:, 1], path[:, 1])


def test_windows_cover_the_tail():
    for frames in (1, 63, 64, 65, 200):
        starts = window_starts(frames)
        assert starts[0] == 0
        assert starts[-1] + 64 >= frames
        assert starts[-1] < frames


def test_vectors_hold_what_the_clips_hold(corpus):
    vector = full_vector(corpus.takes[0], 20, 84)
    assert vector.shape == (64, 337)
    assert vector[0, [330, 332]].tolist() == [0, 0]
    lower = corpus.takes[0].channels[Part.LOWER]
    assert np.array_equal(vector[:, 333:], lower[20:84, -4:])
    assert corpus.clips[0].audio.shape == (corpus.clips[0].frames, CUES)
    assert corpus.takes[0].chance.shape == (corpus.takes[0].frames, CHANCE)


def test_windows_of_frames_are_the_same_however_they_are_cut(corpus):
    frames = part_frames(corpus, Part.UPPER)
    whole = frames.windows(np.random.default_rng(0), 6, 64)
    halves = [frames.windows(np.random.default_rng(0), 6, 64, rows) for rows in (slice(0, 2), slice(2, 6))]
    assert np.array_equal(whole, np.concatenate(halves))
    held = PartFrames([np.arange(10, dtype=np.float32)[:, None]]).windows(np.random.default_rng(0), 1, 12)
    assert held[0, -3:, 0].tolist() == [9, 9, 9]
