"""The exact pass of alignment: every word of every piece is placed, and then its phones are timed exactly.

search      words of a piece in order; words that nobody says are passed over, speech without words is left free
rooms       a word that was passed over is placed where there is speech without words, which may be another word, or
between its neighbours where that hardly moves them: it may have been swallowed
pauses      quick words in the fading voice before a pause are tried after it; then how sure words are of their side
refinement  exact times of all phones
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..phones.activity import active_frames, energy_db
from ..phones.cepstra import cepstra
from ..phones.contexts import placed_in_context
from ..phones.refinement import refined
from ..phones.scores import PhoneScores, phone_scores
from ..phones.search import OTHER_PER_FRAME, OVER_COST, Placed, Stretch, search
from .anchors import Pronunciations
from .fading import joined_after_pauses
from .moved import find_moved, inserted, without
from .pieces import Piece
from .sides import with_sides

# Words of other languages fit worse: other speech, and passing over words, cost more for each nat below the usual fit.
USUAL_FIT, MOST_STRANGE = -1.0, 1.5
OTHER_STRANGE, OVER_STRANGE = 2.0, 120.0
AT_ONCE = 8  # pieces that are searched together
FORCED = 1e6  # nats: words that must be placed
LEAST_FRAMES = 3  # frames that a phone needs
FREE_FRAMES = 10  # frames for each phone, in which a word at an end of a piece is looked for
MOST_NARROW = 30  # frames that words need at least which are tried between their neighbours,
MOVED = 6  # and frames by which they may move these
UNEXPLAINED = 40  # frames of speech without a word, beside which words are placed again,
APART = 60  # or words so many frames apart with some speech between them
LONGEST_SPAN = 3000  # frames
BESIDE_WORDS = 4  # so many on each side,
SOME = 8  # frames of speech without a word, beside which it is found out how sure the places of words are,
BESIDE_SOME = 2  # of so many on each side,
LACKING = 0.03  # where the text lacks words: for so large a share of the speech
BREAK = 15  # frames of speech between words that are not joined
SEAM = 12.0  # nats that leaving the text costs, for each nat of how rarely that happens
PASSED_OVER = -60.0  # nats; the margin of a word that the search passed over: to say nothing would be better
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
    least: float | None = None,
) -> list[Placed]:
    """Place the tokens of all pieces.

    Args:
        sound: the recording.
        pieces: stretches of the recording with their tokens, in order.
        words: pronunciations of all tokens.
        fit: mean score of a frame of words that are surely said, nats. Where it is low (another language, an accent,
            noise), bad scores are no reason to take a word for one that nobody says.
        tell: is called with the share done; what it raises stops the work.
        least: the score of sure words, nats: sentences that are said elsewhere are looked for; None leaves that out.

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
    pieces, found = _placed_again(sound, pieces, words, found, strange, tell)
    moved = [] if least is None else find_moved(sound.scores, sound.active, pieces, found, words, least, costs["other"])
    pieces, found = without(pieces, found, moved)
    _fill_rooms(sound, pieces, words, found, tell)
    found = inserted(found, moved)

    def force(stretches: Sequence[Stretch]) -> list[list[Placed]]:
        return forced(sound, stretches, tell)

    found = joined_after_pauses(sound.scores, sound.active, pieces, found, words, force)
    found = with_sides(sound.scores, sound.active, found, words, force)
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


