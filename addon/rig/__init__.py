"""Rigs: which bones play which part of the body, and how a motion becomes keys on them."""
