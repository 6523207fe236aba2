"""From a sound file to the features that are the input of the networks."""
