"""How threads wait and take turns: those of NumPy and PyTorch by variables that are set before either loads."""

import os
import sys

# Threads would otherwise spin while they wait, which on a computer that is busy with something else (Blender drawing)
# makes everything many times slower.
VARIABLES = {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
# Seconds after which a thread lets another one go on. Between two loops of NumPy a thread needs the interpreter for
# microseconds; Python's own 0.005 s leave one core waiting for a tenth of a take.
_TURN_S = 5e-5


def set_variables() -> None:
    """Set the variables in this process, where the user has not set them, and how often threads take turns."""
    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)
    sys.setswitchinterval(_TURN_S)
