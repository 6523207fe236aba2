"""Check the Take: what an animator would fix, each at its frame and with a button that helps."""
