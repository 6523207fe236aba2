"""The skin of a character's own meshes, which its hands are kept out of."""
