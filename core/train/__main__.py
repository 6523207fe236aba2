"""`python -m core.train`."""

import sys

from .command import main

sys.exit(main())
