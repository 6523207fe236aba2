"""Transcripts that no program should write: odd encodings, signs that are not seen, times that run backwards."""

import json
from pathlib import Path
from typing import Any

from devtools.hostile.good import WORDS

_GRID = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
_HEAD = _GRID + "xmin = 0\nxmax = {end}\ntiers? <exists>\nsize = {tiers}\nitem []:\n"


def make_transcripts(folder: Path) -> list[Path]:
    """Write the files."""
    folder.mkdir(parents=True)
    paths = []
    for name, content in {**_texts(), **_subtitles(), **_grids(), **_whispers()}.items():
        (folder / name).write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
        paths.append(folder / name)
    return paths


def _texts() -> dict[str, str | bytes]:
    said = WORDS
    return {
        "mark.txt": b"\xef\xbb\xbf" + said.encode(),
        "marks.txt": b"\xef\xbb\xbf" * 3 + said.encode(),
        "only_mark.txt": b"\xef\xbb\xbf",
        "utf16_little.txt": said.encode("utf-16-le"),
        "utf16_big.txt": b"\xfe\xff" + said.encode("utf-16-be"),
        "utf16_odd.txt": said.encode("utf-16") + b"\0",
        "utf16_half_pair.txt": b"\xff\xfe\x00\xd8" + said.encode("utf-16-le"),
        "utf32.txt": said.encode("utf-32"),
        "utf7.txt": said.encode("utf-7") + b" +2AA-",
        "cut_letter.txt": "so caf\u00e9".encode()[:-1],
        "surrogate.txt": "so \ud800 it is",
        "overlong.txt": b"so \xc0\xaf it is",
        "zero_in_middle.txt": b"so it\0is here",
        "bidi.txt": "\u202eso it\u202c \u2066is\u2069 here \u200f",
        "not_seen.txt": "s\u200bo\u200d i\u00adt\ufeff i\u2060s \u180e",
        "only_not_seen.txt": "\u200b\u200d\u2060",
        "marks_on_a_letter.txt": "so" + "\u0301" * 50_000 + " it",
        "pictures.txt": "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea",
        "signs.txt": "... --- !!! ??? \u2026 \u2014",
        "carriage.txt": "so\rit\ris\rhere\r",
        "separators.txt": "so\u2028it\u2029is\x0bhere\x0cnow\x85",
        "line_5_mb.txt": "so it is here " * 360_000,
        "word_100_kb.txt": "a" * 100_000,
        "lines_100_000.txt": "\n" * 100_000 + said,
        "number_1_mb.txt": "9" * 280_000,
        "numbers.txt": "1e999 -0 0x1F 1/0 10^10^10 1,000,000,000,000 3.1.4.1.5 MMMDCCC \u0663 \u2460 \u00bd \u2168",
        "money.txt": "$" * 2000 + " 5$ " * 500,
        "dots.txt": "a." * 50_000,
        "quotes.txt": "\u2018\u201c'\"" * 20_000 + " so",
        "address.txt": "https://example.org/" + "a/" * 5_000 + " so@it.is",
        "brackets.txt": "(" * 50_000 + "so" + ")" * 50_000,
        "markup.txt": "<" * 50_000 + " so it",
        "script.txt": "<script>alert(1)</script> {{7*7}} ${HOME} $(id) `id` %s %n {0}",
        "many_scripts.txt": "so \u3053\u308c \u662f \u043e\u043d\u0430 \u0647\u064a \u0e09\u0e31\u0e19",
        "document.txt": b"%PDF-1.7\n" + bytes(range(256)) * 20,
        "word.txt": b"PK\x03\x04" + bytes(500),
        "rich.txt": r"{\rtf1\ansi so it is here}",
        "ending.unknown": said,
        "noending": said,
        "log.TXT": said,
    }


