"""Transcripts of every kind are read; text becomes what is spoken; every word gets a pronunciation."""

import json
import time

import pytest

from core.errors import GestureError
from core.text.letters import letter_sounds
from core.text.pronounce import dictionary, pronunciations
from core.text.spoken import spoken_words
from core.text.timing import Phone, Word, load_words, save_words
from core.text.transcript import Caption, parse_transcript, read_transcript


@pytest.mark.parametrize(("written", "said"), [
    ("It cost $5.50.", "it cost five dollars fifty cents"),
    ("€1,200 or £3m", "one thousand two hundred euros or three million pounds"),
    ("$1", "one dollar"),
    ("on May 21st, 1999", "on may twenty first nineteen ninety nine"),
    ("in the 1990s", "in the nineteen nineties"),
    ("the '90s", "the nineties"),
    ("2007 people, 1,234", "two thousand seven people one thousand two hundred thirty four"),
    ("3.14", "three point one four"),
    ("-5", "minus five"),
    ("-5°", "minus five degrees"),
    ("25%", "twenty five percent"),
    ("7:30 p.m.", "seven thirty p m"),
    ("8:05am", "eight oh five a m"),
    ("Mr. Smith vs. Dr. Who", "mister smith versus doctor who"),
    ("e.g. cats & dogs + 1 @ home", "for example cats and dogs plus one at home"),
    ("a well-known “trick” — it’s his…", "a well known trick it's his"),
    ("10-20 or 1/2", "ten to twenty or one half"),
    ("5km of mp3s", "five kilometers of mp three s"),
    ("café", "cafe"),
    ("[laughs] <i>Hi</i> (there)!", "hi there"),
    ("[]{} -- …", ""),
])  # fmt: skip
def test_written_text_becomes_what_is_spoken(written, said):
    assert " ".join(token for word in spoken_words(written) for token in word.tokens) == said


def test_spoken_words_remember_how_they_were_written():
    words = spoken_words("Pay $20, well-known Mr. X!")
    assert [word.display for word in words] == ["Pay", "$20", "well-known", "Mr", "X"]
    assert words[1].tokens == ("twenty", "dollars")


@pytest.mark.parametrize(("word", "phones"), [
    ("hello", "HH AH L OW"),
    ("smartwatch", "S M AA R T W AA CH"),
    ("vlogging", "V L AA G IH NG"),
    ("unfriended", "AH N F R EH N D AH D"),
    ("cuz", "K AH Z"),
    ("sooo", "S OW"),
    ("xkcd", "EH K S K EY S IY D IY"),
    ("blockchain's", "B L AA K CH EY N Z"),
])  # fmt: skip
def test_unknown_words_are_pronounced(word, phones):
    assert pronunciations(word)[0] == phones


def test_an_acronym_can_be_spelt_or_read():
    assert pronunciations("COVID") == ("S IY OW V IY AY D IY", "K OW V IH D")
    assert "EH F B IY AY" in pronunciations("FBI")


def test_letter_rules_come_near_the_dictionary():
    words = [word for word in sorted(dictionary()) if word.isalpha() and len(word) > 3][::150]
    wrong = total = 0
    for word in words:
        said = letter_sounds(word).split()
        wrong += min(_distance(said, way.split()) for way in dictionary()[word])
        total += len(dictionary()[word][0].split())
    assert wrong / total < 0.25


def test_any_word_gets_known_phones():
    phones = {phone for ways in dictionary().values() for way in ways for phone in way.split()}
    for word in ("'", "zzz", "a'b", "q", "ptkx", "eieio", "wwww", "aaaaah", "BRRR"):
        for way in pronunciations(word) if word != "'" else ():
            assert way
            assert set(way.split()) <= phones


def _distance(a: list[str], b: list[str]) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (x != y)))
        row = new
    return row[-1]


