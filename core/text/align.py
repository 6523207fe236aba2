"""Word and phone times of a recording whose text is known, and whether the two belong together.

    captions with times ── _in_captions ──┐
    words with times    ── _timed ────────┼─ Alignment: words with phones and confidence, and how well all of it fits
    a text alone        ── _free ─────────┘

Given times are tried first. Where they do not fit the sound, the text is found anew as if it had none.

A word is *displayed* as the transcript writes it. It may be said as several *tokens* ("$5": "five dollars"), and a
token in several ways. The search places tokens; `_words` joins them to displayed words again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..clock import SAMPLE_RATE
from ..errors import Cancelled, GestureError
from ..language.languages import ENGLISH
from ..phones.acoustic_model import STATES, acoustic_model
from ..phones.activity import FRAME_S, energy_db
from ..phones.search import Placed, phone_numbers
from .anchors import Anchors, Pronunciations, chance_score, find_anchors, mean_score, sure_words
from .confidence import confidences, fit_confidence
from .gaps import inserted_gaps, with_gaps, without_gaps
from .given_times import (
    can_be_said,
    caption_pieces,
    fit_of,
    follow_each_other,
    in_part,
    phones_inside,
    with_phones,
)
from .pieces import cut_pieces
from .placing import Sound, hear, place
from .pronounce import pronunciations
from .reading import Reading, read_text
from .timing import Phone, Word
from .transcript import Caption, Transcript

# Sure words are nearer to the best phones than this share of chance, and at least so much of the speech must be sure.
# Another text has 0.1 of an English recording at most, the right one 0.95. The sounds of other languages fit the
# acoustic model less: another text has 0.17, the right one 0.54.
SURE_SHARE, MATCHED = 0.55, 0.3
FOREIGN_SURE_SHARE, FOREIGN_MATCHED = 0.8, 0.2
# But ten seconds of another text may have 0.45, and of the right one 0.27. Another text leaves out words then.
FOREIGN_SURELY, SOME_LEFT_OUT = 0.45, 0.1
# In noise all sounds fit alike and fewer words are sure: another text has 0.1 at most, the right one 0.26 at 15 dB.
CLEAR_CHANCE, LEAST_MATCHED = -3.4, 0.15  # nats per frame, the score of chance from which on a recording is clear
# Where the steps of the work end, as shares of the whole.
SCORES_SHARE, REST_SHARE = 0.5, 0.5
ROUGH_SHARE = 0.5  # of the rest
READ_AT_ONCE = 400  # words

# A text that nobody said: its score on a recording is the score of chance.
DECOYS = (
    "jump orange velvet thirty kitchen auction fjord humble geese yogurt spark chimney azure thumb wolf ballot quick "
    "oyster hedge museum zinc parrot shovel union theory couch glimpse vacuum ivory pledge towel journey mask eighth "
    "curb violet harness fudge noise walrus depth ginger boat smooth eagle trunk cushion hire lizard plaque open "
    "wrinkle doubt hazard choir lamp beige fifty sneeze utmost giraffe"
).split()


@dataclass(frozen=True)
class Alignment:
    """The times of a text's words in a recording.

    Attributes:
        words: displayed words in order of time, which is that of the text but for sentences that are said elsewhere;
            words for which the recording has no room are left out.
        score: how much better the text fits than chance: mean log likelihood ratio per 10 ms frame, in nats. A right
            text scores 3-5 on a clean recording.
        matched: share of the speech that the text surely explains, 0-1.
        missing: number of displayed words that were left out because nobody says them in the recording.
    """

    words: tuple[Word, ...]
    score: float
    matched: float
    missing: int


def align(
    samples: np.ndarray,
    transcript: Transcript | str,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    language_check: bool = True,
    language: str = ENGLISH,
    own: Mapping[str, str] | None = None,
    offset_s: float = 0.0,
) -> Alignment:
    """Find the time of every word; the cost grows with the length, not with its square.

    A rough pass finds sure words (`anchors`). An exact pass then places all words between them (`placing`). Words of
    captions are placed inside these, and words that have times keep them (`given_times`), unless they do not fit.

    Args:
        samples: (N,) 16 kHz mono.
        transcript: a text, with times where it came from a file that has them.
        progress: is called with the share done, 0-1.
        cancelled: is called between pieces; True stops the work.
        language_check: False aligns even where the sound does not fit the words.
        language: the language of the text, which decides how its words are read.
        own: the user's pronunciations, as in `core.text.reading.read_text`.
        offset_s: where the samples begin in the recording that the transcript's times belong to.

    Raises:
        GestureError: the text holds no words, or it is not the text of the recording.
        Cancelled: `cancelled()` became true.
    """
    source = transcript if isinstance(transcript, Transcript) else Transcript(transcript)
    source = in_part(source, offset_s, len(samples) / SAMPLE_RATE)

    def tell(fraction: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(fraction)

    def read(parts: Sequence[str]) -> _Text:
        return _Text.of(parts, language, own, lambda: tell(0.0))

    text = read([source.text])
    captioned = read([caption.text for caption in source.captions]) if source.captions else None
    gaps = [] if source.captions or source.words else inserted_gaps(samples)
    samples = without_gaps(samples, gaps)
    level_db = energy_db(samples)
    sound = hear(samples, lambda share: tell(SCORES_SHARE * share))
    bar = _Bar.of(chance_score(sound.scores, _decoys(), level_db), language)
    tell(SCORES_SHARE)
    found = None
    if source.captions and captioned:
        found = _in_captions(sound, captioned, source.captions, bar, level_db)
    elif source.words and follow_each_other(source.words):
        found = _timed(sound, source.words, bar, language, own)
    if found is None or found.matched < bar.matched:  # no times, or those of another recording
        found = _free(sound, text, bar, level_db, language_check, lambda share: tell(SCORES_SHARE + REST_SHARE * share))
    tell(1.0)
    return replace(found, words=with_gaps(found.words, gaps))


@dataclass(frozen=True)
class _Bar:
    """What words must reach on a recording.

    Attributes:
        chance: score of a text that nobody said, nats per frame.
        sure: least score of sure words, together with their neighbours.
        matched: least share of the speech that must be sure words.
        surely: where less than this share is, nearly all words must be found.
    """

    chance: float
    sure: float
    matched: float
    surely: float = 0.0

    @classmethod
    def of(cls, chance: float, language: str) -> "_Bar":
        """Set the bar for a language."""
        if language == ENGLISH:
            clear = min(1.0, chance / CLEAR_CHANCE)
            return cls(chance, SURE_SHARE * chance, max(LEAST_MATCHED, MATCHED * clear))
        return cls(chance, FOREIGN_SURE_SHARE * chance, FOREIGN_MATCHED, FOREIGN_SURELY)


@dataclass(frozen=True)
class _Text:
    """A text as the search takes it.

    Attributes:
        said: its displayed words.
        words: the pronunciations of all tokens.
        owner: for each token the number of its displayed word.
        counts: number of tokens of each part of the text.
    """

    said: tuple[Reading, ...]
    words: Pronunciations
    owner: list[int]
    counts: list[int]

    @classmethod
    def of(
        cls, parts: Sequence[str], language: str, own: Mapping[str, str] | None, check: Callable[[], None]
    ) -> "_Text":
        """Read the parts of a text; `check` is called now and then, and what it raises stops the work."""
        read: list[list[Reading]] = []
        for part in parts:
            pieces = part.split()
            read.append([])
            for first in range(0, len(pieces), READ_AT_ONCE):
                check()
                read[-1] += read_text(" ".join(pieces[first : first + READ_AT_ONCE]), language, own)
        said = tuple(reading for part in read for reading in part)
        if not said:
            raise GestureError(
                "The transcript holds no words.", remedy="Choose a transcript with the words of the speech."
            )
        owner = [number for number, reading in enumerate(said) for _ in reading.tokens]
        words = [_numbers(token) for reading in said for token in reading.tokens]
        return cls(said, words, owner, [sum(len(reading.tokens) for reading in part) for part in read])


def _free(
    sound: Sound, text: _Text, bar: _Bar, level_db: np.ndarray, check: bool, tell: Callable[[float], None]
) -> Alignment:
    """Find the words of a text without times.

    Raises:
        GestureError: with `check`, too little of the speech is surely the text.
    """
    anchors = find_anchors(sound.scores, text.words, bar.sure, level_db, lambda share: tell(ROUGH_SHARE * share))
    if check and anchors.matched < bar.matched:
        raise _refusal(anchors, bar)
    pieces = cut_pieces(anchors.hits, np.array([len(ways[0]) for ways in text.words]), level_db)
    placed = place(
        sound,
        pieces,
        text.words,
        anchors.fit,
        lambda share: tell(ROUGH_SHARE + (1 - ROUGH_SHARE) * share),
        bar.sure,
    )
    words = _words(placed, text, bar, sound)
    left_out = len(text.said) - len(words)
    if check and anchors.matched < bar.surely and left_out > SOME_LEFT_OUT * len(text.said):
        raise _refusal(anchors, bar)
    return Alignment(words, anchors.score - bar.chance, anchors.matched, left_out)


def _refusal(anchors: Anchors, bar: _Bar) -> GestureError:
    return GestureError(
        "The transcript does not seem to be of this recording.",
        remedy="Check that the two belong together and that the language is right, or generate without words.",
        detail=f"{anchors.matched:.0%} of the speech fits; {anchors.score - bar.chance:.2f} nats above chance",
    )


def _in_captions(
    sound: Sound, text: _Text, captions: Sequence[Caption], bar: _Bar, level_db: np.ndarray
) -> Alignment | None:
    """Find the words of captions inside them; None where their times cannot be those of the words."""
    pieces = caption_pieces(captions, text.counts, level_db)
    if not pieces or not can_be_said(pieces, text.words):
        return None
    placed = place(sound, pieces, text.words, fit_of(sound, pieces, text.words))
    words = _words(placed, text, bar, sound)
    return _judged(sound, placed, words, bar, len(text.said))


def _timed(sound: Sound, given: Sequence[Word], bar: _Bar, language: str, own: Mapping[str, str] | None) -> Alignment:
    """Give words, which keep their times, confidences and the phones that they lack."""
    tokens = [
        [_numbers(token) for reading in read_text(word.word, language, own) for token in reading.tokens]
        for word in given
    ]
    found = phones_inside(sound, tokens, [(word.start_s, word.end_s) for word in given])
    words, placed = [], []
    for number, (word, inside, said) in enumerate(zip(given, found, tokens, strict=True)):
        placed += [replace(token, word=number) for token in inside]
        frames = sum(token.frames for token in inside)
        near = [token for around in found[max(0, number - 1) : number + 2] for token in around]
        sure = fit_confidence(mean_score(inside), frames, mean_score(near), bar.chance)
        words.append(replace(with_phones(word, inside, said), confidence=sure))
    return _judged(sound, placed, tuple(words), bar, len(given))


def _judged(sound: Sound, placed: Sequence[Placed], words: tuple[Word, ...], bar: _Bar, count: int) -> Alignment:
    """Say how well words that were placed by given times fit the sound."""
    sure = sure_words(placed, bar.sure, count)
    speech = int(sound.active.sum())
    matched = min(1.0, sum(word.frames for word in sure) / speech) if speech else 0.0
    return Alignment(words, float(mean_score(sure) - bar.chance), matched, count - len(words))


def _numbers(token: Sequence[str]) -> list[np.ndarray]:
    return [phone_numbers(way) for way in token]


def _decoys() -> Pronunciations:
    return [[phone_numbers(way) for way in pronunciations(decoy)] for decoy in DECOYS]


def _words(placed: Sequence[Placed], text: _Text, bar: _Bar, sound: Sound) -> tuple[Word, ...]:
    """Join tokens to displayed words, with their confidence."""
    by_word: dict[int, list[int]] = {}
    for row, token in enumerate(placed):
        by_word.setdefault(text.owner[token.word], []).append(row)
    ranges = [
        (rows[0], rows[0] + sum(row - rows[0] == place for place, row in enumerate(rows)))  # without what is elsewhere
        for rows in by_word.values()
    ]
    words = []
    for number, (first, end), sure in zip(by_word, ranges, confidences(placed, ranges, bar.chance), strict=True):
        parts = placed[first:end]
        phones = tuple(phone for part in parts for phone in _phones(part))
        start_s, end_s = parts[0].start * FRAME_S, parts[-1].end * FRAME_S
        words.append(Word(text.said[number].display, start_s, end_s, sure, phones))
    return tuple(words)


def _phones(placed: Placed) -> list[Phone]:
    """Return the phones of a placed token."""
    names = acoustic_model().phones
    bounds = placed.bounds[::STATES] * FRAME_S
    return [
        Phone(names[phone], float(start_s), float(end_s))
        for phone, start_s, end_s in zip(placed.phones, bounds[:-1], bounds[1:], strict=True)
    ]
