"""Many recordings in one go: lines of a table, the processes that make their takes, and what became of each."""
