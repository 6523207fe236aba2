"""Speech to SMPL-X motion; everything but Blender, and nothing here imports bpy."""
