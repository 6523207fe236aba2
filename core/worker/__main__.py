"""`python -m core.worker`: JSON lines on stdin and stdout, everything else on stderr."""

import os
import sys

from .threads import set_variables


def main() -> int:
    """Serve requests until `shutdown` or until stdin closes."""
    set_variables()
    # The server loads NumPy, which reads the variables once.
    from .server import Server, take_over_streams

    Server(*take_over_streams()).serve()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    # The reader thread still waits for stdin; an orderly interpreter exit would wait for it, or crash on its lock.
    os._exit(status)
