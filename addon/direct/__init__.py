"""Directing a take: parts of it generated again, levels, markers, hand edits and locks."""
