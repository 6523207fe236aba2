"""The language of the transcript, and the user's own pronunciations of names."""
