"""The one job that runs at a time: the worker process, its settings, and the operator that waits for it."""
