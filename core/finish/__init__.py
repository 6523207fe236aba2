"""Finishing: what is done to a decoded motion before an animator sees it; numpy and scipy only."""
