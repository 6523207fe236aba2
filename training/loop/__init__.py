"""The training loop of every stage: steps, checkpoints, averages, processes and the log."""
