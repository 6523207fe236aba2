"""What training reads: recordings of a data folder, their features, and windows of them."""
