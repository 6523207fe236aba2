"""What the rooms above need from Blender itself: registration, versions, keys, data paths, sound strips, panels."""
