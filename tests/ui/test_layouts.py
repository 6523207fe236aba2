"""All panels of the tab, open, at two sizes of the window and two scales: no text is cut off."""

import pytest

SIZES = ((1280, 720), (1920, 1080))
SCALES = (1.0, 1.5)


@pytest.fixture(scope="module")
def all_open(example, sidebar):
    blender = sidebar.session
    blender.ask("open_panels('MAMBATALK_PT_')")
    blender.ask("load_into_new_sidebars('/mnt/example.blend')")
    yield blender
    blender.ask("prepare(1.0)")
    blender.resize(1920, 1080)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_texts_fit_the_sidebar(all_open, sidebar, size, scale):
    all_open.resize(*size)
    all_open.ask(f"prepare({scale})")
    all_open.settle()
    sidebar.open()
    assert len(sidebar.drawn()) > 10
    all_open.screenshot(f"panels_{size[0]}x{size[1]}_scale_{scale}")
    assert all_open.value("too_wide(region_of('UI').width)") == []
