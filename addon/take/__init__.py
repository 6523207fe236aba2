"""A take in the .blend: what is stored, what is keyed, what was edited by hand."""
