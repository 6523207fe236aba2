"""From a sound file to what the network hears."""
