"""Variables that say how the threads of NumPy and PyTorch wait and how many there are; set before either loads."""

import os

# Threads would otherwise spin while they wait, which on a computer that is busy with something else (Blender drawing)
# makes everything many times slower.
VARIABLES = {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


def set_variables() -> None:
    """Set the variables in this process, where the user has not set them."""
    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)
