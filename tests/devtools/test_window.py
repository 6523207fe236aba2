"""The folder with Blender and its window: what stands in the way is said, and nothing else is touched."""

import pytest

from devtools.shell import BuildError
from devtools.window import debian, isolation


@pytest.fixture
def folder(tmp_path, monkeypatch):
    place = tmp_path / "window"
    monkeypatch.setenv("MAMBATALK_WINDOW_DIR", str(place))
    monkeypatch.setattr(debian, "LOG", tmp_path / "window.log")
    return place


def test_without_root_the_reason_is_said(folder, monkeypatch):
    monkeypatch.setattr(isolation.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(isolation.sys, "platform", "linux")
    with pytest.raises(BuildError, match="it needs root"):
        debian.ensure_window_folder()
    assert not folder.exists()


def test_without_network_the_reason_is_said(folder, monkeypatch):
    monkeypatch.setattr(debian, "why_impossible", lambda: None)
    monkeypatch.setattr(debian, "_mirror", lambda: "http://localhost:9/debian")
    with pytest.raises(BuildError, match="cannot be reached"):
        debian.ensure_window_folder()
    assert not folder.exists()


def test_a_folder_that_holds_something_else_is_left_alone(folder, monkeypatch):
    monkeypatch.setattr(debian, "why_impossible", lambda: None)
    monkeypatch.setattr(debian, "_check_network", lambda mirror: None)
    (folder / "mine").mkdir(parents=True)
    with pytest.raises(BuildError, match="holds something else"):
        debian.ensure_window_folder()
    assert (folder / "mine").is_dir()


def test_a_complete_folder_is_used_as_it_is(folder, monkeypatch):
    monkeypatch.setattr(debian, "why_impossible", lambda: None)
    for name in debian.PROGRAMS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        # Debian's programs are links, some to a path that exists in the folder alone.
        (folder / name).symlink_to("/etc/alternatives/none")
    assert debian.ensure_window_folder() == folder
