"""The command lines of training: `python -m core train`, `python -m core evaluate` and `python -m training`."""
