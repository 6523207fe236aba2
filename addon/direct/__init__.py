"""Directing a take: parts made anew, levels, markers, edits and locks."""
