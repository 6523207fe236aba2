"""The language of a text, found by py3langid: a classifier of byte sequences, which needs no network."""

from functools import lru_cache
from typing import Any

from .languages import AUTO, ENGLISH, LANGUAGES

# Another language must be likelier than English by so much (nats): a name or "no no no" alone says little.
LEAST_MARGIN = 20.0
MOST_CHARACTERS = 20_000
_SAME = {"nb": "no", "nn": "no"}


def detect(text: str) -> str:
    """Return the code of the language that a text is probably in; English where the text says too little.

    >>> detect("Ich weiß nicht, was das bedeuten soll."), detect("Yes."), detect("今日は天気がいいです")
    ('de', 'en', 'ja')
    """
    ranked = _identifier().rank(text[:MOST_CHARACTERS])
    (best, score), english = ranked[0], dict(ranked)[ENGLISH]
    return _SAME.get(best, best) if score - english >= LEAST_MARGIN else ENGLISH


def language_of(text: str, chosen: str = AUTO) -> str:
    """Return the chosen language; where it is "auto", the one that is found in the text."""
    return detect(text) if chosen == AUTO else chosen


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid import langid

    identifier = langid.LanguageIdentifier.from_pickled_model(langid.MODEL_FILE)
    identifier.set_languages([code for code in identifier.nb_classes if _SAME.get(code, code) in LANGUAGES])
    return identifier
