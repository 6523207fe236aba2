"""What the add-on and the worker say to each other survives the line between them."""

import pytest

from core.worker import protocol


@pytest.mark.parametrize(
    "task",
    [
        protocol.Hello(weights="a folder/ünï"),
        protocol.Align("a.wav", "out.json", transcript_text="line one\nline two"),
        protocol.Generate("a.wav", "out", speaker=3, duration_s=1.5),
        protocol.Finish("a.npz", "b.npz"),
        protocol.Cancel(7),
        protocol.Shutdown(),
    ],
)
def test_a_request_survives_the_line(task):
    line = protocol.encode_request(protocol.Request(5, task))
    assert "\n" not in line
    assert protocol.decode_request(line) == protocol.Request(5, task)


@pytest.mark.parametrize(
    "reply",
    [
        protocol.Progress(1, 0.5, "Aligning"),
        protocol.Result(2, {"folder": "a", "take": {"seed": 1}}),
        protocol.Cancelled(3),
        protocol.Failure(4, "What", "Do", "trace\nback"),
        protocol.Failure(None, "What", "Do"),
    ],
)
def test_a_reply_survives_the_line(reply):
    assert protocol.decode_reply(protocol.encode_reply(reply)) == reply


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hello", "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"type": "hello"}', "whole number"),
        ('{"id": 1, "type": "dance"}', "dance"),
        ('{"id": 1, "type": ["hello"]}', "no request of type"),
        ('{"id": 1, "type": "generate"}', "audio"),
        ('{"id": 1, "type": "hello", "color": 3}', "color"),
    ],
)
def test_a_line_that_is_no_request_says_why(line, reason):
    with pytest.raises(protocol.ProtocolError, match=reason):
        protocol.decode_request(line)
