"""The training corpus: texts, voices, clips of speech, and the motion that the gesture grammar gives them."""
