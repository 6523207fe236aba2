"""Word and phone times of a recording whose text is known, and whether the two belong together."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..clock import SAMPLE_RATE
from ..errors import Cancelled, GestureError
from .anchors import Anchors, active_frames, energy_db, find_anchors, quiet_cuts
from .decoder import FRAME_S, FRAME_SAMPLES, Hit, TextDecoder, to_pcm
from .pronounce import pronunciations
from .spoken import Spoken, spoken_words
from .timing import Phone, Word
from .transcript import Transcript

PIECE_S = (6.0, 14.0)  # the exact pass works on pieces of this length where pauses allow
LONGEST_S = 30.0
QUICKEST_PHONE_S = 0.03  # three frames: the model cannot hear a shorter phone
SPARE_S = 0.4  # that the neighbours may give
USUAL_PHONE_S = 0.05
MATCHED = 0.35  # of the speech must fit the text
UNHEARD = 0.5  # confidence of a word that the free pass did not hear in the same place
SAME_PLACE_S = 0.15
SHARPNESS = 0.5  # nats per frame; slope of the confidence
ROUGH_SHARE = 0.5  # of the work is the rough pass

# A text that nobody said: what it scores on a recording is chance.
DECOYS = (
    "jump orange velvet thirty kitchen auction fjord humble geese yogurt spark chimney azure thumb wolf ballot quick "
    "oyster hedge museum zinc parrot shovel union theory couch glimpse vacuum ivory pledge towel journey mask eighth "
    "curb violet harness fudge noise walrus depth ginger boat smooth eagle trunk cushion hire lizard plaque open "
    "wrinkle doubt hazard choir lamp beige fifty sneeze utmost giraffe"
).split()


@dataclass(frozen=True)
class Alignment:
    """Where every word of a text is spoken.

    Attributes:
        words: displayed words in order; those that the recording cannot hold are left out.
        score: how much better the text fits than chance: mean log likelihood ratio per 10 ms frame, in nats. A right
            text scores 2-3 on a clean recording, another text below 1.
        matched: share of the speech that the text surely explains, 0-1.
        missing: how many displayed words were left out because the recording has no room for them.
        frames_decoded: 10 ms frames that went through the decoder, the measure of work.
    """

    words: tuple[Word, ...]
    score: float
    matched: float
    missing: int
    frames_decoded: int


@dataclass(frozen=True)
class _Piece:
    """A stretch of sound and the tokens in it; frames of 10 ms."""

    start: int
    end: int
    tokens: tuple[int, ...]


def align(
    samples: np.ndarray,
    transcript: Transcript | str,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    language_check: bool = True,
) -> Alignment:
    """Find the time of every word; the cost grows with the length, not with its square.

    A rough pass hears chunk after chunk freely against the text around the place where it should be, which finds sure
    anchors; an exact pass then aligns the words between pauses, with their phones.

    Args:
        samples: (N,) 16 kHz mono.
        transcript: its words' own times are ignored.
        progress: is told the share done, 0-1.
        cancelled: asked between pieces.
        language_check: False aligns even where the sound does not fit the words at all.

    Raises:
        GestureError: the text holds no words, or it is not what the recording says.
        Cancelled: `cancelled()` became true.
    """
    spoken = spoken_words(transcript if isinstance(transcript, str) else transcript.text)
    tokens = [(word, token) for word, said in enumerate(spoken) for token in said.tokens]
    if not tokens:
        raise GestureError("The transcript holds no words.", remedy="Choose a transcript with the words of the speech.")
    ways = [pronunciations(token) for _, token in tokens]
    decoder = TextDecoder([*ways, *(pronunciations(decoy) for decoy in DECOYS)])
    decoys = range(len(tokens), len(tokens) + len(DECOYS))
    level_db = energy_db(samples)

    def pcm_of(start: int, end: int) -> bytes:
        return to_pcm(samples[start * FRAME_SAMPLES : end * FRAME_SAMPLES])

    def tell(fraction: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(fraction)

    anchors = find_anchors(decoder, len(tokens), decoys, pcm_of, level_db, lambda f: tell(ROUGH_SHARE * f))
    if language_check:
        _check(anchors)
    phones = np.array([len(way[0].split()) for way in ways])
    pieces = _pieces(anchors.hits, phones, level_db)
    hits: list[Hit] = []
    work = sum(piece.end - piece.start for piece in pieces)
    done = 0
    for piece in pieces:
        tell(ROUGH_SHARE + (1 - ROUGH_SHARE) * done / max(1, work))
        hits += _exact(decoder, piece, pcm_of, phones, level_db)
        done += piece.end - piece.start
    words = _words(hits, spoken, [word for word, _ in tokens], anchors, len(samples) / SAMPLE_RATE)
    tell(1.0)
    missing = len(spoken) - len(words)
    return Alignment(words, anchors.score - anchors.chance, anchors.matched, missing, decoder.frames_decoded)


def _check(anchors: Anchors) -> None:
    if anchors.matched >= MATCHED:
        return
    raise GestureError(
        "The transcript does not seem to be of this recording.",
        remedy="Check that the two belong together and that the speech is English, or generate without words.",
        detail=f"{anchors.matched:.0%} of the speech fits; {anchors.score - anchors.chance:.2f} nats above chance",
    )


def _pieces(anchors: Sequence[Hit], phones: np.ndarray, level_db: np.ndarray) -> list[_Piece]:
    """Cut recording and text together, at pauses between neighbouring anchors, and drop words that have no room."""
    active = np.concatenate([[0], np.cumsum(active_frames(level_db))])
    end = len(level_db)
    # Fixed points: (token before which to cut, frame, how good a pause). Between them lie the tokens to be placed.
    spoken: list[int] = []
    cuts: list[tuple[int, int, float]] = []  # (number of kept tokens before it, frame, gap in s)
    last_token, last_frame = -1, 0
    for hit in [*anchors, None]:
        first = len(phones) if hit is None else hit.index
        start = end if hit is None else round(hit.start_s / FRAME_S)
        between = range(last_token + 1, first)
        room_s = (active[max(start, last_frame)] - active[last_frame]) * FRAME_S
        kept = _that_fit(between, phones, room_s, head=last_token < 0)
        gap_s = (start - last_frame) * FRAME_S
        if last_token >= 0 and hit is not None and not kept:
            low, high = last_frame, max(start, last_frame + 1)
            cuts.append((len(spoken), low + int(np.argmin(level_db[low:high])), gap_s))
        spoken += kept
        if hit is not None:
            spoken.append(hit.index)
            last_token, last_frame = hit.index, max(last_frame, min(end - 1, round(hit.end_s / FRAME_S)))
    return _even_pieces(spoken, cuts, phones, level_db)


def _that_fit(tokens: range, phones: np.ndarray, room_s: float, head: bool) -> list[int]:
    """Those of `tokens` that the time allows: all if the quickest speaker could, else as many as at a usual pace."""
    if not tokens or phones[tokens.start : tokens.stop].sum() * QUICKEST_PHONE_S <= room_s + SPARE_S:
        return list(tokens)
    kept: list[int] = []
    needed = 0.0
    for token in reversed(tokens) if head else tokens:
        needed += phones[token] * USUAL_PHONE_S
        if needed > room_s:
            break
        kept.append(token)
    return sorted(kept)


def _even_pieces(
    tokens: Sequence[int], cuts: Sequence[tuple[int, int, float]], phones: np.ndarray, level_db: np.ndarray
) -> list[_Piece]:
    """Pieces of `PIECE_S`, each ending at its range's longest pause; longer where no anchor allows a cut."""
    pieces: list[_Piece] = []
    count, start = 0, 0
    shortest, longest = (round(s / FRAME_S) for s in PIECE_S)
    while True:
        later = [cut for cut in cuts if cut[1] - start >= shortest and cut[0] > count]
        near = [cut for cut in later if cut[1] - start <= longest] or later[:1]
        if not near or len(level_db) - near[0][1] < shortest // 2:
            pieces.append(_Piece(start, len(level_db), tuple(tokens[count:])))
            break
        best = max(near, key=lambda cut: cut[2])
        pieces.append(_Piece(start, best[1], tuple(tokens[count : best[0]])))
        count, start = best[0], best[1]
    return [part for piece in pieces if piece.tokens for part in _shortened(piece, phones, level_db)]


