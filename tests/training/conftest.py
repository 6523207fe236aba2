"""A data folder with two short synthetic clips, and its corpus."""

import pytest

from .tiny_corpus import make_corpus, make_vectors, plan_for


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("fasttext")
    root = tmp_path_factory.mktemp("training")
    make_corpus(root / "corpus")
    make_vectors(root / "words.bin")
    return root


@pytest.fixture(scope="module")
def corpus(folder):
    return plan_for(folder).source.load()
