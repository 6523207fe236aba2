"""Classes of gestures that mean something: every gesture of the library has one."""

from core.gestures.library import gestures
from devtools.measure.gesture_classes import CLASSES


def test_every_gesture_of_the_library_has_a_class():
    assert set(CLASSES) == set(gestures())