def _subtitles() -> dict[str, str | bytes]:
    def block(number: Any, start: str, end: str, text: str = WORDS) -> str:
        return f"{number}\n{start} --> {end}\n{text}\n\n"

    return {
        "backwards.srt": block(1, "00:00:02,000", "00:00:01,000"),
        "order.srt": block(2, "00:00:02,000", "00:00:02,500") + block(1, "00:00:00,100", "00:00:01,000"),
        "same_time.srt": block(1, "00:00:01,000", "00:00:01,000") * 300,
        "overlap.srt": block(1, "00:00:00,000", "00:00:03,000") * 50,
        "beyond.srt": block(1, "99:59:59,999", "99:59:59,999"),
        "minutes_99.srt": block(1, "00:99:99,999", "00:99:99,999"),
        "negative.srt": block(1, "-00:00:01,000", "00:00:01,000"),
        "letters.srt": block(1, "00:00:aa,000", "00:00:01,000"),
        "digits.srt": block(1, "00:00:00,\u0661\u0662\u0663", "00:00:01,000"),
        "points.srt": block(1, "00:00:00.5", "00:00:01.5"),
        "no_numbers.srt": "00:00:00,100 --> 00:00:01,000\nso it\n\n00:00:01,100 --> 00:00:02,000\nis here",
        "no_text.srt": block(1, "00:00:00,100", "00:00:01,000", "") * 9,
        "only_numbers.srt": block(1, "00:00:00,100", "00:00:01,000", "2"),
        "arrows_inside.srt": block(1, "00:00:00,100", "00:00:01,000", "so --> it --> is"),
        "tags.srt": block(1, "00:00:00,100", "00:00:01,000", "<i><b></i>so {\\an8}it <font color=red>is"),
        "tags_unclosed.srt": block(1, "00:00:00,100", "00:00:01,000", "<" * 90_000 + "so"),
        "mark.srt": b"\xef\xbb\xbf" + block(1, "00:00:00,100", "00:00:01,000").encode(),
        "utf16.srt": block(1, "00:00:00,100", "00:00:01,000").encode("utf-16"),
        "returns.srt": block(1, "00:00:00,100", "00:00:01,000").replace("\n", "\r").encode(),
        "many.srt": "".join(block(n, "00:00:00,100", "00:00:01,000", "so") for n in range(60_000)),
        "head_alone.vtt": "WEBVTT\n",
        "no_head.vtt": "00:00.100 --> 00:01.000\nso it is\n",
        "notes.vtt": "WEBVTT\n\nNOTE so\n\nSTYLE\n::cue{}\n\n00:00.100 --> 00:01.000 align:start\n<v A>so it</v> is\n",
        "backwards.vtt": "WEBVTT\n\n00:02.000 --> 00:01.000\nso it is\n",
        "times.vtt": "WEBVTT\n\n99999999999:00:00.000 --> 99999999999:00:01.000\nso it is\n",
        "inner_times.vtt": "WEBVTT\n\n00:00.100 --> 00:01.000\n<00:00.200><c>so</c><99:99.999>it\n",
        "text.vtt": "so it is here",
    }


def _interval(start: Any, end: Any, text: str) -> str:
    return f'intervals [1]:\nxmin = {start}\nxmax = {end}\ntext = "{text}"\n'


def _grid(*intervals: str, end: Any = 3, tiers: Any = 1, size: Any = None, name: str = "words") -> str:
    count = len(intervals) if size is None else size
    head = f'item [1]:\nclass = "IntervalTier"\nname = "{name}"\nxmin = 0\nxmax = {end}\nintervals: size = {count}\n'
    return _HEAD.format(end=end, tiers=tiers) + head + "".join(intervals)


