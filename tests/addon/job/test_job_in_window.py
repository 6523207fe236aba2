"""A job in a window: only its cross, or Esc over the sidebar, cancels it, and only the sidebar is drawn meanwhile."""

from types import SimpleNamespace

import pytest


class Region:
    """A region of a window, which Blender has only where there is a screen; it counts how often it must be drawn."""

    def __init__(self, kind, x, width, category="UNSUPPORTED"):
        self.type, self.x, self.y, self.width, self.height = kind, x, 20, width, 500
        self.active_panel_category, self.drawn = category, 0

    def tag_redraw(self):
        self.drawn += 1


class Area(Region):
    def __init__(self, kind, regions):
        super().__init__(kind, 0, 1000)
        self.regions = regions


@pytest.fixture
def window():
    """A window with a 3D viewport, whose sidebar shows the add-on, and a timeline below it."""
    viewport = Area("VIEW_3D", [Region("WINDOW", 0, 1000), Region("UI", 700, 300, "MambaTalk"), Region("HEADER", 0, 9)])
    return SimpleNamespace(screen=SimpleNamespace(areas=[viewport, Area("DOPESHEET_EDITOR", [Region("UI", 0, 50)])]))


@pytest.fixture
def running(extension, window):
    """A job that runs in the window: a function that sends it an event, and how often it was cancelled."""
    from mambatalk_ext.addon.job.job_mixin import JobOperator

    calls = []
    operator = JobOperator()
    operator._job = SimpleNamespace(
        cancel=lambda: calls.append("cancel"), poll=lambda: None, stage="Listening", fraction=0.5, outcome=None
    )
    operator._job.cancelling, operator._job.pieces = False, []
    workspace = SimpleNamespace(status_text_set=lambda text: None)
    manager = SimpleNamespace(windows=[window])
    context = SimpleNamespace(window=window, window_manager=manager, workspace=workspace)

    def send(kind, x=0, y=0):
        return operator.modal(context, SimpleNamespace(type=kind, value="PRESS", mouse_x=x, mouse_y=y))

    return send, calls


def test_esc_elsewhere_stops_the_playback_and_not_the_job(running):
    send, cancels = running
    for x, y in ((300, 200), (850, 10), (850, 530)):
        assert send("ESC", x, y) == {"PASS_THROUGH"}
    assert cancels == []


def test_esc_over_the_sidebar_of_the_add_on_cancels_the_job(running, window):
    send, cancels = running
    assert send("ESC", 850, 200) == {"RUNNING_MODAL"}
    assert cancels == ["cancel"]
    window.screen.areas[0].regions[1].active_panel_category = "Item"
    assert send("ESC", 850, 200) == {"PASS_THROUGH"}
    assert cancels == ["cancel"]


def test_a_tick_of_a_job_draws_the_sidebar_and_nothing_else(running, window):
    send, _ = running
    assert send("TIMER") == {"PASS_THROUGH"}
    viewport, timeline = window.screen.areas
    assert [region.drawn for region in viewport.regions] == [0, 1, 0]
    assert viewport.drawn == timeline.drawn == timeline.regions[0].drawn == 0
