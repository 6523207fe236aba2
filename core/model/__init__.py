"""The networks in PyTorch; `generate` reaches them only through the seam in `core.generate.network`."""
