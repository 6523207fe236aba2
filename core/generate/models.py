"""Model folders, read once and kept warm between takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import GestureError
from ..take.files import folder_hash
from ..text.words import WordVectors
from .network import Network

STARTER = Path(__file__).resolve().parents[2] / "weights" / "starter"


@dataclass(frozen=True)
class Model:
    """What a model folder gives: the network, the word vectors it was trained with, the hash of its files."""

    network: Network
    vectors: WordVectors
    sha256: str


class Models:
    """Keeps the last model warm between takes."""

    def __init__(self):
        self._key: tuple | None = None
        self._model: Model | None = None

    def load(self, folder: Path, device: str) -> Model:
        """The model of a folder; read again only when its files changed.

        Raises:
            GestureError: no such folder, missing or broken files, words of an unknown kind, no such device.
        """
        if not folder.is_dir():
            raise GestureError(
                f"There is no weights folder {folder}.", remedy="Choose the folder that holds model.json."
            )
        stamp = tuple(sorted((p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in folder.iterdir()))
        key = (folder.resolve(), device, stamp)
        if key != self._key:
            # The only place where generating meets PyTorch.
            from ..model.torch_network import load_network

            network = load_network(folder, device)
            vectors = load_vectors(folder, network.info.words)
            self._model = Model(network, vectors, folder_hash(folder))
            self._key = key
        return self._model


def load_vectors(folder: Path, words: Mapping) -> WordVectors:
    """Open the word vectors that a model folder's model.json declares under "words".

    Raises:
        GestureError: words of another kind than "fasttext"; no file is named, or it is missing or broken.
    """
    kind, file = words.get("kind"), words.get("file")
    if kind != "fasttext":
        raise GestureError(
            f'The model.json in {folder} declares words of the kind {kind!r}; this version reads only "fasttext".',
            remedy="Choose weights with fastText words, such as the starter weights, or update the extension.",
        )
    if not isinstance(file, str):
        raise GestureError(
            f'The model.json in {folder} names no file of word vectors: "words" lacks a usable "file".',
            remedy="Use the model.json that came with the weights.",
        )
    return WordVectors.load(folder / file)