def _shortened(piece: _Piece, phones: np.ndarray, level_db: np.ndarray) -> list[_Piece]:
    """A piece too long for one pass, cut at quiet places, its tokens shared out by the amount of speech."""
    if (piece.end - piece.start) * FRAME_S <= LONGEST_S:
        return [piece]
    part = level_db[piece.start : piece.end]
    cuts = quiet_cuts(part, *PIECE_S)
    speech = np.cumsum(active_frames(part) + 1e-6)
    said = np.cumsum(phones[list(piece.tokens)])
    shares = [0.0, *(speech[cut - 1] / speech[-1] for cut in cuts[1:])]
    places = np.searchsorted(said, np.array(shares) * said[-1] - 1e-6)
    places[-1] = len(piece.tokens)
    return [
        _Piece(piece.start + a, piece.start + b, piece.tokens[i:j])
        for a, b, i, j in zip(cuts, cuts[1:], places, places[1:], strict=False)
        if j > i
    ]


def _exact(
    decoder: TextDecoder, piece: _Piece, pcm_of: Callable[[int, int], bytes], phones: np.ndarray, level_db: np.ndarray
) -> list[Hit]:
    """The piece's tokens with times from the start of the recording; spread by length where no path exists."""
    offset_s = piece.start * FRAME_S
    hits = decoder.strict(pcm_of(piece.start, piece.end), piece.tokens)
    if hits:
        return [_moved(hit, offset_s) for hit in hits]
    speech = np.cumsum(active_frames(level_db[piece.start : piece.end]) + 1e-6)
    bounds = np.concatenate([[0], np.cumsum(phones[list(piece.tokens)])])
    frames = np.searchsorted(speech, bounds / bounds[-1] * speech[-1] - 1e-9)
    return [
        Hit(token, offset_s + a * FRAME_S, offset_s + b * FRAME_S, -math.inf)
        for token, a, b in zip(piece.tokens, frames, frames[1:], strict=False)
    ]


