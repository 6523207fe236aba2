"""What kinds of words call for what kinds of gesture."""

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
HERE = "here"
THERE = "there"
CONTRAST = "contrast"
QUESTION = "question"
AFFIRM = "affirm"
LIST = "list"

_WORDS = {
    NEGATION: "no not never none nothing nobody nowhere neither nor without cannot can't don't doesn't didn't won't "
    "isn't aren't wasn't weren't couldn't wouldn't shouldn't haven't hasn't hadn't hardly",
    SELF: "i me my mine myself i'm i've i'll i'd we us our ours we're we've we'll",
    YOU: "you your yours yourself you're you've you'll you'd",
    NUMBER: "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty hundred "
    "thousand million billion first second third fourth fifth half twice percent",
    LARGE: "all every everything everyone everybody everywhere big large huge great whole wide world many most always "
    "enormous entire full together complete completely total widely across million billions",
    SMALL: "small little few tiny only just detail details exactly precise precisely particular specific slightly "
    "narrow thin fine less least single",
    UP: "up rise rises rising rose high higher highest more better best grow grows growing grew top above over climb "
    "increase increased increases raise raised lift lifted improve",
    DOWN: "down fall falls falling fell low lower lowest under below drop dropped drops bottom worse beneath sink "
    "decrease decreased reduce reduced lose lost",
    LEFT: "left west",
    RIGHT: "right east",
    HERE: "here this these now today inside",
    THERE: "there that those then tomorrow beyond outside away far out",
    CONTRAST: "but however although though instead yet rather otherwise other another different or while whereas "
    "except unless despite",
    QUESTION: "what why how who whom whose when where which whether",
    AFFIRM: "yes yeah sure certainly absolutely indeed really truly of-course always must true agree good",
    LIST: "and also next finally plus",
}
WORD_CLASS: dict[str, str] = {}
for _kind, _words in _WORDS.items():
    for _word in _words.split():
        WORD_CLASS.setdefault(_word, _kind)

FUNCTION_WORDS = frozenset(
    "a an the of to in on at by for with from as into onto than and or but so if it its it's he she they them his her "
    "him their is are was were be been being am do does did have has had will would can could shall should may might "
    "that this these those there i you we me my your our us which who whom whose when where while not such some any "
    "about upon".split()
)


def word_class(word: str) -> str | None:
    """The kind of a word, or None for one without a gesture of its own."""
    word = word.lower().strip(".,;:!?\"'()")
    return NUMBER if word.isdigit() else WORD_CLASS.get(word)


def is_content(word: str) -> bool:
    """Whether a word carries meaning of its own rather than grammar."""
    return word.lower().strip(".,;:!?\"'()") not in FUNCTION_WORDS
