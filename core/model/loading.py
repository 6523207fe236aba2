"""A model folder as a whole, loaded: its network, its words and its hashes; the last one stays in memory."""

from collections.abc import Mapping
from pathlib import Path

from ..errors import GestureError
from ..generate.network import FrameWords, Model
from ..weights_folder import check_files, folder_hash, read_model_json
from .card import REMEDY, is_file_name, read_checked_card, read_neutral
from .card import STARTER_FOLDER as STARTER
from .config import ModelConfig


class Models:
    """Loads model folders and keeps the last model in memory."""

    def __init__(self):
        self._key: tuple | None = None
        self._model: Model | None = None

    def load(self, folder: Path | None, device: str) -> Model:
        """Return the model of a folder; read the folder again only when its files changed.

        Args:
            folder: a model folder; None for the bundled starter weights.
            device: "auto", "cpu" or "cuda".

        Raises:
            GestureError: no such folder, missing or broken files, words of an unknown kind, no such device.
        """
        folder = folder or STARTER
        if not folder.is_dir():
            raise GestureError(
                f"There is no weights folder {folder}.", remedy="Choose the folder that holds model.json."
            )
        stamp = tuple(sorted((p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in folder.iterdir()))
        key = (folder.resolve(), device, stamp)
        if self._model is None or key != self._key:
            from .engines import load_network

            check_model(folder)
            network = load_network(folder, device)
            self._model = Model(
                folder=folder,
                network=network,
                words=load_words(folder, network.info.words),
                sha256=folder_hash(folder),
                former_hashes=tuple(read_model_json(folder).get("former_hashes", ())),
            )
            self._key = key
        return self._model

    def notes(self) -> list[str]:
        """Return sentences for the user about how the last model runs: where the processor takes a card's place."""
        note = "" if self._model is None else self._model.network.running.note
        return [note] if note else []


def check_model(folder: Path) -> tuple[dict, ModelConfig]:
    """Check a model folder as far as that needs no network, and return its model.json with the architecture.

    Raises:
        GestureError: no such folder, missing or broken files, impossible entries, words of an unknown kind.
    """
    card, config = read_checked_card(folder)
    check_files(folder)
    read_neutral(folder, card["seed_frames"])
    words = _words_file(folder, card["words"])
    if words is not None and not words.is_file():
        raise GestureError(f"The weights folder {folder} lacks {words.name}.", remedy=REMEDY)
    return card, config


def hashes_of(folder: Path | None) -> frozenset[str]:
    """Return every hash under which takes store the networks of a model folder, now and formerly.

    Takes can be mixed without the weights that made them, so there are none where the folder is no model folder.

    Args:
        folder: a model folder; None for the bundled starter weights.
    """
    folder = folder or STARTER
    try:
        return frozenset((folder_hash(folder), *read_model_json(folder).get("former_hashes", ())))
    except (GestureError, OSError):
        return frozenset()


def load_words(folder: Path, words: Mapping) -> FrameWords:
    """Open the words that a model folder's model.json declares under "words".

    "fasttext" has a file of word vectors; "table" has a vocabulary, without which every word is an unknown one.

    Raises:
        GestureError: words of another kind; no file of vectors is named, or a file is missing or broken.
    """
    path = _words_file(folder, words)
    # The modules need packages that a worker may lack; checking such a worker must still work.
    if words["kind"] == "table":
        from ..text.word_table import WordTable

        return WordTable({}) if path is None else WordTable.load(path)
    from ..text.words import WordVectors

    assert path is not None
    return WordVectors.load(path)


def _words_file(folder: Path, words: Mapping) -> Path | None:
    """Return the file of the declared words; None for a table without one, in which every word is unknown.

    Raises:
        GestureError: words of another kind; no file of vectors is named, or the file does not lie in the folder.
    """
    kind, file = words.get("kind"), words.get("file")
    if kind == "table" and file is None:
        return None
    if kind not in ("table", "fasttext"):
        raise GestureError(
            f"The model.json in {folder} declares words of the kind {kind!r}, which this version does not know.",
            remedy="Choose weights with fastText words, such as the starter weights, or update the extension.",
        )
    if not isinstance(file, str):
        raise GestureError(
            f'The model.json in {folder} names no file of word vectors: "words" lacks a usable "file".',
            remedy="Use the model.json that came with the weights.",
        )
    if not is_file_name(file):
        raise GestureError(
            f"The model.json in {folder} names the file {file!r}, which does not lie in this folder.",
            remedy="Use the model.json that came with the weights.",
        )
    return folder / file
