"""The sheet of pictures shows a figure in every cell."""

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


def sheet(*arguments, **environ):
    command = [sys.executable, "-m", "devtools.demo.contact_sheet", *map(str, arguments)]
    variables = {**os.environ, "OMP_NUM_THREADS": "2", **environ}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=300)


def test_every_cell_holds_a_figure(tmp_path):
    out = tmp_path / "sheet.png"
    done = sheet(out, f"neutral={NEUTRAL}", "--first", 0, "--step", 0.05, "--count", 2)
    assert out.is_file(), done.stdout + done.stderr
    image = bpy.data.images.load(str(out))
    width, height = image.size
    pixels = np.array(image.pixels[:]).reshape(height, width, image.channels)[..., :3]
    bpy.data.images.remove(image)
    drawn = (np.abs(pixels - pixels[0, 0]).max(-1) > 0.1)[: int(0.8 * height)]
    columns = np.flatnonzero(drawn.any(0))
    label, first, second = np.split(columns, np.flatnonzero(np.diff(columns) > width // 20) + 1)
    assert len(label) < width / 4
    assert abs(len(first) - len(second)) <= 1, "the same pose twice, on pixels"
    assert drawn[:, first].any(1).mean() > 0.75, "from head to sole"


def test_what_is_made_from_recorded_motion_stays_out_of_the_project(tmp_path):
    (tmp_path / "gt_talk.npz").write_bytes(NEUTRAL.read_bytes())
    done = sheet(ROOT / "docs" / "sheet.png", f"a={NEUTRAL}", "--recorded", "talk", GESTURE_REAL_DIR=str(tmp_path))
    assert done.returncode != 0
    assert "research data" in done.stderr
    assert not (ROOT / "docs" / "sheet.png").exists()
