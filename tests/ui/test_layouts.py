"""All panels of the tab, open, at two sizes of the window and two scales: no text is cut off, Generate is in sight."""

import pytest

from devtools.window.sidebar import WHEEL_DOWN, WHEEL_UP

SIZES = ((1280, 720), (1920, 1080))
SCALES = (1.0, 1.5)


@pytest.fixture(scope="module")
def all_open(example, sidebar):
    blender = sidebar.session
    blender.teach("open panels", "open_panels('MAMBATALK_PT_')")
    blender.ask("load_into_new_sidebars('/mnt/example.blend')")
    # Software draws the skin slowly, and it is on the pictures of the example.
    blender.ask('for one in bpy.data.objects:\n    one.hide_viewport = one.type == "MESH"')
    yield blender
    blender.teach("scale", "prepare(1.0)")
    blender.resize(1920, 1080)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_texts_fit_the_sidebar(all_open, sidebar, size, scale):
    all_open.resize(*size)
    all_open.teach("scale", f"prepare({scale})")
    all_open.settle()
    sidebar.open()
    assert len(sidebar.drawn()) > 10
    assert_in_sight(sidebar, "mambatalk.generate", scale)
    name = f"panels_{size[0]}x{size[1]}_scale_{scale}"
    all_open.screenshot(name)
    if (size, scale) == (SIZES[-1], SCALES[0]):
        # The rest of the sidebar, for those who look at the pictures.
        for page in range(2, 5):
            sidebar.scroll(WHEEL_DOWN, 20)
            all_open.screenshot(f"{name}_page_{page}")
    assert all_open.value("too_wide(region_of('UI').width)") == []


def assert_in_sight(sidebar, button, scale):
    """A button of the main panel, 1.5 rows high, is wholly in the sidebar, which is not scrolled."""
    sidebar.scroll(WHEEL_UP, 60)
    places = {name: y for name, (_, y) in sidebar.places(until=button).items() if button in name}
    assert places, f"{button} is out of sight"
    assert min(places.values()) - sidebar.session.value('region_of("UI").y') > 0.75 * 20 * scale
