"""`python -m training`."""

import sys

from training.cli.train import main

sys.exit(main())
