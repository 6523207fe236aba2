"""Languages other than English: which one a text is in, its words, and their sounds as English phones.

languages     the languages that are known: codes, names, voices of espeak-ng
detection     a text -> its language
segmentation  a text -> its words, also where they are written without spaces
espeak        a word -> its sounds in IPA
ipa           sounds in IPA -> the nearest phones of English
"""
