"""The worker process: does the heavy steps outside of Blender, so that a crash in them cannot end Blender."""
