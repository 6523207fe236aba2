"""Options and fixtures shared by every suite."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

if find_spec("hypothesis"):  # the worker's environment has it, Blender's have not
    from hypothesis import settings

    # Every run tries the same examples, so that a failure comes from the change at hand.
    # `--hypothesis-profile=default` draws others.
    settings.register_profile("repeatable", derandomize=True)
    settings.load_profile("repeatable")


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the tests that are too long for every change")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="long: run with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def denormals_are_kept():
    """Undo a network's flushing of denormals: Hypothesis cannot draw numbers in a thread that flushes them."""
    yield
    if "torch" in sys.modules:
        sys.modules["torch"].set_flush_denormal(False)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    return ROOT / "tests" / "data"


@pytest.fixture(scope="session")
def real_dir() -> Path:
    folder = os.environ.get("GESTURE_REAL_DIR")
    if not folder:
        pytest.skip("set GESTURE_REAL_DIR to a folder with real recordings")
    return Path(folder)
