"""pocketsphinx as alignment uses it: a window of the text is searched in a stretch of sound."""

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder

from ..clock import SAMPLE_RATE
from .timing import Phone

FRAME_S = 0.01  # pocketsphinx's frame
FRAME_SAMPLES = SAMPLE_RATE // 100
LEAVE_OUT = 1e-4  # probability that a speaker drops one word
JUMP_WORDS = 8.0  # a start this many words away from the expected one is half as likely
SCALE = 1024  # pocketsphinx keeps scores divided by this
NATS = SCALE * math.log(1.0001)  # nats in one unit of the phone pass' scores
FLOOR = 1e-300
SMALLEST_PCM_PEAK = 1e-4
WIDE = {"beam": 0.0, "pbeam": 0.0, "wbeam": 0.0}  # no pruning: slow, but a path is found if one exists


@dataclass(frozen=True)
class Hit:
    """One token that the decoder found.

    Attributes:
        index: index of the token in the text.
        start_s, end_s: seconds from the start of the stretch.
        score: log likelihood per frame, relative to the best sound anywhere, in nats (about -1.5 right, -4.5 wrong).
        phones: filled by `strict` only.
    """

    index: int
    start_s: float
    end_s: float
    score: float
    phones: tuple[Phone, ...] = ()

    @property
    def frames(self) -> int:
        """Return the length in 10 ms frames, at least 1."""
        return max(1, round((self.end_s - self.start_s) / FRAME_S))


class TextDecoder:
    """Decoders that know exactly one text: every token is a dictionary word of its own, named by its index.

    So a repeated word cannot be taken for its neighbour, every token keeps its own pronunciations, and the memory of a
    long text is freed with the object.
    """

    def __init__(self, pronunciations: Sequence[Sequence[str]]):
        self._entries = [tuple(ways) for ways in pronunciations]
        self._normal = self._make()
        self._wide: Decoder | None = None
        self.frames_decoded = 0
        self._active: dict[Decoder, str] = {}

    def _make(self, **beams: float) -> Decoder:
        lines = []
        for index, ways in enumerate(self._entries):
            for count, phones in enumerate(ways):
                lines.append(f"w{index}{f'({count + 1})' if count else ''} {phones}")
        with tempfile.TemporaryDirectory(prefix="gesture-align-") as folder:
            path = Path(folder) / "text.dict"
            path.write_text("\n".join(lines) + "\n", encoding="ascii")
            return Decoder(samprate=SAMPLE_RATE, dict=str(path), lm=None, loglevel="FATAL", bestpath=False, **beams)

    def window(self, pcm: bytes, tokens: Sequence[int], expected: int) -> list[Hit]:
        """Find the stretch of tokens that fits the sound best; it may begin and end anywhere.

        Args:
            pcm: 16-bit samples.
            tokens: indices, in order.
            expected: place in `tokens` where the sound probably begins.

        Returns:
            The tokens found, without phones; none when nothing fits.
        """
        count = len(tokens)
        begin, end = count + 1, count + 2
        arcs: list[tuple] = []
        for place, token in enumerate(tokens):
            arcs.append((begin, place, 1.0 / (1.0 + abs(place - expected) / JUMP_WORDS)))
            arcs.append((place, place + 1, 1.0, f"w{token}"))
            arcs.append((place + 1, end, 1.0))
            if place:
                arcs.append((place - 1, place + 1, LEAVE_OUT, f"w{token}"))
        return self._heard(self._normal, pcm, begin, end, arcs)

    def strict(self, pcm: bytes, tokens: Sequence[int]) -> list[Hit]:
        """Time every token, in order, over the whole stretch, with phones; an empty list if that is impossible."""
        arcs = [(place, place + 1, 1.0, f"w{token}") for place, token in enumerate(tokens)]
        decoder = self._normal
        hits = self._heard(decoder, pcm, 0, len(tokens), arcs)
        if len(hits) != len(tokens):
            if self._wide is None:
                self._wide = self._make(**WIDE)
            decoder = self._wide
            hits = self._heard(decoder, pcm, 0, len(tokens), arcs)
        if len(hits) != len(tokens):
            return []
        return self._with_phones(decoder, pcm, hits)

    def _heard(self, decoder: Decoder, pcm: bytes, begin: int, end: int, arcs: list[tuple]) -> list[Hit]:
        # Two names are used in turn, because pocketsphinx frees a search that is replaced, even while it is active.
        name = self._active[decoder] = "odd" if self._active.get(decoder) == "even" else "even"
        decoder.add_fsg(name, decoder.create_fsg(name, begin, end, arcs))
        decoder.activate_search(name)
        self._process(decoder, pcm)
        if decoder.hyp() is None:
            return []
        hits = []
        for segment in decoder.seg() or ():
            index = _index(segment.word)
            if index is not None:
                frames = segment.end_frame - segment.start_frame + 1
                score = SCALE * math.log(max(segment.ascore, FLOOR)) / frames
                hits.append(Hit(index, segment.start_frame * FRAME_S, (segment.end_frame + 1) * FRAME_S, score))
        return hits

    def _with_phones(self, decoder: Decoder, pcm: bytes, hits: list[Hit]) -> list[Hit]:
        """Run the second pass, which finds the phones inside the words of the first."""
        try:
            decoder.set_alignment()
            self._process(decoder, pcm)
            found = []
            for entry in decoder.get_alignment() or ():
                index = _index(entry.name)
                if index is None:
                    continue
                phones = tuple(
                    Phone(p.name, p.start * FRAME_S, (p.start + p.duration) * FRAME_S) for p in entry if p.name != "SIL"
                )
                score = entry.score * NATS / max(1, entry.duration)
                found.append(Hit(index, entry.start * FRAME_S, (entry.start + entry.duration) * FRAME_S, score, phones))
        except RuntimeError:  # the words keep their times without phones
            return hits
        return found if len(found) == len(hits) else hits

    def _process(self, decoder: Decoder, pcm: bytes) -> None:
        decoder.start_utt()
        decoder.process_raw(pcm, full_utt=True)
        decoder.end_utt()
        self.frames_decoded += len(pcm) // (2 * FRAME_SAMPLES)


def to_pcm(samples: np.ndarray) -> bytes:
    """Make 16-bit samples at a level that suits the acoustic model; noise in the last bit keeps silence from zero."""
    peak = max(float(np.abs(samples).max(initial=0.0)), SMALLEST_PCM_PEAK)
    dither = np.random.default_rng(0).integers(-1, 2, len(samples))
    return np.clip(np.round(samples * (0.7 * 32767 / peak)) + dither, -32768, 32767).astype("<i2").tobytes()


def _index(word: str) -> int | None:
    name = word.partition("(")[0]
    return int(name[1:]) if name.startswith("w") and name[1:].isdigit() else None
