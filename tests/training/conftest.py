"""What tests of training must not leave behind for one another."""

import sys

import pytest
from hypothesis import settings

# Every run tries the same examples: a failure is of the change at hand. `--hypothesis-profile=default` draws others.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def denormals_are_kept():
    """A network flushes denormals in its whole thread, and then Hypothesis cannot draw numbers any more."""
    yield
    if "torch" in sys.modules:
        sys.modules["torch"].set_flush_denormal(False)
