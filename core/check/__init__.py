"""Checking a take: what an animator would fix, where it is, and what helps."""
