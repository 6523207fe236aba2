"""The commands of `python -m core`: one module for each, and `parser`, which finds them and reports errors."""
