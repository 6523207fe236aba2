"""Rigs of other programs: which bones play which part, and motion retargeted to them."""
