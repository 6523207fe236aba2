"""Records in a .blend, and take folders, that somebody else made: no error but a message, and nothing is changed."""

import contextlib
import json
import zlib

import bpy
import pytest
from mambatalk_ext.addon.blender import versions
from mambatalk_ext.addon.take import checksums, info
from mambatalk_ext.core.errors import GestureError
from mambatalk_ext.core.sealed import seal

from ..conftest import first_on_each

WRONG = (None, True, "x", [], {}, -1, 1e300, 10**30, [[1]])
HEAD = {"frame_count": 4, "block": 2, "channels": ["a"], "softened": {"a": [[0, 2]]}, "levels": {}, "stamp": "s"}


def record(head: dict, marks: bytes = bytes(4)) -> bytes:
    text = json.dumps(head).encode()
    return seal(len(text).to_bytes(4, "little") + zlib.compress(text + marks))


@pytest.fixture
def action():
    return bpy.data.actions.new("a")


@first_on_each("name", [*HEAD, "markers", "mood"])
def test_a_record_of_keys_with_a_wrong_entry_is_refused_or_is_legal(action, name):
    for value in WRONG:
        versions.set_bytes(action, checksums.KEY, record({**HEAD, name: value}))
        with contextlib.suppress(GestureError):
            assert checksums.load(action).frame_count in (0, 4, 1)
    versions.set_bytes(action, checksums.KEY, record(HEAD))
    assert checksums.load(action).softened["a"].tolist() == [True, True, False, False]


@first_on_each("data", [b"", b"x", record(HEAD)[:-3], record(HEAD, b"odd"), record([[]]), 5, "text"])
def test_a_record_of_another_kind_is_refused(action, data):
    if isinstance(data, bytes):
        versions.set_bytes(action, checksums.KEY, data)
    else:
        action[checksums.KEY] = data
    with pytest.raises(GestureError):
        checksums.load(action)


@pytest.mark.any_blender
def test_facts_of_another_kind_make_no_take(action):
    facts = {
        **{"folder": "f", "audio": "a.wav", "audio_sha256": "0", "offset_s": 0.0, "duration_s": None},
        **{"weights": "w", "speaker": "calm", "seed": 1, "start_frame": 1, "fps": 24.0, "frame_count": 9},
    }
    for text in ("", "[", "[" * 50_000, "[]", "{}", "NaN", json.dumps({**facts, "fps": float("nan")})):
        action[info.KEY] = text
        assert info.stored(action) is None
    for name in facts:
        for value in WRONG:
            action[info.KEY] = json.dumps({**facts, name: value})
            found = info.stored(action)
            assert found is None or type(getattr(found, name)) in (str, int, float, type(None))
    action[info.KEY] = json.dumps({**facts, "of_a_later_version": 1})
    assert info.stored(action).seed == 1


@first_on_each("name", ["take.json", "words.json"])
@pytest.mark.parametrize(
    "content", ["", "[5]", "{}", "[" * 50_000, "NaN", '[{"word": "a", "start_s": NaN, "end_s": 1}]', "\0"]
)
def test_load_take_says_what_is_wrong_with_a_folder_and_changes_nothing(take_folder, character, name, content):
    (take_folder / name).write_text(content)
    before = len(bpy.data.actions)
    with pytest.raises(RuntimeError, match="take"):
        bpy.ops.mambatalk.load_take(directory=str(take_folder))
    assert len(bpy.data.actions) == before
