"""The exact pass of alignment: every word of every piece is placed, and then its phones are timed exactly.

search      words of a piece in order; words that nobody says are passed over, speech without words is left free
rooms       a word that was passed over is placed where there is speech without words, which may be another word, or
between its neighbours where that hardly moves them: it may have been swallowed
refinement  exact times of all phones
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..phones.activity import active_frames, energy_db
from ..phones.cepstra import cepstra
from ..phones.refinement import refined
from ..phones.scores import PhoneScores, phone_scores
from ..phones.search import OTHER_PER_FRAME, OVER_COST, Placed, Stretch, search
from .anchors import Pronunciations
from .pieces import Piece

# Words of other languages fit worse: other speech, and passing over words, cost more for each nat below the usual fit.
USUAL_FIT, MOST_STRANGE = -1.0, 1.5
OTHER_STRANGE, OVER_STRANGE = 2.0, 120.0
AT_ONCE = 8  # pieces that are searched together
FORCED = 1e6  # nats: words that must be placed
LEAST_FRAMES = 3  # frames that a phone needs
FREE_FRAMES = 10  # frames for each phone, in which a word at an end of a piece is looked for
MOST_NARROW = 30  # frames that words need at least which are tried between their neighbours,
MOVED = 6  # and frames by which they may move these
UNEXPLAINED = 100  # frames of speech without a word, beside which words are placed again,
BESIDE_WORDS = 4  # so many on each side,
BESIDE = 0.0  # nats that each frame of other speech costs then
BREAK, BREAK_COST = 15, 30.0  # frames between words that are not joined, and nats that each such place costs
SEARCHED = 0.6  # share of the work that is the search
CEPSTRA_SHARE = 0.2  # share of scoring that is the cepstra


@dataclass(frozen=True)
class Sound:
    """A recording as alignment uses it.

    Attributes:
        cepstra: (T, 13).
        scores: of its phones.
        active: (T,) whether a frame holds speech.
    """

    cepstra: np.ndarray
    scores: PhoneScores
    active: np.ndarray


def hear(samples: np.ndarray, tell: Callable[[float], None] = lambda share: None) -> Sound:
    """Score the phones of a recording.

    Args:
        samples: (N,) 16 kHz mono.
        tell: is called with the share done; what it raises stops the work.
    """
    active = active_frames(energy_db(samples))
    values = cepstra(samples, active, lambda share: tell(CEPSTRA_SHARE * share))
    return Sound(values, phone_scores(values, lambda share: tell(CEPSTRA_SHARE + (1 - CEPSTRA_SHARE) * share)), active)


def place(
    sound: Sound,
    pieces: Sequence[Piece],
    words: Pronunciations,
    fit: float = 0.0,
    tell: Callable[[float], None] = lambda share: None,
) -> list[Placed]:
    """Place the tokens of all pieces.

    Args:
        sound: the recording.
        pieces: stretches of the recording with their tokens, in order.
        words: pronunciations of all tokens.
        fit: mean score of a frame of words that are surely said, nats. Where it is low (another language, an accent,
            noise), bad scores are no reason to take a word for one that nobody says.
        tell: is called with the share done; what it raises stops the work.

    Returns:
        Tokens in order of time, without those for which no place was found.
    """
    strange = min(max(USUAL_FIT - fit, 0.0), MOST_STRANGE)
    costs = {"other": OTHER_PER_FRAME + OTHER_STRANGE * strange, "over": OVER_COST + OVER_STRANGE * strange}
    found: list[list[Placed]] = [[] for _ in pieces]
    stretches = [Stretch(piece.start, piece.end, _of(words, piece.tokens)) for piece in pieces]
    for share, number, placed in _searched(sound, stretches, tell, **costs):
        found[number] = _named(placed, pieces[number].tokens)
        tell(SEARCHED * share)
    _move_beside_other_speech(sound, words, found, tell)
    _fill_rooms(sound, pieces, words, found, tell)
    out: list[Placed] = []

    # One piece after the other: the steps are so small that threads would only wait for each other.
    for number, piece in enumerate(pieces):
        out += refined(sound.cepstra, sound.scores, found[number], piece.start, piece.end)
        tell(SEARCHED + (1 - SEARCHED) * (number + 1) / len(pieces))
    return out


def _searched(
    sound: Sound, stretches: Sequence[Stretch], tell: Callable[[float], None], **costs: float
) -> Iterator[tuple[float, int, list[Placed]]]:
    """Search stretches of similar lengths together; yields the share done, the number of a stretch and its words."""
    order = sorted(range(len(stretches)), key=lambda number: stretches[number].end - stretches[number].start)
    work = sum(stretch.end - stretch.start for stretch in stretches)
    done = 0
    for first in range(0, len(order), AT_ONCE):
        group = order[first : first + AT_ONCE]
        share = done / work

        def check(share: float = share) -> None:
            tell(SEARCHED * share)

        for number, placed in zip(
            group, search(sound.scores, [stretches[number] for number in group], check=check, **costs), strict=True
        ):
            done += stretches[number].end - stretches[number].start
            yield done / work, number, placed


@dataclass(frozen=True)
class _Room:
    """A place for tokens that were passed over.

    Attributes:
        piece: number of the piece.
        before: how many of its tokens are placed before them.
        start, end: frames between the neighbours.
        tokens: those that were passed over.
    """

    piece: int
    before: int
    start: int
    end: int
    tokens: tuple[int, ...]


def _move_beside_other_speech(
    sound: Sound, words: Pronunciations, found: list[list[Placed]], tell: Callable[[float], None]
) -> None:
    """Place words again that lie beside much speech which no word explains.

    The same words may be said in that speech, too, and the search takes the longer ones, which save more of it. Here
    other speech costs nothing for each frame, so that words are joined to their neighbours where they can be.
    """
    speech = np.concatenate([[0], np.cumsum(sound.active)])
    spans = [(number, *span) for number, placed in enumerate(found) for span in _spans(placed, speech)]
    stretches = [
        Stretch(
            found[number][first].start,
            found[number][last].end,
            _of(words, [each.word for each in found[number][first : last + 1]]),
        )
        for number, first, last in spans
    ]
    for (number, first, last), again in zip(spans, forced(sound, stretches, tell, BESIDE), strict=True):
        before = found[number][first : last + 1]
        if again and _breaks(again) < _breaks(before) and _cost(again) < _cost(before):
            found[number][first : last + 1] = _named(again, [each.word for each in before])


def _breaks(placed: Sequence[Placed]) -> int:
    """Return how often words do not follow each other closely."""
    return sum(after.start - word.end >= BREAK for word, after in pairwise(placed))


def _cost(placed: Sequence[Placed]) -> float:
    """Return what words and the places between them cost, nats."""
    return BREAK_COST * _breaks(placed) - sum(word.score * word.frames for word in placed)


def _spans(placed: Sequence[Placed], speech: np.ndarray) -> Iterator[tuple[int, int]]:
    """List the first and the last of the words around speech that no word explains; near such places are one."""
    span: tuple[int, int] | None = None
    for place in range(1, len(placed)):
        if speech[max(placed[place].start, placed[place - 1].end)] - speech[placed[place - 1].end] < UNEXPLAINED:
            continue
        first, last = max(0, place - BESIDE_WORDS), min(len(placed), place + BESIDE_WORDS) - 1
        if span is not None and first <= span[1] - 1:
            span = span[0], last
            continue
        if span is not None:
            yield span
        span = first, last
    if span is not None:
        yield span


def _fill_rooms(
    sound: Sound,
    pieces: Sequence[Piece],
    words: Pronunciations,
    found: list[list[Placed]],
    tell: Callable[[float], None],
) -> None:
    """Place tokens that were passed over where there is room for them."""
    speech = np.concatenate([[0], np.cumsum(sound.active)])
    free: list[_Room] = []
    narrow: list[_Room] = []
    for number, piece in enumerate(pieces):
        for room in _rooms(number, piece, found[number], words):
            needed = LEAST_FRAMES * _phones(words, room.tokens)
            if speech[room.end] - speech[room.start] >= needed:
                free.append(room)
            elif needed <= MOST_NARROW and 0 < room.before < len(found[number]):
                narrow.append(room)
    tried = forced(sound, [Stretch(room.start, room.end, _of(words, room.tokens)) for room in free], tell)
    filled = [(room, own) for room, own in zip(free, tried, strict=True) if own]
    around = [(found[room.piece][room.before - 1], found[room.piece][room.before]) for room in narrow]
    stretches = [
        Stretch(first.start, last.end, _of(words, (first.word, *room.tokens, last.word)))
        for room, (first, last) in zip(narrow, around, strict=True)
    ]
    for room, (first, last), own in zip(narrow, around, forced(sound, stretches, tell, FORCED), strict=True):
        if own and abs(own[0].start - first.start) <= MOVED and abs(own[-1].start - last.start) <= MOVED:
            filled.append((room, own))
    for room, own in sorted(filled, key=lambda each: -each[0].before):
        placed = found[room.piece]
        if len(own) == len(room.tokens):
            placed[room.before : room.before] = _named(own, room.tokens)
        else:
            tokens = (placed[room.before - 1].word, *room.tokens, placed[room.before].word)
            placed[room.before - 1 : room.before + 1] = _named(own, tokens)


def forced(
    sound: Sound,
    stretches: Sequence[Stretch],
    tell: Callable[[float], None] = lambda share: None,
    other: float = OTHER_PER_FRAME,
) -> list[list[Placed]]:
    """Place all words of each stretch; none of those for which a stretch is too short.

    Args:
        sound: the recording.
        stretches: of any lengths.
        tell: is called now and then; what it raises stops the work.
        other: nats that each frame of other speech costs.
    """
    out: list[list[Placed]] = [[] for _ in stretches]
    for _, number, placed in _searched(sound, stretches, lambda share: tell(SEARCHED), over=FORCED, other=other):
        if len(placed) == len(stretches[number].words):
            out[number] = placed
    return out


def _named(placed: Sequence[Placed], tokens: Sequence[int]) -> list[Placed]:
    return [replace(each, word=tokens[each.word]) for each in placed]


def _of(words: Pronunciations, tokens: Sequence[int]) -> Pronunciations:
    return [words[token] for token in tokens]


def _rooms(number: int, piece: Piece, placed: Sequence[Placed], words: Pronunciations) -> Iterator[_Room]:
    """List the places between the placed tokens of a piece where tokens were passed over."""
    place_of = {token: place for place, token in enumerate(piece.tokens)}
    last = -1
    for before in range(len(placed) + 1):
        ends = before == len(placed)
        following = len(piece.tokens) if ends else place_of[placed[before].word]
        tokens = piece.tokens[last + 1 : following]
        last = following
        if not tokens or not placed:
            continue
        start = placed[before - 1].end if before else piece.start
        end = piece.end if ends else placed[before].start
        reach = FREE_FRAMES * _phones(words, tokens)
        if not before:
            start = max(start, end - reach)
        if ends:
            end = min(end, start + reach)
        yield _Room(number, before, start, end, tokens)


def _phones(words: Pronunciations, tokens: Sequence[int]) -> int:
    return sum(len(words[token][0]) for token in tokens)
