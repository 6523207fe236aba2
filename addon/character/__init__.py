"""Characters: the bundled one, SMPL-X bodies, and the space of their bones."""
