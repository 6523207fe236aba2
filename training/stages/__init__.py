"""The two stages of training: an autoencoder per body part, then the generator."""
