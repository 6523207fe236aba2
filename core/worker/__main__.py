"""`python -m core.worker`: JSON lines on stdin and stdout, everything else on stderr."""

import os
import sys

# Both must be set before NumPy and PyTorch load. Their threads would otherwise spin while they wait, which on a
# computer that is busy with something else (Blender drawing) makes everything many times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from .server import Server, take_over_streams


def main() -> int:
    """Serve requests until `shutdown` or until stdin closes."""
    Server(*take_over_streams()).serve()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    # The reader thread still waits for stdin; an orderly interpreter exit would wait for it, or crash on its lock.
    os._exit(status)
