"""The shell's commands: `python -m core --help` lists them."""

import sys

from .worker.threads import set_variables

if __name__ == "__main__":
    set_variables()
    # The commands load NumPy, which reads the variables once.
    from .cli.parser import main

    sys.exit(main())
