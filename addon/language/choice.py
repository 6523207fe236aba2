"""The language of a transcript as it is chosen in a panel: an English name or a code, or nothing."""

from ...core.errors import GestureError
from ...core.language.languages import AUTO, LANGUAGES, code_of

PLACEHOLDER = "Found from the text"


def suggestions(settings, context, edit_text: str) -> list[str]:
    """Return the names of the languages that contain what was typed."""
    typed = edit_text.strip().lower()
    return [language.name for language in LANGUAGES.values() if typed in language.name.lower()]


def chosen_code(text: str) -> str:
    """Return the code of a language; "auto" where none is chosen.

    Raises:
        GestureError: there is no such language.
    """
    if not text.strip():
        return AUTO
    try:
        return code_of(text)
    except GestureError as error:
        raise GestureError(
            f"There is no language “{text}”.", remedy="Choose one of the list, or empty Language to have it found."
        ) from error