def test_subtitles_become_running_text(tmp_path):
    srt = tmp_path / "a.srt"
    first = "1\n00:00:01,000 --> 00:00:02,000\n<i>Hello</i> there,\n\n"
    srt.write_text(first + "2\n00:00:02,000 --> 00:00:03,000\n[music]\n- my friend.\n", encoding="utf-8")
    vtt = tmp_path / "a.vtt"
    vtt.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nHello there,\n\n00:02.000 --> 00:03.000\nmy friend.\n")
    assert read_transcript(srt).text.split() == "Hello there, my friend.".split()
    assert read_transcript(vtt).text.split() == "Hello there, my friend.".split()
    assert read_transcript(vtt).words is None


def test_a_textgrid_keeps_its_word_times(tmp_path):
    from praatio import textgrid

    grid = textgrid.Textgrid()
    grid.addTier(textgrid.IntervalTier("words", [(0.5, 0.9, "hi"), (1.0, 1.5, "you")], 0, 2))
    grid.addTier(textgrid.IntervalTier("phones", [(0.5, 0.6, "HH"), (0.6, 0.9, "AY1"), (1.0, 1.5, "Y")], 0, 2))
    grid.save(str(tmp_path / "a.TextGrid"), format="long_textgrid", includeBlankSpaces=True)
    transcript = read_transcript(tmp_path / "a.TextGrid")
    assert transcript.text == "hi you"
    assert transcript.words[0] == Word("hi", 0.5, 0.9, 1.0, (Phone("HH", 0.5, 0.6), Phone("AY", 0.6, 0.9)))


def test_whisper_json_keeps_its_word_times(tmp_path):
    path = tmp_path / "a.json"
    words = [{"word": " Hi,", "start": 0.5, "end": 0.9, "probability": 0.8}, {"word": " you.", "start": 1, "end": 1.5}]
    path.write_text(json.dumps({"text": " Hi, you.", "segments": [{"text": " Hi, you.", "words": words}]}))
    assert read_transcript(path).text == "Hi, you."
    assert read_transcript(path).words == (Word("Hi", 0.5, 0.9, 0.8), Word("you", 1.0, 1.5))


def test_plain_text_in_any_usual_encoding(tmp_path):
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        (tmp_path / "a.txt").write_bytes("It’s a café.".encode(encoding))
        assert read_transcript(tmp_path / "a.txt").text == "It’s a café."


