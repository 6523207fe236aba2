"""The video of several motions shows every figure, and plays the recording."""

import os
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest

pytestmark = pytest.mark.any_blender

ROOT = Path(__file__).resolve().parents[3]
NEUTRAL = ROOT / "weights" / "starter" / "neutral.npz"
SPEECH = ROOT / "addon" / "assets" / "demo" / "speech.flac"


def video(*arguments, **environ):
    command = [sys.executable, "-m", "devtools.demo.side_by_side", *map(str, arguments)]
    variables = {**os.environ, "OMP_NUM_THREADS": "2", **environ}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=300)


def test_every_figure_is_in_the_video_and_the_recording_is_heard(tmp_path):
    aud = pytest.importorskip("aud")  # a Blender that was built without sound has none
    out = tmp_path / "two.mp4"
    done = video(out, f"a={NEUTRAL}", f"b={NEUTRAL}", "--audio", SPEECH, "--first", 2, "--seconds", 0.2)
    assert out.is_file(), done.stdout + done.stderr
    image = bpy.data.images.load(str(out))
    try:
        width, height = image.size
        assert image.frame_duration == 3
        pixels = np.array(image.pixels[:]).reshape(height, width, image.channels)[..., :3]
    finally:
        bpy.data.images.remove(image)
    drawn = (np.abs(pixels - pixels[-1, 0]).max(-1) > 0.1)[int(0.2 * height) :]
    for half in (drawn[:, : width // 2], drawn[:, width // 2 :]):
        assert half.any(1).mean() > 0.75, "from the ankles to the head"
        assert not half[:, [0, -1]].any(), "whole, with room at both sides"
    assert np.abs(aud.Sound(str(out)).data()).max() > 0.02


def test_what_is_made_from_recorded_motion_stays_out_of_the_project(tmp_path):
    (tmp_path / "gt_talk.npz").write_bytes(NEUTRAL.read_bytes())
    done = video(ROOT / "docs" / "v.mp4", f"a={NEUTRAL}", "--recorded", "talk", GESTURE_REAL_DIR=str(tmp_path))
    assert done.returncode != 0
    assert "research data" in done.stderr
    assert not (ROOT / "docs" / "v.mp4").exists()
