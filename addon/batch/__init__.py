"""Many recordings in one go: an action for each line of a table, or for each recording of a folder."""
