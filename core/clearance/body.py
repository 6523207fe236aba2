"""The body that hands are kept out of where no mesh is known: the bundled character's, on any skeleton."""

from functools import lru_cache

import numpy as np

from .gaps import Surroundings
from .skin import default_skin


def default_body(rest_joints: np.ndarray) -> Surroundings:
    """Return the surroundings of the arms of the bundled character, on a skeleton (55, 3), metres."""
    return _body(np.asarray(rest_joints, np.float64).tobytes())


@lru_cache(maxsize=4)
def _body(rest_joints: bytes) -> Surroundings:
    return Surroundings(default_skin().on(np.frombuffer(rest_joints).reshape(-1, 3)))
