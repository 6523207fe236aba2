"""Training: a corpus made by the project itself, then the two stages that fit the networks to it."""
