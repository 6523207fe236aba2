"""The tests' own Blender: an answer that is missed, and a Blender that answers no more, harm no later test."""

import pytest

from devtools.window.screen import Gone

pytestmark = pytest.mark.slow


def test_an_answer_that_comes_late_is_passed_over(installed):
    with pytest.raises(Gone):
        installed.ask("import time\ntime.sleep(3)\nanswer = 'late'", 1)
    assert not installed.recover()
    assert installed.value("'next'") == "next"


def test_a_blender_that_answers_no_more_is_started_anew_with_what_it_had(example, sidebar):
    blender = sidebar.session
    # The last module may have taught it another file.
    blender.teach("file", 'bpy.ops.wm.open_mainfile(filepath="/mnt/example.blend")')
    number = blender.value("os.getpid()")
    with pytest.raises(Gone):
        blender.ask("import time\ntime.sleep(1000)", 1)
    assert blender.recover(1)
    assert blender.value("os.getpid()") != number
    assert blender.value("len(curves())")
    blender.settle()
    sidebar.press("mambatalk.generate")
    blender.until("job()", 20)
    blender.ask("bpy.ops.mambatalk.cancel()")
    blender.until("job() is None", 20)
