"""Characters: the bundled one, exact SMPL-X bodies, and the axes of their bones."""
