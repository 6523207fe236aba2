"""Runs in Blender: the points that hands are kept out of where no mesh is known, sampled from the bundled character.

`python build.py character` runs `python -m devtools.character_skin` after the character was built. Their file is part
of the project: `core/clearance/skin.npz`.
"""

import sys

import numpy as np

from core.body.skeleton import JOINT_COUNT
from core.clearance.sampling import Surface, sample_skin
from core.clearance.skin import Skin, save_skin
from devtools.extension import extension_module, load_extension
from devtools.measure.stand_in import body_of_asset


def main() -> int:
    """Write the file."""
    save_skin(skin_of_character())
    return 0


def skin_of_character() -> Skin:
    """Sample the outer surface of the bundled character's asset."""
    asset, triangles = body_of_asset()
    weights = np.zeros((len(asset.places), JOINT_COUNT))
    np.add.at(weights, (np.arange(len(weights))[:, None], asset.joints), asset.weights)
    surface = Surface(asset.places, triangles, weights)
    load_extension()
    rays_on = extension_module("addon.skin.body").rays_on
    # It is part of every take, and follows its mesh well enough without more points.
    skin = sample_skin(surface, asset.rest_joints, rays_on(surface), most=1.0)
    if skin is None:
        raise SystemExit("The character has no arms or no body.")
    return skin


if __name__ == "__main__":
    sys.exit(main())