def _placed_again(
    sound: Sound,
    pieces: Sequence[Piece],
    words: Pronunciations,
    found: Sequence[Sequence[Placed]],
    strange: float,
    tell: Callable[[float], None],
) -> tuple[list[Piece], list[list[Placed]]]:
    """Place words again that lie beside much speech which no word explains: they may be said in that speech, too.

    Returns:
        The pieces, joined where words of neighbouring ones were placed again together; and the words in each.
    """
    every = [placed for each in found for placed in each]
    piece_of = [number for number, each in enumerate(found) for _ in each]
    speech = np.concatenate([[0], np.cumsum(sound.active)])
    breaks = int(np.sum(_left_free(every, speech) >= BREAK))
    seam = SEAM * math.log((len(every) + 1) / (breaks + 1))
    spans = [span for span in _spans(every, speech) if every[span[1]].end - every[span[0]].start <= LONGEST_SPAN]
    stretches = [
        Stretch(every[first].start, every[last].end, _of(words, [each.word for each in every[first : last + 1]]))
        for first, last in spans
    ]
    order = sorted(range(len(spans)), key=lambda each: stretches[each].end - stretches[each].start)
    for at in range(0, len(order), AT_ONCE):
        group = order[at : at + AT_ONCE]
        again = placed_in_context(
            sound.cepstra,
            sound.scores,
            sound.active,
            [stretches[each] for each in group],
            seam,
            strange,
            [every[spans[each][0] : spans[each][1] + 1] for each in group],
            lambda: tell(SEARCHED),
        )
        for each, placed in zip(group, again, strict=True):
            first, last = spans[each]
            if placed and (not first or placed[0].start >= every[first - 1].end):
                every[first : last + 1] = _named(placed, [word.word for word in every[first : last + 1]])
    joined = {number for first, last in spans for number in range(piece_of[first] + 1, piece_of[last] + 1)}
    out_pieces: list[Piece] = []
    out: list[list[Placed]] = []
    place = 0
    for number, (piece, own) in enumerate(zip(pieces, found, strict=True)):
        mine = every[place : place + len(own)]
        place += len(own)
        if number in joined:
            before = out_pieces[-1]
            out_pieces[-1] = Piece(before.start, piece.end, before.tokens + piece.tokens)
            out[-1] += mine
        else:
            out_pieces.append(piece)
            out.append(mine)
    return out_pieces, out


def _left_free(placed: Sequence[Placed], speech: np.ndarray) -> np.ndarray:
    """Return the frames of speech between each word and the next."""
    starts, ends = np.array([[word.start, word.end] for word in placed], int).reshape(-1, 2).T
    return speech[np.maximum(starts[1:], ends[:-1])] - speech[ends[:-1]]


def _spans(placed: Sequence[Placed], speech: np.ndarray) -> Iterator[tuple[int, int]]:
    """List the first and the last of the words around speech that no word explains; near such places are one."""
    span: tuple[int, int] | None = None
    free = _left_free(placed, speech)
    apart = np.array([after.start - word.end for word, after in pairwise(placed)])
    much = (free >= UNEXPLAINED) | ((free >= BREAK) & (apart >= APART))
    some = free >= SOME
    wanted = much | some if free[some].sum() >= LACKING * speech[-1] else much
    for place in np.flatnonzero(wanted).tolist():
        beside = BESIDE_WORDS if much[place] else BESIDE_SOME
        first, last = max(0, place + 1 - beside), min(len(placed), place + 1 + beside) - 1
        if span is not None and first < span[1]:
            if placed[last].end - placed[span[0]].start <= LONGEST_SPAN:
                span = span[0], max(span[1], last)
                continue
            first = span[1]
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
    moved: set[tuple[int, int]] = set()  # pieces, and tokens that lie otherwise than where they were tried
    for room, own in sorted(filled, key=lambda each: -each[0].before):
        placed = found[room.piece]
        tokens = room.tokens
        if len(own) == len(tokens):
            placed[room.before : room.before] = [replace(word, margin=PASSED_OVER) for word in _named(own, tokens)]
            continue
        first, last = placed[room.before - 1 : room.before + 1]
        if (room.piece, last.word) in moved:
            continue
        moved.add((room.piece, first.word))
        margins = (first.margin, *(PASSED_OVER for _ in tokens), last.margin)
        new = _named(own, (first.word, *tokens, last.word))
        placed[room.before - 1 : room.before + 1] = [
            replace(word, margin=margin) for word, margin in zip(new, margins, strict=True)
        ]


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
