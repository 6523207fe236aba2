"""The body: skeleton, parts, rotations, kinematics, motion; numpy only, so that Blender's Python can import it."""
