"""Faces: which shape keys play which expression, and what they get from a motion."""
