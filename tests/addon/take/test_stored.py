"""Takes, and records of what was keyed, as they are stored in the file: damaged ones are refused, old ones load."""

from dataclasses import replace

import bpy
import numpy as np
import pytest

from ..conftest import first_on_each, wobble, write_take

KEYS = ("mambatalk_data", "mambatalk_written")


@pytest.fixture
def action(character, tmp_path, recording):
    """The action of a take of three frames."""
    bpy.context.scene.render.fps = 30
    folder = write_take(tmp_path / "take", wobble(3), recording)
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    return character.animation_data.action


def loader(key):
    """What reads the bytes that are stored under a key."""
    from mambatalk_ext.addon.take import checksums
    from mambatalk_ext.addon.take import store as take_store

    return {take_store.KEY: take_store.load, checksums.KEY: checksums.load}[key]


def is_refused(action, key, stored: bytes) -> bool:
    """Whether bytes in the place of those stored are refused, with a remedy."""
    from mambatalk_ext.addon.blender import versions
    from mambatalk_ext.core.errors import GestureError

    versions.set_bytes(action, key, stored)
    try:
        loader(key)(action)
    except GestureError as error:
        return bool(error.remedy)
    return False


@first_on_each("key", KEYS)
def test_every_byte_that_changed_is_found(action, key):
    whole = bytes(action[key])
    kept = [
        place
        for place in range(len(whole))
        if not is_refused(action, key, whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
    ]
    assert not kept
    assert is_refused(action, key, whole[: len(whole) // 2])
    assert is_refused(action, key, whole + b"\0")
    with pytest.raises(RuntimeError, match=r"damaged|no longer be read"):
        bpy.ops.mambatalk.set_levels(upper=0.5)
    assert not is_refused(action, key, whole)


def test_takes_and_records_stored_without_a_check_sum_load_and_get_one(action, tmp_path):
    from mambatalk_ext.addon.blender import versions
    from mambatalk_ext.addon.take import checksums
    from mambatalk_ext.addon.take import store as take_store
    from mambatalk_ext.core.sealed import MAGIC, unseal

    take, record = take_store.load(action), checksums.load(action)
    for key, start in zip(KEYS, (b"PK", b""), strict=True):
        old = unseal(bytes(action[key]))
        assert old.startswith(start)
        versions.set_bytes(action, key, old)
    name, path = action.name, str(tmp_path / "old.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    action = bpy.data.actions[name]
    for part in ("raw", "finished"):
        then, now = getattr(take, part), getattr(take_store.load(action), part)
        assert np.array_equal(then.rotations, now.rotations)
    assert checksums.load(action).stamp == record.stamp
    assert bpy.ops.mambatalk.set_levels(upper=0.5) == {"FINISHED"}
    assert action[checksums.KEY].startswith(MAGIC)
    assert bpy.ops.mambatalk.finish() == {"FINISHED"}
    assert action[take_store.KEY].startswith(MAGIC)


@pytest.mark.any_blender
def test_codes_of_any_size_come_back_as_they_were(action):
    from mambatalk_ext.addon.take import store as take_store

    take = take_store.load(action)
    assert {values.dtype for values in take.codes.values()} == {np.dtype(np.int16)}
    wide = {name: values.astype(np.int32) + 200_000_000 for name, values in take.codes.items()}
    for codes in (take.codes, wide):
        back = take_store.unpack(take_store.pack(replace(take, codes=codes))).codes
        assert all(np.array_equal(back[name], values) for name, values in codes.items())


@pytest.mark.any_blender
def test_a_take_of_a_newer_version_is_named_as_such_and_kept(action):
    from mambatalk_ext.addon.take import store as take_store

    take = take_store.load(action)
    newer = take_store.pack(replace(take, description={**take.description, "format": 99}))
    take_store.save_packed(action, newer)
    with pytest.raises(RuntimeError, match=r"A newer version .* Update the extension"):
        bpy.ops.mambatalk.set_levels(upper=0.5)
    assert take_store.packed(action) == newer