@pytest.mark.parametrize(("name", "content", "said"), [
    ("missing.txt", None, "no transcript"), ("a.txt", b"", "is empty"), ("a.txt", b" \n ", "is empty"),
    ("a.txt", b"\x00\x01\x02hello", "not text"), ("a.txt", bytes(range(256)) * 4, "not text"),
    ("a.txt", "。、！".encode(), "no words"), ("a.json", b"{broken", "not a valid"), ("a.json", b"3", "not a valid"),
    ("a.srt", b"hello", "not a valid"), ("a.TextGrid", b"hello", "not a valid"),
    ("a.vtt", b"hello", "not a valid"),
])  # fmt: skip
def test_a_bad_transcript_is_named_and_has_a_remedy(tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(GestureError, match=said) as error:
        read_transcript(tmp_path / name)
    assert error.value.remedy.endswith(".")


def _textgrid(tiers: int, intervals: int) -> str:
    inside = "".join(f'{n}\n{n + 1}\n"so"\n' for n in range(intervals))
    head = f'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n{intervals}\n<exists>\n{tiers}\n'
    return head + "".join(f'"IntervalTier"\n"t{n}"\n0\n{intervals}\n{intervals}\n{inside}' for n in range(tiers))


def _many(kind: str) -> str:
    timed = [{"word": "so", "start_s": n / 20, "end_s": n / 20 + 0.04} for n in range(60_000)]
    blocks = [f"{n}\n00:{n // 60000:02}:{n // 1000 % 60:02}.{n % 1000:03}" for n in range(60_000)]
    captions = [f"{block} --> {block.partition(chr(10))[2]}\nso {block[:5]}\n" for block in blocks]
    return {
        "words.json": lambda: json.dumps(timed),
        "text.json": lambda: json.dumps({"text": "so", "words": timed}),
        "caption.json": lambda: json.dumps(
            {"text": "so", "segments": [{"text": "so " * 30_000, "start": 0, "end": 9}]}
        ),
        "a.srt": lambda: "\n".join(captions),
        "a.vtt": lambda: "WEBVTT\n\n" + "\n".join(captions),
        "tiers.TextGrid": lambda: _textgrid(3000, 2),
        "intervals.TextGrid": lambda: _textgrid(1, 150_000),
    }[kind]()


@pytest.mark.parametrize("name", [
    "words.json", "text.json", "caption.json", "a.srt", "a.vtt", "tiers.TextGrid", "intervals.TextGrid",
])  # fmt: skip
def test_too_many_words_are_refused_at_once_in_every_format(tmp_path, name):
    (tmp_path / name).write_text(_many(name))
    start = time.process_time()
    with pytest.raises(GestureError, match="holds more than"):
        read_transcript(tmp_path / name)
    # Before they were counted first, 60,000 words took 36 s. A tracer of coverage makes reading three times slower.
    assert time.process_time() - start < 4


def test_words_json_is_a_transcript_whose_words_keep_times_and_phones(tmp_path):
    words = (Word("hi", 0.5, 0.9, 0.8, (Phone("HH", 0.5, 0.6), Phone("AY", 0.6, 0.9))), Word("you", 1.0, 1.5, 0.4))
    save_words(words, tmp_path / "words.json")
    read = read_transcript(tmp_path / "words.json")
    assert (read.text, read.words, read.captions) == ("hi you", words, None)


def test_pasted_text_is_checked_the_same_way():
    assert parse_transcript(" Hello. ").text == "Hello."
    with pytest.raises(GestureError):
        parse_transcript("  ")


def test_words_survive_a_round_trip_through_their_file(tmp_path):
    words = (Word("$5", 0.5, 1.25, 0.9, (Phone("F", 0.5, 0.6),)), Word("naïve", 1.3, 1.5))
    save_words(words, tmp_path / "words.json")
    assert load_words(tmp_path / "words.json") == words
    (tmp_path / "words.json").write_text('[{"word": 3}]')
    with pytest.raises(GestureError):
        load_words(tmp_path / "words.json")


@pytest.mark.parametrize(("name", "content"), [
    ("digits.txt", "and " + "9" * 250_000),
    ("commas.txt", "1," * 120_000),
    ("dashes.txt", "1-" * 120_000),
    ("numbers.txt", "123456789012345 " * 15_000),
    ("long.txt", "the quick brown fox " * 240_000),
    ("word.txt", "a" * 1600),
    ("signs.srt", "1\n00:00:01,000 --> 00:00:05,000\n" + "‹" * 200_000),
    ("brackets.srt", "1\n00:00:01,000 --> 00:00:05,000\n" + "<[(A{\\" * 40_000),
    ("deep.json", "[" * 200_000),
    ("signs.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<" * 200_000),
    ("repeated.TextGrid", 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n' + "xmin = 0 \n" * 100_000),
])  # fmt: skip
def test_texts_that_nobody_can_say_are_refused_quickly(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    start = time.process_time()
    with pytest.raises(GestureError) as error:
        spoken_words(read_transcript(path).text)
    assert error.value.remedy
    assert time.process_time() - start < 2


def test_an_hour_of_words_is_read():
    assert len(spoken_words("It was, of course, about twenty-four people in 1999. " * 1350)) == 12_150


def test_captions_keep_their_times(tmp_path):
    srt = tmp_path / "a.srt"
    srt.write_text("1\n00:00:01,250 --> 00:01:02,5\n<i>Hello</i> there\n\n2\n01:00:00.000 --> 01:00:01.000\n[music]\n")
    assert read_transcript(srt).captions == (Caption("Hello there", 1.25, 62.5),)
