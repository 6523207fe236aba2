"""Faces: which shape keys play which expression, and how a motion becomes keys on them."""
