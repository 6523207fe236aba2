"""The SMPL-X body of a user's own model file: its skeleton, its arrays, and the package that reads it."""
