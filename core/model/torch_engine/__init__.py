"""The networks in PyTorch: for training, for CUDA, and for the released architecture."""
