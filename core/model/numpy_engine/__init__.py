"""The small architecture in NumPy, which runs the bundled weights in Blender's own Python."""
