"""Training: recordings with motion become a model folder; the project can make such a corpus itself."""
