"""Gestures that mean something: a library of poses, their motion on any skeleton, and the words that call for them."""
