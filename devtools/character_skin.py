"""Runs in Blender: the points that hands are kept out of where no mesh is known, sampled from the bundled character.

`python build.py character` runs `python -m devtools.character_skin` after the character was built. Their file is part
of the project: `core/clearance/skin.npz`.
"""

import sys

import numpy as np
from mathutils.bvhtree import BVHTree

from core.body.skeleton import JOINT_COUNT
from core.clearance.sampling import Surface, sample_skin
from core.clearance.skin import Skin, save_skin
from devtools.measure.stand_in import body_of_asset

# Metres: nothing of a body is farther apart.
_FAR_M = 3.0


def main() -> int:
    """Write the file."""
    save_skin(skin_of_character())
    return 0


def skin_of_character() -> Skin:
    """Sample the outer surface of the bundled character's asset."""
    asset, triangles = body_of_asset()
    weights = np.zeros((len(asset.places), JOINT_COUNT))
    np.add.at(weights, (np.arange(len(weights))[:, None], asset.joints), asset.weights)
    tree = BVHTree.FromPolygons(asset.places.tolist(), triangles.tolist(), all_triangles=True)

    def covered(places: np.ndarray, directions: np.ndarray) -> np.ndarray:
        rays = zip(places.tolist(), directions.tolist(), strict=True)
        return np.array([tree.ray_cast(place, way, _FAR_M)[0] is not None for place, way in rays], bool)

    skin = sample_skin(Surface(asset.places, triangles, weights), asset.rest_joints, covered)
    if skin is None:
        raise SystemExit("The character has no arms or no body.")
    return skin


if __name__ == "__main__":
    sys.exit(main())
