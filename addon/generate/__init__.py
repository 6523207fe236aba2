"""Generate takes from speech, and load takes that were made before."""
