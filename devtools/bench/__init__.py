"""Benchmarks: how fast the code is, as ratios of two ways that are measured in the same run."""
