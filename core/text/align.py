"""Word and phone times of a recording whose text is known, and whether the two belong together."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..clock import SAMPLE_RATE
from ..errors import Cancelled, GestureError
from ..language.languages import ENGLISH
from .anchors import USUAL_CHANCE, Anchors, energy_db, find_anchors
from .decoder import FRAME_S, FRAME_SAMPLES, Hit, TextDecoder, to_pcm
from .pieces import Piece, cut_pieces, spread
from .pronounce import pronunciations
from .reading import Reading, read_text
from .timing import Phone, Word
from .transcript import Transcript

MATCHED = (
    0.25  # share of the speech that is surely the text (another text: 0.17 at most; right ones: 0.9, loud noise: 0.4)
)
FOREIGN_MATCHED = 0.05  # the same for other languages, whose sounds fit the acoustic model less,
FOREIGN_SCORE = -1.6  # or all words together score so much above chance (nats; right texts: -0.9, others: -2.3)
FOREIGN_MIDDLE = -2.0  # the score of a word above chance that is as likely right as wrong
UNHEARD = 0.5  # the confidence of a word is halved where the rough pass did not find it in the same place
SAME_PLACE_S = 0.15
SHARPNESS = 0.5  # nats per frame; slope of the confidence
ROUGH_SHARE = 0.5  # share of the work that is the rough pass

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
        words: displayed words in order; words for which the recording has no room are left out.
        score: how much better the text fits than chance: mean log likelihood ratio per 10 ms frame, in nats. A right
            text scores 3-4 on a clean recording.
        matched: share of the speech that the text surely explains, 0-1.
        missing: number of displayed words that were left out because the recording has no room for them.
        frames_decoded: 10 ms frames that went through the decoder, a measure of the work.
    """

    words: tuple[Word, ...]
    score: float
    matched: float
    missing: int
    frames_decoded: int


