"""Directing a take: levels, markers and kept motion on a finished motion, with NumPy alone: Blender runs it live."""
