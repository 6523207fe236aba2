"""Word vectors read by NumPy are fastText's own."""

import fasttext
import numpy as np
import pytest

from core.errors import GestureError
from core.text.fasttext_file import FastTextFile
from tests.conftest import ROOT

STARTER = ROOT / "weights" / "starter" / "words.bin"
TEXT = ("the quick brown fox jumps over the lazy dog and says naïve façade straße 東京 привет " * 60 + "\n") * 8
WORDS = (
    "the",
    "fox",
    "foxes",
    "naïve",
    "naïveté",
    "東京",
    "東",
    "привет",
    "x",
    "",
    "</s>",
    "a-b",
    "quickquickquick",
    "😀",
)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def same(path, words=WORDS) -> float:
    """The largest difference over some words."""
    theirs, ours = fasttext.load_model(str(path)), FastTextFile(path)
    assert ours.dimension == theirs.get_dimension()
    return max(np.abs(ours.get_word_vector(word) - theirs.get_word_vector(word)).max() for word in words)


def test_the_starter_weights_words_are_fasttexts():
    words = [*WORDS, *fasttext.load_model(str(STARTER)).get_words()[:400]]
    assert same(STARTER, words) < 1e-6


@pytest.mark.parametrize(("shortest", "longest"), [(3, 6), (1, 2), (0, 0)])
def test_models_with_any_letter_groups_are_read(text, tmp_path, shortest, longest):
    model = fasttext.train_unsupervised(
        str(text), dim=12, minn=shortest, maxn=longest, minCount=1, epoch=1, bucket=500, thread=1, verbose=0
    )
    model.save_model(str(tmp_path / "m.bin"))
    assert same(tmp_path / "m.bin") < 1e-6


@pytest.mark.parametrize("options", [{}, {"qnorm": True}, {"cutoff": 300}, {"dsub": 5}])
def test_quantised_models_are_read(tmp_path, options):
    labelled = tmp_path / "labelled.txt"
    # fastText quantises models of labels only, and needs at least 256 rows.
    lines = [f"__label__{number % 2} word{number} again{number % 7} more{number % 300}" for number in range(900)]
    labelled.write_text("\n".join(lines), encoding="utf-8")
    model = fasttext.train_supervised(str(labelled), dim=10, minn=2, maxn=4, bucket=800, epoch=2, thread=1, verbose=0)
    model.quantize(input=str(labelled), retrain=False, **options)
    model.save_model(str(tmp_path / "q.ftz"))
    assert same(tmp_path / "q.ftz", ("word1", "word899", "again3", "other", "wor")) < 1e-6


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.3, 0.9, 0.999999])
def test_a_halved_file_is_refused(tmp_path, share):
    data = STARTER.read_bytes()
    path = tmp_path / "half.bin"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(GestureError, match="not a fastText model"):
        FastTextFile(path)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "words.bin"
    path.write_bytes(bytes(range(256)) * 50)
    with pytest.raises(GestureError):
        FastTextFile(path)
    with pytest.raises(GestureError):
        FastTextFile(tmp_path / "none.bin")
