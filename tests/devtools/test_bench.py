"""Benchmarks come to an end, whatever they measure."""

import sys

import pytest

from devtools.bench import harness


def test_a_measure_that_takes_too_long_is_stopped_with_a_reason(monkeypatch, tmp_path):
    assert harness.finished([sys.executable, "-c", ""], tmp_path).returncode == 0
    monkeypatch.setattr(harness, "MOST_S", 1)
    with pytest.raises(harness.CannotRunError, match="more than"):
        harness.finished([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path)
