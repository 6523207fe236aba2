"""What the add-on and the worker say to each other survives the line between them."""

import os
from pathlib import Path

import pytest

from core import requests
from core.worker import protocol

A, B = Path("a"), Path("b")


@pytest.mark.parametrize(
    "task",
    [
        requests.Hello(weights=Path("a folder/ünï")),
        requests.Align(A, B, transcript_text="line one\nline two"),
        requests.Generate(A, B, speaker=3, duration_s=1.5),
        requests.Resample(A, B, ("hands", "head"), 3, 90, settings={"root": "free"}),
        requests.Mix(A, B, (requests.Pick(Path("c"), ("all",)), requests.Pick(Path("d"), ("face",), 1, 2))),
        requests.Direct(A, B, {"upper": 1.2}, ({"kind": "hold", "start_s": 1.0, "end_s": 2.0},), ("head",)),
        requests.Finish(A, B),
        requests.Body(A, B, (0.5, -1.0)),
        requests.Cancel(7),
        requests.Shutdown(),
    ],
)
def test_a_request_survives_the_line(task):
    line = protocol.encode_request(protocol.Request(5, task))
    assert "\n" not in line
    assert protocol.decode_request(line) == protocol.Request(5, task)


def test_a_field_that_was_renamed_keeps_its_key():
    line = protocol.encode_request(protocol.Request(5, requests.Generate(A, B, hands_out_here=False)))
    assert '"directed": false' in line
    assert "hands_out_here" not in line
    assert not protocol.decode_request(line).task.hands_out_here


@pytest.mark.parametrize(
    ("task", "line"),
    [
        (
            requests.Resample(A, B, ("hands",), 3, 90),
            '"take": "a", "out": "b", "areas": ["hands"], "start": 3, "end": 90, "seed": 0, "variation": null, '
            '"margin": 8, "finish": true, "settings": {}, "weights": null, "audio": null, "device": "auto", '
            '"decoded": null}',
        ),
        (
            requests.Mix(A, B, (requests.Pick(Path("c"), ("all",), 1, 2),)),
            '"take": "a", "out": "b", "picks": [{"take": "c", "areas": ["all"], "start": 1, "end": 2}], '
            '"margin": 8, "finish": true, "settings": {}, "weights": null}',
        ),
    ],
)
def test_the_lines_of_requests_stay_as_they_are(task, line):
    """Names, order and defaults on the line do not change."""
    start = f'{{"id": 1, "type": "{task.type}", '
    assert protocol.encode_request(protocol.Request(1, task)) == start + line


def test_a_request_without_its_optional_fields_is_complete():
    line = '{"id": 2, "type": "mix", "take": "a", "out": "b", "picks": [{"take": "c", "areas": ["upper"]}]}'
    picks = (requests.Pick(Path("c"), ("upper",)),)
    assert protocol.decode_request(line) == protocol.Request(2, requests.Mix(A, B, picks))


def test_a_name_of_a_file_that_is_no_utf8_survives_the_line():
    name = Path(os.fsdecode(b"caf\xe9.wav"))
    line = protocol.encode_request(protocol.Request(1, requests.Finish(name, B)))
    assert protocol.decode_request(line).task.motion == name


def test_a_wrong_request_says_which_one_it_is():
    with pytest.raises(protocol.ProtocolError) as error:
        protocol.decode_request('{"id": 41, "type": "dance"}')
    assert error.value.id == 41


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
        ('{"id": 1, "type": "hello", "weights": 3}', "hello: weights cannot be 3"),
        ('{"id": 1, "type": "cancel", "target": true}', "target cannot be True"),
        ('{"id": 1, "type": "cancel", "target": 1.5}', r"target cannot be 1\.5"),
        ('{"id": 1, "type": "body", "model": "a", "out": "b", "betas": [1, "x"]}', r"betas\[1\] cannot be 'x'"),
        ('{"id": 1, "type": "mix", "take": "a", "out": "b", "picks": [{"take": "c"}]}', r"picks\[0\].*areas"),
        ('{"id": 1, "type": "mix", "take": "a", "out": "b", "picks": [{"a": 1}]}', r"picks\[0\] has no a"),
        ('{"id": 1, "type": "finish", "motion": "a", "out": "b", "settings": []}', "settings cannot be"),
        ('{"id": 1, "type": "finish", "motion": "a", "out": ""}', "out cannot be ''"),
        (r'{"id": 1, "type": "finish", "motion": "a", "out": "\ud800"}', "half of a letter"),
        (r'{"id": 1, "type": "finish", "motion": "a", "out": "b", "settings": {"\udbff": 1}}', "half of a letter"),
        ('{"id": 1, "type": "cancel", "target": [2]}', r"target cannot be \[2\]"),
        ('{"id": true, "type": "hello"}', "whole number"),
        ('{"id": 1, "type": "body", "model": "a", "out": "b", "betas": [1e999]}', "no number"),
        ("[" * 200_000, "too deeply"),
    ],
)
def test_a_line_that_is_no_request_says_why(line, reason):
    with pytest.raises(protocol.ProtocolError, match=reason):
        protocol.decode_request(line)
