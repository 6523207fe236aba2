"""A take in the .blend: its stored data, its keys, and edits that were made by hand."""
