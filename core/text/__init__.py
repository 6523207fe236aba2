"""From a transcript to timed words and word vectors.

transcript   read a file: plain text, subtitles, TextGrid, whisper
reading      the words of a text in any language, with their pronunciations (core.language); for English:
spoken       "$5" -> five dollars
pronounce    a word -> its phones: dictionary, else word_parts, else letters
align        the time of every word, in two passes over the scores of phones (core.phones):
    gaps         inserted silence is taken out before, and put back after
    anchors      roughly, where words surely are
    pieces       cut sound and text between them
    placing      exactly, where each word and each phone is (moved, fading, sides)
given_times  phones of words whose times are known
timing       words.json
words        a word -> a vector (fasttext_file)
lexicon      words that call for a gesture of their own
"""
