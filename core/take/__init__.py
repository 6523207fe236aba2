"""A take on disk: its files, its layers, and the frames that a change covers."""
