"""A full Blender with its window on a virtual screen, apart from this computer, driven with mouse and keys by tests."""
