"""pytest's option `--version-dependent`, for Blenders that leave to the newest one what is the same in all of them.

A test, a file (`pytestmark = pytest.mark.any_blender`) or a case (`pytest.param(..., marks=pytest.mark.any_blender)`)
whose result does not depend on Blender's version has the marker `any_blender`. `tests/addon/conftest.py` imports the
functions of this module, and says what is marked.
"""

import pytest

from .tally import NEWEST_ONLY

_COUNT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    text = "leave out the tests that do not depend on Blender's version (marked any_blender)"
    parser.addoption("--version-dependent", action="store_true", help=text)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out marked tests where the option says so."""
    left_out = [item for item in items if item.get_closest_marker("any_blender")]
    if not (config.getoption("--version-dependent") and left_out):
        return
    items[:] = [item for item in items if not item.get_closest_marker("any_blender")]
    config.hook.pytest_deselected(items=left_out)
    config.stash[_COUNT] = len(left_out)


@pytest.fixture(scope="session", autouse=True)
def newest_only(request, record_testsuite_property) -> None:
    """Write into pytest's report how many tests are left out."""
    record_testsuite_property(NEWEST_ONLY, request.config.stash.get(_COUNT, 0))
