"""Measures of motion: against recorded motion, against its speech, and alone."""
