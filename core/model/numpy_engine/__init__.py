"""The small architecture in NumPy: what the bundled weights run on, in Blender's own Python."""
