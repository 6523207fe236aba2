"""Every reader of files from others, on damaged files by chance: it reads them or says what is wrong, nothing else.

`build.py test --slow` goes on for ten minutes with new chances.
"""

import json
import random
import time

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.core.readers import READERS, Reader, accepts, archive
from tests.core.take.small_take import places, replaced

IN_SUITE, AT_ONCE, SLOW_S = 12, 100, 600
NUMBERS = (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\x01\0\0\0")
EXTREMES = (*NUMBERS, b"nan", b"inf", b"1e999", b"-1", b"[[[[", b"\0")
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
VALUES = PLAIN | st.lists(st.integers(), max_size=3)
QUIET = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


@st.composite
def damaged_bytes(draw, data: bytes) -> bytes:
    """Bytes with some of them changed, removed, added or repeated."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from((0, 1, 4, 30, 10**6))))
        new = draw(st.binary(max_size=8) | st.sampled_from(EXTREMES) | st.just(data[start:end] * 2))
        data = data[:start] + new + data[end:]
    return data


@st.composite
def damaged(draw, reader: Reader) -> bytes:
    """The content of a reader's file, damaged."""
    content = reader.content
    if isinstance(content, dict):
        if draw(st.booleans()):
            return draw(damaged_bytes(archive(content)))
        name = draw(st.sampled_from(sorted(content)))
        return archive({**content, name: draw(damaged_bytes(content[name]))})
    if reader.is_json and draw(st.integers(0, 3)):
        values = json.loads(content)
        place = draw(st.sampled_from([path for path in places(values) if path] or [()]))
        return json.dumps(replaced(values, place, draw(VALUES))).encode("utf-8", "replace")
    return draw(damaged_bytes(content))


def check(reader: Reader, folder, count: int, chance: int | None = None) -> None:
    """Give a reader so many damaged files."""

    @settings(max_examples=count, derandomize=chance is None, **QUIET)
    @given(damaged(reader))
    def one(content):
        (folder / reader.name).write_bytes(content)
        accepts(reader, folder / reader.name)

    (one if chance is None else seed(chance)(one))()


@pytest.mark.parametrize("name", READERS)
def test_damaged_files_are_read_or_refused(name, tmp_path):
    reader = READERS[name]
    whole = archive(reader.content) if isinstance(reader.content, dict) else reader.content
    (tmp_path / reader.name).write_bytes(whole)
    # The whole file of the pickle is of another kind: only plain words and numbers are read from such a file.
    assert accepts(reader, tmp_path / reader.name) == (name != "vocabulary")
    check(reader, tmp_path, IN_SUITE)


@pytest.mark.slow
def test_damaged_files_are_read_or_refused_for_ten_minutes(tmp_path):
    until = time.monotonic() + SLOW_S
    while time.monotonic() < until:
        chance = random.randrange(2**32)
        for name, reader in READERS.items():
            print(name, chance)  # shown where it fails
            check(reader, tmp_path, AT_ONCE, chance)
