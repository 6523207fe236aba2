"""docs/controls.md is what the registered extension says of its own controls."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.any_blender

PAGE = ROOT / "docs" / "controls.md"


def test_the_page_of_controls_is_up_to_date(tmp_path):
    made = tmp_path / "controls.md"
    # A process of its own: this one has the extension registered under another name.
    subprocess.run([sys.executable, "-m", "devtools.docs.controls", made], cwd=ROOT, check=True, capture_output=True)
    assert made.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8"), "run python build.py docs --only pages"
