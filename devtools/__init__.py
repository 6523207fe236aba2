"""What `build.py` runs: environments, demo, tests, benchmarks, the package. Never shipped inside the extension."""
