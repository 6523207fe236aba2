"""The extension's zip: its wheels, how it is built for each platform, and a trial of it in an empty Blender."""
