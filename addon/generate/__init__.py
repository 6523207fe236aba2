"""Generating a take: the settings of a scene, the request, and the result on the character."""
