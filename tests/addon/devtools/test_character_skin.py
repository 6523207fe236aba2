"""The points that hands are kept out of by default are those of the bundled character."""

import numpy as np
import pytest

from core.clearance.skin import default_skin
from devtools.character_skin import skin_of_character

pytestmark = pytest.mark.any_blender


def test_the_file_in_the_tree_is_what_the_command_writes():
    made, stored = skin_of_character(), default_skin()
    assert np.array_equal(made.joints, stored.joints)
    assert np.allclose(made.places, stored.places, atol=1e-6)
    # Normals and weights are stored as half-precision numbers.
    assert np.allclose(made.normals, stored.normals, atol=1e-3)
    assert np.allclose(made.weights, stored.weights, atol=1e-3)
    assert np.array_equal(made.rest_joints, stored.rest_joints)
