"""Motion measured: against recorded motion, against its speech, and by itself."""
