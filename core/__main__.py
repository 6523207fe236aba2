"""The shell's commands: `python -m core --help` lists them."""

import signal
import sys

from .worker.threads import set_variables

if __name__ == "__main__":
    # While modules load there is nothing to clean up: an interrupt ends the program, without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    set_variables()
    # The commands load NumPy, which reads the variables once.
    from .cli.parser import main

    status = main()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(status)
