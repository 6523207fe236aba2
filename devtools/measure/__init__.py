"""Measurements of a model: what its motion is like, against targets."""
