"""Finishing a take again, or any other motion on a character."""
