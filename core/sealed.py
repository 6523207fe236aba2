"""Bytes stored with a checksum, so that any change to them is found when they are read.

Layout: 7 bytes `MAGIC`, 1 byte format version (1), 32 bytes SHA-256 of the data, the data.
"""

import hashlib

from .errors import GestureError

MAGIC = b"mambatk"
VERSION = 1
_DATA = len(MAGIC) + 1 + hashlib.sha256().digest_size


def seal(data: bytes) -> bytes:
    """Put magic bytes, version and checksum before data; equal data give equal bytes.

    >>> unseal(seal(b"motion"))
    b'motion'
    """
    return MAGIC + bytes([VERSION]) + hashlib.sha256(data).digest() + data


def unseal(stored: bytes) -> bytes:
    """Check bytes that `seal` returned, and return the data in them.

    Raises:
        ValueError: the bytes are not sealed, or were changed since. The caller knows what the bytes mean, and adds a
            remedy.
        GestureError: a newer version of the extension sealed them.
    """
    if len(stored) < _DATA or not stored.startswith(MAGIC):
        raise ValueError("no magic bytes at the start")
    if stored[len(MAGIC)] != VERSION:
        raise GestureError(
            f"The data stored in this file have the format {stored[len(MAGIC)]}, which this version cannot read.",
            remedy="Update the extension; where it is the newest, use a backup.",
        )
    data = stored[_DATA:]
    if hashlib.sha256(data).digest() != stored[len(MAGIC) + 1 : _DATA]:
        raise ValueError("the checksum does not match")
    return data
