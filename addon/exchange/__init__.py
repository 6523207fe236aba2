"""Import motion of other programs, and export takes for them."""
