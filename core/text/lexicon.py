"""Words that call for a gesture of their own, in classes by the kind of gesture."""

NEGATION = "negation"
SELF = "self"
YOU = "you"
NUMBER = "number"
LARGE = "large"
SMALL = "small"
UP = "up"
DOWN = "down"
LEFT = "left"
RIGHT = "right"
LIST = "list"
CONTRAST = "contrast"
QUESTION = "question"
UNCERTAIN = "uncertainty"

_WORDS = {
    NEGATION: "no not never none nothing nobody nowhere neither nor without cannot can't don't doesn't didn't won't "
    "isn't aren't wasn't weren't couldn't wouldn't shouldn't haven't hasn't hadn't hardly refuse stop",
    SELF: "i me my mine myself i'm i've i'll i'd",
    YOU: "you your yours yourself you're you've you'll you'd",
    NUMBER: "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty hundred "
    "thousand million billion half twice percent dozen",
    LARGE: "big bigger biggest large larger huge great enormous giant massive wide wider whole entire vast gigantic "
    "everything everyone everybody everywhere immense broad",
    SMALL: "small smaller smallest little tiny narrow thin slight slightly miniature minor",
    UP: "up rise rises rising rose high higher highest above climb climbs climbed increase increased increases raise "
    "raised lift lifted grow grows growing grew top",
    DOWN: "down fall falls falling fell low lower lowest below under beneath drop drops dropped bottom sink sinks "
    "decrease decreased reduce reduced",
    LEFT: "left west",
    RIGHT: "right east",
    LIST: "first second third fourth fifth next finally also plus another furthermore lastly",
    CONTRAST: "but however although though instead whereas otherwise unless despite rather different",
    QUESTION: "what why how who where whom what's who's where's how's",
    UNCERTAIN: "maybe perhaps possibly probably might guess wonder unsure suppose unclear doubt somehow roughly",
}
CLASSES = tuple(_WORDS)
WORD_CLASS: dict[str, str] = {}
for _kind, _words in _WORDS.items():
    for _word in _words.split():
        WORD_CLASS.setdefault(_word, _kind)


def word_class(word: str) -> str | None:
    """Return the class of a word, or None for a word without a gesture of its own.

    >>> word_class("Never!"), word_class("42"), word_class("table")
    ('negation', 'number', None)
    """
    word = bare(word)
    return NUMBER if word.isdigit() else WORD_CLASS.get(word)


def bare(word: str) -> str:
    """Return a word in lower case without the punctuation around it."""
    return word.lower().replace("’", "'").strip(".,;:!?\"'()")
