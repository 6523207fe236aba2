"""The face: ARKit shapes, SMPL-X coefficients and visemes, and how one becomes the other."""