def _grids() -> dict[str, str | bytes]:
    good = _interval(0.2, 0.6, "so")
    points = _HEAD.format(end=3, tiers=1) + (
        'item [1]:\nclass = "TextTier"\nname = "words"\nxmin = 0\nxmax = 3\npoints: size = 1\n'
        'points [1]:\nnumber = 1\nmark = "so"\n'
    )
    deep = _HEAD.format(end=3, tiers=3000) + "".join(
        f'item [{n}]:\nclass = "IntervalTier"\nname = "t{n}"\nxmin = 0\nxmax = 3\nintervals: size = 1\n{good}'
        for n in range(3000)
    )
    return {
        "backwards.TextGrid": _grid(_interval(0.6, 0.2, "so")),
        "overlap.TextGrid": _grid(_interval(0, 2, "so"), _interval(1, 3, "it")),
        "same_time.TextGrid": _grid(_interval(1, 1, "so")),
        "negative.TextGrid": _grid(_interval(-5, -1, "so")),
        "beyond.TextGrid": _grid(_interval(5e8, 6e8, "so"), end=1e9),
        "nan.TextGrid": _grid(_interval("nan", "nan", "so")),
        "infinite.TextGrid": _grid(_interval(0, "inf", "so"), end="inf"),
        "size_lies.TextGrid": _grid(good, size=10**9),
        "size_negative.TextGrid": _grid(good, size=-1),
        "tiers_lie.TextGrid": _grid(good, tiers=10**9),
        "quotes.TextGrid": _grid(_interval(0.2, 0.6, 'so ""it"" is')),
        "quote_open.TextGrid": _grid(_interval(0.2, 0.6, 'so"it')),
        "lines_inside.TextGrid": _grid(_interval(0.2, 0.6, "so\nit\nis")),
        "grid_inside.TextGrid": _grid(_interval(0.2, 0.6, _grid(good).replace('"', '""'))),
        "tiers_3000.TextGrid": deep,
        "points.TextGrid": points,
        "empty_tier.TextGrid": _grid(),
        "no_tier.TextGrid": _HEAD.format(end=3, tiers=0),
        "short.TextGrid": _GRID + '0\n3\n<exists>\n1\n"IntervalTier"\n"words"\n0\n3\n1\n0.2\n0.6\n"so"\n',
        "utf16.TextGrid": _grid(good).encode("utf-16"),
        "binary.TextGrid": b"ooBinaryFile\x08TextGrid" + bytes(200),
        "unknown_tier.TextGrid": _grid(good, name="\u202ewords\u0000"),
        "many.TextGrid": _grid(*(_interval(n / 1e4, (n + 1) / 1e4, "so") for n in range(15_000))),
    }


def _whispers() -> dict[str, str | bytes]:
    word = {"word": "so", "start": 0.2, "end": 0.6}
    values: dict[str, Any] = {
        "nothing": {},
        "null": None,
        "number": 5,
        "text_number": {"text": 5},
        "words_text": {"words": "so it is"},
        "words_mapping": {"words": {"so": 1}},
        "words_deep": {"words": [[word]]},
        "no_times": {"words": [{"word": "so"}] * 3},
        "half_times": {"words": [word, {"word": "it"}]},
        "text_times": {"words": [{**word, "start": "0.2"}]},
        "backwards": {"words": [{**word, "start": 2.0, "end": 1.0}]},
        "order": {"words": [{**word, "start": 2.0, "end": 2.2}, word]},
        "beyond": {"words": [{**word, "start": 1e6, "end": 1e6 + 1}]},
        "huge": {"words": [{**word, "start": 1e300, "end": 1e308}]},
        "truth": {"words": [{**word, "start": True, "end": True}]},
        "sure": {"words": [{**word, "probability": -5}]},
        "sure_text": {"words": [{**word, "probability": "high"}]},
        "empty_words": {"words": [{**word, "word": ""}] * 5},
        "segments": {"segments": [{"text": "so it", "start": 0, "end": 1, "words": None}]},
        "segments_wrong": {"segments": [1, "two", None]},
        "segments_many": {"segments": [{"text": "so", "start": 0, "end": 1}] * 30_000},
        "words_json": [{"word": "so", "start_s": 0.2, "end_s": 0.6, "phones": [{"phone": "", "start_s": 9}]}],
        "phones": [{"word": "so", "start_s": 0.2, "end_s": 0.6, "phones": "S OW"}],
        "lone": {"text": "so \ud800 it"},
    }
    made: dict[str, str | bytes] = {f"w_{name}.json": json.dumps(value) for name, value in values.items()}
    made |= {
        "w_mark.json": b"\xef\xbb\xbf" + json.dumps({"text": "so it"}).encode(),
        "w_twice.json": '{"text": "so", "text": "it", "words": [], "words": 5}',
        "w_number.json": '{"words": [{"word": "so", "start": ' + "1" * 5000 + ', "end": 1}]}',
        "w_lines.json": '{"text": "so"}\n{"text": "it"}\n',
        "w_comment.json": '{"text": "so" /* it */}',
    }
    return made
