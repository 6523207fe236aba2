"""The steps from the loaded body to the asset file: fit the skeleton, skin, carry to the rest pose, dress, pack."""

from pathlib import Path

import numpy as np

from training.character import skin
from training.character.anny_body import Source
from training.character.asset import write_asset
from training.character.materials import dress
from training.character.skeleton import fit_skeleton


def build_character(source: Source, path: Path) -> np.ndarray:
    """Write the asset.

    Returns:
        rest joints (55, 3), metres.
    """
    centre, _ = skin.jaw_hinge(source)
    fit = fit_skeleton(source, centre)
    weights = skin.joint_weights(source)
    vertices, shapes = skin.carry_to_rest(source.vertices, source.shapes, weights, fit)
    write_asset(path, dress(source, vertices, weights, shapes, fit), fit.rest)
    return fit.rest
