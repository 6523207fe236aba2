"""The commands of `build.py`: environments, demo, tests, benchmarks, package. The extension does not contain them."""
