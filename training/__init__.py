"""Training of a model folder from recordings with motion; the project can also make such recordings itself."""
