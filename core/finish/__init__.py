"""Finishing of a decoded motion: smoothing, a root that keeps its place, and feet that stay where they stand."""