def align(
    samples: np.ndarray,
    transcript: Transcript | str,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    language_check: bool = True,
    language: str = ENGLISH,
    own: Mapping[str, str] | None = None,
) -> Alignment:
    """Find the time of every word; the cost grows with the length, not with its square.

    A rough pass finds sure words (`anchors`). An exact pass then aligns all words between pauses, with their phones.

    Args:
        samples: (N,) 16 kHz mono.
        transcript: its words' own times are ignored.
        progress: is called with the share done, 0-1.
        cancelled: is called between pieces; True stops the work.
        language_check: False aligns even where the sound does not fit the words.
        language: the language of the text, which decides how its words are read.
        own: the user's pronunciations, as in `core.text.reading.read_text`.

    Raises:
        GestureError: the text holds no words, or it is not the text of the recording.
        Cancelled: `cancelled()` became true.
    """
    said = _read(transcript, language, own)
    owner, ways = zip(*((word, token) for word, reading in enumerate(said) for token in reading.tokens), strict=True)
    decoder = TextDecoder([*ways, *(pronunciations(decoy) for decoy in DECOYS)])
    decoys = range(len(ways), len(ways) + len(DECOYS))
    level_db = energy_db(samples)

    def pcm_of(start: int, end: int) -> bytes:
        return to_pcm(samples[start * FRAME_SAMPLES : end * FRAME_SAMPLES])

    def tell(fraction: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(fraction)

    anchors = find_anchors(decoder, len(ways), decoys, pcm_of, level_db, lambda f: tell(ROUGH_SHARE * f))
    if language_check and language == ENGLISH:
        _check(anchors.matched >= MATCHED, anchors)  # before the longer part of the work
    phones = np.array([len(way[0].split()) for way in ways])
    pieces = cut_pieces(anchors.hits, phones, level_db)
    hits: list[Hit] = []
    work = sum(piece.end - piece.start for piece in pieces)
    done = 0
    for piece in pieces:
        tell(ROUGH_SHARE + (1 - ROUGH_SHARE) * done / max(1, work))
        hits += _exact(decoder, piece, pcm_of, phones, level_db)
        done += piece.end - piece.start
    if language_check and language != ENGLISH:
        _check(_fits(hits, anchors), anchors)
    words = _words(hits, said, owner, _expected(hits, anchors, language), len(samples) / SAMPLE_RATE)
    tell(1.0)
    missing = len(said) - len(words)
    return Alignment(words, anchors.score - anchors.chance, anchors.matched, missing, decoder.frames_decoded)


def _expected(hits: list[Hit], anchors: Anchors, language: str) -> tuple[Sequence[Hit], float]:
    """Return the tokens that the rough pass found, and the score at which a word is as likely right as wrong."""
    if language == ENGLISH:
        return anchors.hits, (anchors.score + anchors.chance) / 2
    return hits, anchors.chance + FOREIGN_MIDDLE  # the rough pass finds too few words to judge by


def _read(transcript: Transcript | str, language: str, own: Mapping[str, str] | None) -> tuple[Reading, ...]:
    said = read_text(transcript if isinstance(transcript, str) else transcript.text, language, own)
    if not said:
        raise GestureError("The transcript holds no words.", remedy="Choose a transcript with the words of the speech.")
    return said


def _check(fits: bool, anchors: Anchors) -> None:
    if fits:
        return
    raise GestureError(
        "The transcript does not seem to be of this recording.",
        remedy="Check that the two belong together and that the language is right, or generate without words.",
        detail=f"{anchors.matched:.0%} of the speech fits; {anchors.score - anchors.chance:.2f} nats above chance",
    )


def _fits(hits: Sequence[Hit], anchors: Anchors) -> bool:
    """Return whether words of another language than English are those of the recording."""
    return anchors.matched >= FOREIGN_MATCHED or _mean(hits) > anchors.chance + FOREIGN_SCORE


def _mean(hits: Sequence[Hit]) -> float:
    """Return the mean score of the frames; a word that was only spread counts as a wrong one."""
    frames = sum(hit.frames for hit in hits)
    return sum(max(hit.score, 2 * USUAL_CHANCE) * hit.frames for hit in hits) / max(1, frames)


def _exact(
    decoder: TextDecoder, piece: Piece, pcm_of: Callable[[int, int], bytes], phones: np.ndarray, level_db: np.ndarray
) -> list[Hit]:
    """Time a piece's tokens, from the start of the recording; spread them by length where no path exists."""
    hits = decoder.strict(pcm_of(piece.start, piece.end), piece.tokens)
    if hits:
        return [_moved(hit, piece.start * FRAME_S) for hit in hits]
    return [Hit(token, a * FRAME_S, b * FRAME_S, -math.inf) for token, a, b in spread(piece, phones, level_db)]


def _moved(hit: Hit, offset_s: float) -> Hit:
    phones = tuple(Phone(p.phone, p.start_s + offset_s, p.end_s + offset_s) for p in hit.phones)
    return Hit(hit.index, hit.start_s + offset_s, hit.end_s + offset_s, hit.score, phones)


def _words(
    hits: Sequence[Hit],
    said: Sequence[Reading],
    owner: Sequence[int],
    expected: tuple[Sequence[Hit], float],
    seconds: float,
) -> tuple[Word, ...]:
    """Join tokens to displayed words, with their confidence.

    `expected` is where the rough pass found tokens, and the score at which the confidence is one half.
    """
    found, middle = expected
    heard = {hit.index: hit.start_s for hit in found}
    sure = [abs(heard.get(hit.index, -math.inf) - hit.start_s) <= SAME_PLACE_S for hit in hits]
    by_word: dict[int, list[int]] = {}
    for place, hit in enumerate(hits):
        by_word.setdefault(owner[hit.index], []).append(place)
    words = []
    for index, places in sorted(by_word.items()):
        parts = hits[places[0] : places[-1] + 1]
        # The score of a single short word is unreliable, so its neighbours count, too.
        around = slice(max(0, places[0] - 1), places[-1] + 2)
        frames = sum(hit.frames for hit in hits[around])
        score = sum(hit.score * hit.frames for hit in hits[around]) / frames
        confidence = (
            1 / (1 + math.exp(min(50.0, (middle - score) / SHARPNESS))) * (1.0 if any(sure[around]) else UNHEARD)
        )
        phones = tuple(phone for hit in parts for phone in hit.phones)
        start_s, end_s = parts[0].start_s, min(seconds, parts[-1].end_s)
        words.append(Word(said[index].display, start_s, end_s, confidence, phones))
    return tuple(words)
