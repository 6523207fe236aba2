"""Joining takes: start and end poses, loops, idle, and listening while others speak."""
