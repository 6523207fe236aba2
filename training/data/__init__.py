"""The data of training: recordings of a folder, their features, and windows of them."""
