"""Finish the animation of a character again: less shake, no sliding feet, no drift."""
