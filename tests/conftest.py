"""Options and fixtures shared by every suite."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the tests that are too long for every change")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="long: run with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    return ROOT / "tests" / "data"


@pytest.fixture(scope="session")
def real_dir() -> Path:
    folder = os.environ.get("GESTURE_REAL_DIR")
    if not folder:
        pytest.skip("set GESTURE_REAL_DIR to a folder with real recordings")
    return Path(folder)
