"""The shell's commands: `python -m core --help` lists them."""

import sys

from .cli.parser import main

sys.exit(main())
