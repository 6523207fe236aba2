"""Stored bytes come back as they were, or not at all."""

import pytest

from core.errors import GestureError
from core.sealed import MAGIC, seal, unseal

DATA = bytes(range(256))


@pytest.mark.parametrize("data", [b"", b"\0", DATA])
def test_what_is_sealed_comes_back(data):
    assert unseal(seal(data)) == data
    assert seal(data) == seal(data)


def test_no_bit_may_change_and_no_byte_be_lost_or_added():
    sealed = seal(DATA)
    for place in range(len(sealed)):
        for bit in range(8):
            damaged = bytearray(sealed)
            damaged[place] ^= 1 << bit
            with pytest.raises((ValueError, GestureError)):
                unseal(bytes(damaged))
    for other in (b"", MAGIC, sealed[:40], sealed[:-1], sealed + b"\0", DATA):
        with pytest.raises(ValueError, match=r"magic|sum"):
            unseal(other)


def test_what_a_newer_version_stored_is_refused_with_a_remedy():
    sealed = bytearray(seal(DATA))
    sealed[len(MAGIC)] += 1
    with pytest.raises(GestureError, match="Update the extension"):
        unseal(bytes(sealed))
