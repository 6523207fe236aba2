"""From a transcript to timed words and word vectors.

transcript   read a file: plain text, subtitles, TextGrid, whisper
reading      the words of a text in any language, with their pronunciations (core.language); for English:
spoken       "$5" -> five dollars
pronounce    a word -> its phones: dictionary, else word_parts, else letters
align        the time of every word, in two passes over the recording:
    anchors      roughly, where words surely are        } both use
    pieces       cut sound and text between them        } `decoder`
timing       words.json
words        a word -> a vector (fasttext_file)
lexicon      words that call for a gesture of their own
"""
