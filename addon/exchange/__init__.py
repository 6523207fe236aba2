"""Import and export: motion of other programs, and takes written for them."""
