"""Gestures of the library on a take: insert them with a picture menu, drag them, change them, remove them."""
