"""Hostile command lines over every command and every kind of file, and the table of what became of them."""
