"""A recording and its text cut together, between sure words, into pieces for the exact pass of alignment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..phones.activity import FRAME_S, active_frames, quiet_cuts, smoothed
from ..phones.search import Placed

PIECE_S = (6.0, 14.0)  # lengths, where pauses allow
PATIENCE_S = 20.0  # by so much a piece may be longer if its end is not doubtful then
LONGEST_S = 90.0
QUICKEST_PHONE_S = 0.03  # three frames: the acoustic model knows no shorter phone
USUAL_PHONE_S = 0.05
SPARE_S = 0.4  # seconds that the words on both sides may lose to the words between them
FIRM = 3  # sure words in a row on each side of a cut
LONG_PAUSE_S = 1.5  # silence that is longer than this between neighbouring words is left out
LONGEST_PAUSE_S = 60.0  # what is longer than this is left out in any case: speech, too, that is not in the text
DOUBTFUL = 10  # frames of speech between neighbouring words: their order of time may be that of other words
MARGIN_FRAMES = 30
MOST_TOKENS = 300  # between two anchors; the search passes over those that nobody says


@dataclass(frozen=True)
class Piece:
    """A stretch of sound and the tokens in it; frames of 10 ms."""

    start: int
    end: int
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class _Cut:
    """A place between two tokens.

    Attributes:
        count: tokens before it.
        left, right: frames; the sound between them belongs to neither side.
        pause: frames between the two tokens.
        doubtful: whether speech lies between the two tokens. It may be that of one of them: where words are missing,
            a word beside them may have been placed at a wrong one of two sounds, and a cut there could not be mended.
    """

    count: int
    left: int
    right: int
    pause: int
    doubtful: bool = False

    @property
    def forced(self) -> bool:
        return self.right > self.left


def cut_pieces(anchors: Sequence[Placed], phones: np.ndarray, level_db: np.ndarray) -> list[Piece]:
    """Cut pieces that hold every token for which the recording has room.

    Of many tokens between two anchors that are too close for them, most are dropped, because the recording does not
    hold them. What is long between neighbouring tokens is left out: a pause, or speech that the text does not hold.

    Args:
        anchors: tokens with sure places, ascending.
        phones: (tokens,) the number of phones of each token.
        level_db: level in dB of every 10 ms frame.
    """
    speech = np.concatenate([[0], np.cumsum(active_frames(level_db))])
    smooth_db = smoothed(level_db)
    end = len(level_db)
    tokens: list[int] = []
    cuts: list[_Cut] = []
    last_token, last_frame = -1, 0
    words = [hit.word for hit in anchors]
    for number, hit in enumerate([*anchors, None]):
        start = end if hit is None else max(last_frame, hit.start)
        room_s = float(speech[start] - speech[last_frame]) * FRAME_S
        kept = _that_fit(range(last_token + 1, len(phones) if hit is None else hit.word), phones, room_s, not tokens)
        pause_s = (start - last_frame) * FRAME_S
        doubtful = bool(speech[start] - speech[last_frame] > DOUBTFUL)
        if tokens and hit is not None and not kept and (_firm(words, number) or pause_s > LONGEST_PAUSE_S):
            if pause_s > LONGEST_PAUSE_S or (pause_s > LONG_PAUSE_S and not doubtful):
                cuts.append(_Cut(len(tokens), last_frame + MARGIN_FRAMES, start - MARGIN_FRAMES, start - last_frame))
            else:
                quiet = last_frame + int(np.argmin(smooth_db[last_frame : max(start, last_frame + 1)]))
                cuts.append(_Cut(len(tokens), quiet, quiet, start - last_frame, doubtful))
        tokens += kept
        if hit is not None:
            tokens.append(hit.word)
            last_token, last_frame = hit.word, min(end - 1, max(start, hit.end))
    pieces: list[Piece] = []
    begin, count = 0, 0
    for cut in [*(cut for cut in cuts if cut.forced), _Cut(len(tokens), end, end, 0)]:
        inner = [c for c in cuts if count < c.count < cut.count and not c.forced]
        pieces += _even(tokens, inner, Piece(begin, cut.left, tuple(tokens[count : cut.count])), count)
        begin, count = cut.right, cut.count
    return [part for piece in pieces for part in _shortened(piece, phones, level_db)]


def _firm(words: Sequence[int], place: int) -> bool:
    """Return whether `FIRM` anchors on each side of the place before an anchor are neighbours in the text."""
    near = words[max(0, place - FIRM) : place + FIRM]
    return len(near) == 2 * FIRM and near[-1] - near[0] == 2 * FIRM - 1


def _that_fit(tokens: range, phones: np.ndarray, room_s: float, head: bool) -> list[int]:
    """Keep the tokens that fit, or some that may be said; of very many, as many as fit at a usual pace."""
    needed_s = phones[tokens.start : tokens.stop].sum() * QUICKEST_PHONE_S
    if not tokens or needed_s <= room_s + SPARE_S or (len(tokens) <= MOST_TOKENS and room_s > SPARE_S):
        return list(tokens)
    kept: list[int] = []
    needed_s = 0.0
    for token in reversed(tokens) if head else tokens:
        needed_s += phones[token] * USUAL_PHONE_S
        if needed_s > room_s:
            break
        kept.append(token)
    return sorted(kept)


def _even(tokens: Sequence[int], cuts: Iterable[_Cut], whole: Piece, before: int) -> list[Piece]:
    """Cut `whole` into pieces of `PIECE_S`, each ending at its range's longest pause; longer where no cut lies."""
    pieces: list[Piece] = []
    start, count = whole.start, before
    shortest, longest = (round(s / FRAME_S) for s in PIECE_S)
    ends = before + len(whole.tokens)
    later = sorted(cuts, key=lambda cut: cut.left)
    while True:
        later = [cut for cut in later if cut.left - start >= shortest and cut.count > count]
        near = _within(later, start + longest)
        if not near or whole.end - start <= longest:
            break
        best = max(near, key=lambda cut: cut.pause)
        pieces.append(Piece(start, best.left, tuple(tokens[count : best.count])))
        start, count = best.right, best.count
    pieces.append(Piece(start, whole.end, tuple(tokens[count:ends])))
    return [piece for piece in pieces if piece.tokens and piece.end > piece.start]


