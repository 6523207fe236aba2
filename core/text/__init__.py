"""From a transcript to timed words and word vectors."""
