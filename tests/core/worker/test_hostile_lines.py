"""Lines that are no requests, and requests with mistyped values: each gets an answer, and the next request works."""

import pytest

WRONG = (None, True, "x", [], {}, [[1]], -1e300, 10**400)
FINISH = {"type": "finish", "motion": "no.npz", "out": "out.npz"}
DIRECT = {"type": "direct", "take": "no", "out": "new"}


def mistyped():
    """Requests with a value of another type somewhere."""
    for value in WRONG:
        for name in ("upper", "root", "feet", "use_contacts", "floor_m"):
            yield {**FINISH, "settings": {name: value}}
        for name in ("levels", "markers", "keep", "mood", "take", "out"):
            yield {**DIRECT, name: value}
        yield {**DIRECT, "levels": {"upper": value, "pose": value}}
        yield {**DIRECT, "markers": [{"kind": value, "start_s": value}]}
        yield {**DIRECT, "mood": [{"name": value, "strength": value}]}
        yield {"type": "resample", "take": "no", "out": "new", "areas": value, "start": value, "end": value}
        yield {"type": "body", "model": "no.npz", "out": "b.npz", "betas": value}
        yield {"type": value}


def test_mistyped_requests_get_an_error_that_is_foreseen(worker, tmp_path):
    for number, request in enumerate(mistyped(), 1):
        paths = {
            key: str(tmp_path / value)
            for key, value in request.items()
            if key in ("motion", "take", "model") and isinstance(value, str)
        }
        worker.send({"id": number, **request, **paths})
        reply = worker.final(number)
        assert reply["type"] == "error", request
        assert "unexpectedly" not in reply["message"], reply
        assert reply["remedy"]


def test_no_line_ends_the_reader(worker):
    for line in (
        b"[" * 200_000,
        b'{"id":' * 2000,
        b"\xff\xfe",
        b'"' * 99,
        b'{"id": 1, "type": "cancel", "target": [1]}',
    ):
        worker.send(line)
        assert worker.reply()["type"] == "error"
    worker.send(b"x" * ((16 << 20) + 5))
    assert "16 MB" in worker.reply()["message"]
    worker.send({"id": 7, "type": "cancel"})
    assert worker.final(7)["type"] == "result"


@pytest.mark.parametrize("version", [0, 2])
def test_an_add_on_of_another_version_is_told(worker, version):
    worker.send({"id": 1, "type": "hello", "protocol": version})
    reply = worker.final(1)
    assert reply["type"] == "error"
    assert "Update" in reply["remedy"]
