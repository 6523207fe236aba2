"""The code that turns speech into SMPL-X motion. It works without Blender: nothing here imports bpy."""
