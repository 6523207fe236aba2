"""Helpers for Blender itself, which all other folders use: registration, versions, keys, data paths, strips, panels."""
