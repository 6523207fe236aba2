"""Model folders, read once and kept warm between takes."""

from dataclasses import dataclass
from pathlib import Path

from ..errors import GestureError
from ..text.words import WordVectors
from .network import Network
from .take import folder_hash

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
            GestureError: no such folder, missing or broken files, no such device.
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
            vectors = WordVectors.load(folder / network.info.words["file"])
            self._model = Model(network, vectors, folder_hash(folder))
            self._key = key
        return self._model