def _within(cuts: Sequence[_Cut], longest: int) -> list[_Cut]:
    """Choose cuts up to a frame, and the next one where there is none; doubtful ones only where others are far."""
    safe = [cut for cut in cuts if not cut.doubtful]
    near = [cut for cut in safe if cut.left <= longest] or safe[:1]
    if near and near[0].left <= longest + round(PATIENCE_S / FRAME_S):
        return near
    return [cut for cut in cuts if cut.left <= longest] or list(cuts[:1])


def _shortened(piece: Piece, phones: np.ndarray, level_db: np.ndarray) -> list[Piece]:
    """Cut a piece that is too long for one pass at quiet places, and divide its tokens by the amount of speech."""
    if (piece.end - piece.start) * FRAME_S <= LONGEST_S:
        return [piece]
    part = level_db[piece.start : piece.end]
    cuts = quiet_cuts(part, *PIECE_S)
    speech = np.cumsum(active_frames(part) + 1e-6)
    said = np.cumsum(phones[list(piece.tokens)])
    shares = np.array([0.0, *(speech[cut - 1] / speech[-1] for cut in cuts[1:])])
    places = np.searchsorted(said, shares * said[-1] - 1e-6)
    places[-1] = len(piece.tokens)
    return [
        Piece(piece.start + a, piece.start + b, piece.tokens[i:j])
        for a, b, i, j in zip(cuts, cuts[1:], places, places[1:], strict=False)
        if j > i
    ]