def _moved(hit: Hit, offset_s: float) -> Hit:
    phones = tuple(Phone(p.phone, p.start_s + offset_s, p.end_s + offset_s) for p in hit.phones)
    return Hit(hit.index, hit.start_s + offset_s, hit.end_s + offset_s, hit.score, phones)


def _words(
    hits: Sequence[Hit], spoken: Sequence[Spoken], owner: Sequence[int], anchors: Anchors, seconds: float
) -> tuple[Word, ...]:
    """Tokens back to displayed words, with confidence."""
    heard = {hit.index: hit.start_s for hit in anchors.hits}
    sure = [abs(heard.get(hit.index, -math.inf) - hit.start_s) <= SAME_PLACE_S for hit in hits]
    middle = (anchors.score + anchors.chance) / 2
    by_word: dict[int, list[int]] = {}
    for place, hit in enumerate(hits):
        by_word.setdefault(owner[hit.index], []).append(place)
    words = []
    for index, places in sorted(by_word.items()):
        parts = hits[places[0] : places[-1] + 1]
        # A short word says little alone: its neighbours count too.
        around = slice(max(0, places[0] - 1), places[-1] + 2)
        frames = sum(hit.frames for hit in hits[around])
        score = sum(hit.score * hit.frames for hit in hits[around]) / frames
        confidence = (
            1 / (1 + math.exp(min(50.0, (middle - score) / SHARPNESS))) * (1.0 if any(sure[around]) else UNHEARD)
        )
        phones = tuple(phone for hit in parts for phone in hit.phones)
        start_s, end_s = parts[0].start_s, min(seconds, parts[-1].end_s)
        words.append(Word(spoken[index].display, start_s, end_s, confidence, phones))
    return tuple(words)
