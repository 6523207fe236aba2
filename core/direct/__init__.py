"""Directing a take: levels, accents and kept edits on a finished motion; numpy only: Blender runs it live."""
