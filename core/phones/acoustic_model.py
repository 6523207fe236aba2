"""pocketsphinx's acoustic model of English, read from its wheel: which cepstra each state of each phone has.

    phone     one of 42: 39 sounds, silence and two kinds of noise; each has 3 states, which follow each other
    codebook  a phone's 128 Gaussians, for each of 3 streams of features
    senone    a state's weights over its phone's codebook; the first 126 belong to phones without neighbours, the others
              to phones between two certain neighbours at a certain place in a word

The files are little-endian. "means" and "variances" have a short text header, "sendump" (the weights) and "mdef" (the
senones of phones with neighbours) describe their own layout in words at their beginnings.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

SILENCE = "SIL"
NOISES = ("+NSN+", "+SPN+")
STATES = 3
# Places in a word, as "mdef" numbers them.
INSIDE, FIRST, LAST, ALONE = range(4)
_WEIGHT_UNIT = 1024 * np.log(1.0001)  # nats in one step of a stored weight
_LEAST_VARIANCE = 1e-4
_HEADER_END = b"endhdr\n"


@dataclass(frozen=True)
class AcousticModel:
    """The model, prepared for `core.phones.scores`.

    Attributes:
        phones: their names; a phone's number is its place.
        products: (3, 27, 42·128) float32: per stream, x², x and 1 times these are the Gaussians' log densities.
        weights: (3, senones, 128) uint8, steps of a log weight below 0.
        phone_weights: (3, 42, 3, 128) float32, the weights of the phones' own states.
        weight_of_step: (256,) float32.
        contexts: (4, 42, 42, 42) int32: place in the word, phone, neighbour before, neighbour after -> a row of
            `senones`, -1 for none.
        senones: (rows, 3) of the states of a phone between neighbours.
    """

    phones: tuple[str, ...]
    products: np.ndarray
    weights: np.ndarray
    phone_weights: np.ndarray
    weight_of_step: np.ndarray
    contexts: np.ndarray
    senones: np.ndarray

    def number(self, phone: str) -> int:
        """Return the number of a phone.

        Raises:
            ValueError: there is no such phone.
        """
        return self.phones.index(phone)

    def senones_of(self, phone: int, before: int, after: int, place: int) -> np.ndarray:
        """Return the senones (3,) of a phone between neighbours; of the phone alone where the pair is unknown."""
        for tried in (place, INSIDE, FIRST, LAST, ALONE):
            row = self.contexts[tried, phone, before, after]
            if row >= 0:
                return self.senones[row]
        return np.arange(STATES * phone, STATES * phone + STATES)


@lru_cache(maxsize=1)
def acoustic_model() -> AcousticModel:
    """Read the model from pocketsphinx's wheel."""
    import pocketsphinx

    folder = Path(pocketsphinx.get_model_path()) / "en-us" / "en-us"
    phones, senone_count, contexts, senones = _definition((folder / "mdef").read_bytes())
    weights = _weights((folder / "sendump").read_bytes(), senone_count)
    weight_of_step = np.exp(-_WEIGHT_UNIT * np.arange(256)).astype(np.float32)
    own = weights[:, : STATES * len(phones)].reshape(3, len(phones), STATES, -1)
    return AcousticModel(
        phones,
        _products(_gaussians(folder / "means"), _gaussians(folder / "variances")),
        weights,
        weight_of_step[own],
        weight_of_step,
        contexts,
        senones,
    )


def _gaussians(path: Path) -> np.ndarray:
    """Read "means" or "variances"; (phones, streams, densities, 13) float64."""
    data = path.read_bytes()
    at = data.index(_HEADER_END) + len(_HEADER_END) + 4  # after a number that states the order of bytes
    codebooks, streams, densities = np.frombuffer(data, "<i4", 3, at)
    at += 12 + 4 * streams + 4  # after the length of each stream, and of all
    width = np.frombuffer(data, "<i4", 1, at - 4 - 4 * streams)[0]
    values = np.frombuffer(data, "<f4", codebooks * streams * densities * width, at)
    return values.reshape(codebooks, streams, densities, width).astype(np.float64)


def _products(means: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Turn Gaussians into matrices: log density = -½ x²/v + x m/v - ½ (m²/v + log 2πv), summed over 13 cepstra."""
    variances = np.maximum(variances, _LEAST_VARIANCE)
    constant = -0.5 * (np.log(2 * np.pi * variances) + means**2 / variances).sum(axis=-1, keepdims=True)
    rows = np.concatenate([-0.5 / variances, means / variances, constant], axis=-1)  # (phones, streams, densities, 27)
    rows = rows.transpose(1, 3, 0, 2)  # (streams, 27, phones, densities)
    return np.ascontiguousarray(rows.reshape(*rows.shape[:2], -1), np.float32)


def _weights(data: bytes, senone_count: int) -> np.ndarray:
    """Read "sendump": after its header the weights of each stream and density, for all senones."""
    streams, densities = 3, 128
    stored = np.frombuffer(data[-streams * densities * senone_count :], np.uint8)
    return np.ascontiguousarray(stored.reshape(streams, densities, senone_count).transpose(0, 2, 1))


def _definition(data: bytes) -> tuple[tuple[str, ...], int, np.ndarray, np.ndarray]:
    """Read "mdef": the names of the phones, the number of senones, and the senones of phones between neighbours."""
    at = 12 + int(np.frombuffer(data, "<i4", 1, 8)[0])  # after the description of its layout
    count, all_phones, _, _, senone_count, _, rows, _, nodes, _ = np.frombuffer(data, "<i4", 10, at).tolist()
    names = data[at + 40 :].split(b"\0", count)[:count]
    at += 40 + sum(len(name) + 1 for name in names)
    at += -at % 4 + 8 * nodes  # after a tree that leads to the same senones
    layout = np.dtype([("row", "<i4"), ("transitions", "<i4"), ("context", "u1", 4)])
    between = np.frombuffer(data, layout, all_phones, at)[count:]
    at += layout.itemsize * all_phones + 4
    senones = np.frombuffer(data, "<u2", STATES * rows, at).reshape(rows, STATES)
    contexts = np.full((4, count, count, count), -1, np.int32)
    contexts[tuple(between["context"].T)] = between["row"]
    return tuple(name.decode("ascii") for name in names), senone_count, contexts, senones
