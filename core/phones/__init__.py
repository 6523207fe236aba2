"""Speech sounds in a recording: how well every phone fits every 10 ms, and the best paths through phones.

activity        where there is speech, and where it is quiet
cepstra         sound -> 13 cepstra for every 10 ms
acoustic_model  pocketsphinx's model of the phones, read from its wheel
scores          cepstra -> scores of all phones, on several threads
phone_loop      the best sequence of phones without any text
search          the best path through the words of a text
refinement      exact times of a known sequence of phones
"""
