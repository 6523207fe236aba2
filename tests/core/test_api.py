"""The plain functions of `core.api`, and every example in the documentation of the core."""

import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from core import api
from core.take.take import read_take

ROOT = Path(__file__).resolve().parents[2]
WITH_EXAMPLES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "core").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_in_docstrings_run(name):
    tried = doctest.testmod(importlib.import_module(name))
    assert tried.attempted > 0
    assert tried.failed == 0


def test_every_function_of_the_api_says_what_it_takes_returns_and_raises():
    for name in ("generate", "resample", "finish"):
        text = getattr(api, name).__doc__
        assert all(f"\n    {section}\n" in text for section in ("Parameters", "Returns", "Raises", "Examples"))
    assert all(hasattr(api, name) for name in api.__all__)


def test_the_example_script_makes_takes_and_a_motion_of_the_bundled_recording(tmp_path):
    command = [sys.executable, ROOT / "examples" / "generate.py", tmp_path, "--seconds", "3"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second = read_take(tmp_path / "first"), read_take(tmp_path / "second")
    assert first.finished.frame_count == second.finished.frame_count == 90
    changed = (first.raw.rotations != second.raw.rotations).any((0, 2))
    assert changed[18]
    assert not changed[[0, 15, 17, 19, 21]].any()
    assert api.load_motion(tmp_path / "standing.npz").frame_count == 90
