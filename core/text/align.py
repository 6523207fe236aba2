"""Word and phone times of a recording whose text is known, and whether the two belong together."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..clock import SAMPLE_RATE
from ..errors import Cancelled, GestureError
from ..language.languages import ENGLISH
from ..phones.acoustic_model import STATES, acoustic_model
from ..phones.activity import FRAME_S, energy_db
from ..phones.search import Placed, phone_numbers
from .anchors import USUAL_CHANCE, Anchors, Pronunciations, find_anchors
from .pieces import cut_pieces
from .placing import hear, place
from .pronounce import pronunciations
from .reading import Reading, read_text
from .timing import Phone, Word
from .transcript import Transcript

# The least share of the speech that is surely the text. Another text has 0.22 at most; the right one has 0.95, in
# another language 0.54 (another text 0.17).
MATCHED, FOREIGN_MATCHED = 0.3, 0.2
MIDDLE = 0.75  # share of chance at which the confidence is one half
SHARPNESS = 0.8  # nats per frame; slope of the confidence
PRIOR_FRAMES = 8  # the score of a short word is unreliable: so many frames of its neighbours count, too
# Where the steps of the work end, as shares of the whole.
SCORES_SHARE, ROUGH_SHARE = 0.5, 0.75

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
) -> Alignment:
    """Find the time of every word; the cost grows with the length, not with its square.

    A rough pass finds sure words (`anchors`). An exact pass then places all words between them (`placing`).

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
    owner = [word for word, reading in enumerate(said) for _ in reading.tokens]
    words = [[phone_numbers(way) for way in token] for reading in said for token in reading.tokens]

    def tell(fraction: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(fraction)

    level_db = energy_db(samples)
    sound = hear(samples, lambda share: tell(SCORES_SHARE * share))
    anchors = find_anchors(
        sound.scores,
        words,
        _decoys(),
        level_db,
        lambda share: tell(SCORES_SHARE + (ROUGH_SHARE - SCORES_SHARE) * share),
    )
    if language_check:
        _check(anchors, MATCHED if language == ENGLISH else FOREIGN_MATCHED)
    pieces = cut_pieces(anchors.hits, np.array([len(ways[0]) for ways in words]), level_db)
    placed = place(sound, pieces, words, anchors.fit, tell=lambda share: tell(ROUGH_SHARE + (1 - ROUGH_SHARE) * share))
    timed = _words(placed, said, owner, anchors.chance, len(samples) / SAMPLE_RATE)
    tell(1.0)
    return Alignment(timed, anchors.score - anchors.chance, anchors.matched, len(said) - len(timed))


def _read(transcript: Transcript | str, language: str, own: Mapping[str, str] | None) -> tuple[Reading, ...]:
    said = read_text(transcript if isinstance(transcript, str) else transcript.text, language, own)
    if not said:
        raise GestureError("The transcript holds no words.", remedy="Choose a transcript with the words of the speech.")
    return said


def _decoys() -> Pronunciations:
    return [[phone_numbers(way) for way in pronunciations(decoy)] for decoy in DECOYS]


def _check(anchors: Anchors, least: float) -> None:
    if anchors.matched >= least:
        return
    raise GestureError(
        "The transcript does not seem to be of this recording.",
        remedy="Check that the two belong together and that the language is right, or generate without words.",
        detail=f"{anchors.matched:.0%} of the speech fits; {anchors.score - anchors.chance:.2f} nats above chance",
    )


def _words(
    placed: Sequence[Placed], said: Sequence[Reading], owner: Sequence[int], chance: float, seconds: float
) -> tuple[Word, ...]:
    """Join tokens to displayed words, with their confidence."""
    by_word: dict[int, list[int]] = {}
    for place_, each in enumerate(placed):
        by_word.setdefault(owner[each.word], []).append(place_)
    words = []
    for index, places in sorted(by_word.items()):
        parts = placed[places[0] : places[-1] + 1]
        near = [*placed[max(0, places[0] - 1) : places[0]], *placed[places[-1] + 1 : places[-1] + 2]]
        confidence = _confidence(_mean(parts), sum(part.frames for part in parts), _mean(near), chance)
        phones = tuple(phone for part in parts for phone in _phones(part))
        start_s, end_s = parts[0].start * FRAME_S, min(seconds, parts[-1].end * FRAME_S)
        words.append(Word(said[index].display, start_s, end_s, confidence, phones))
    return tuple(words)


def _confidence(score: float, frames: int, near: float, chance: float) -> float:
    """Return how sure a word is, 0-1, from its score and that of its neighbours, nats per frame."""
    smooth = (score * frames + near * PRIOR_FRAMES) / (frames + PRIOR_FRAMES)
    return 1 / (1 + math.exp(min(50.0, (MIDDLE * chance - smooth) / SHARPNESS)))


def _mean(placed: Sequence[Placed]) -> float:
    frames = sum(each.frames for each in placed)
    return sum(each.score * each.frames for each in placed) / frames if frames else USUAL_CHANCE / 2


def _phones(placed: Placed) -> list[Phone]:
    """Return the phones of a placed token."""
    names = acoustic_model().phones
    bounds = placed.bounds[::STATES] * FRAME_S
    return [
        Phone(names[phone], float(start_s), float(end_s))
        for phone, start_s, end_s in zip(placed.phones, bounds[:-1], bounds[1:], strict=True)
    ]
