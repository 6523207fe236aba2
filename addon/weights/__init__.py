"""The weights in use: their licence, another folder of weights, and the released weights, fetched when asked for."""
