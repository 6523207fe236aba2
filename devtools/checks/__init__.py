"""The checks of `build.py test`: lint, types, test suites and their coverage."""
