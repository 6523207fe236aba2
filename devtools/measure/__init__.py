"""Measurements of a model's motion, compared with targets."""
