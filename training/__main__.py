"""`python -m training`: train the networks; see `training.cli`."""

import sys

from training.cli.train import main

sys.exit(main())
