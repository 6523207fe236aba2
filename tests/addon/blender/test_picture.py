"""Pictures of meshes: every pixel shows the triangle that is nearest there, as a plain loop finds it."""

import numpy as np
import pytest

pytestmark = pytest.mark.any_blender


def slow(corners, size):
    """Number of the nearest triangle, and -1 where there is none, at each middle of a pixel."""
    nearest, depth = np.full((size, size), -1), np.full((size, size), -np.inf)
    for number, triangle in enumerate(corners):
        edges = np.array([triangle[1] - triangle[0], triangle[2] - triangle[0]])
        for row, column in np.ndindex(size, size):
            try:
                across, along = np.linalg.solve(edges[:, :2].T, (column + 0.5, row + 0.5) - triangle[0, :2])
            except np.linalg.LinAlgError:
                continue
            z = triangle[0, 2] + across * edges[0, 2] + along * edges[1, 2]
            if across >= 0 and along >= 0 and across + along <= 1 and z > depth[row, column]:
                nearest[row, column], depth[row, column] = number, z
    return nearest


def test_pixels_of_small_and_large_triangles_are_those_of_a_plain_loop(extension):
    from mambatalk_ext.addon.blender import picture

    rng, size = np.random.default_rng(3), 24
    middles = rng.uniform(4, 20, (12, 1, 3))
    corners = middles + rng.normal(0, 1, (12, 3, 3)) * np.repeat([0.4, 2, 6], 4)[:, None, None]
    corners[..., :2] = np.clip(corners[..., :2], 0, size - 1e-3)
    pixels, depths, owners = picture._dots(corners)
    nearest = np.full((size, size), -1)
    order = np.argsort(depths, kind="stable")
    columns, rows = pixels.astype(int)[order].T
    nearest[rows, columns] = owners[order]
    expected = slow(corners, size)
    assert (expected >= 0).mean() > 0.1
    assert (nearest == expected).mean() > 0.995


def test_a_square_fills_the_picture_in_its_colour(extension):
    from mambatalk_ext.addon.blender import picture

    square = np.array([[[0, 0, 0], [1, 0, 0], [1, 1, 0]], [[0, 0, 0], [1, 1, 0], [0, 1, 0]]], float)
    drawn = picture.draw(picture.Surface(square, np.array([[0.8, 0.1, 0.1]] * 2)), np.eye(3), 50)
    assert drawn.shape == (50, 50, 4)
    assert np.abs(drawn[..., 3].mean() - 0.92**2) < 0.05
    assert drawn[25, 25, 3] == 1
    assert drawn[25, 25, 0] > 2 * drawn[25, 25, 1] > 0
    assert drawn[0, 0].tolist() == [0, 0, 0, 0]
