"""The spoken words of a take, as a list in which an animator chooses words."""

import bpy

from ...core.take.files import TakeFiles


def fill(action: bpy.types.Action, take: TakeFiles) -> None:
    """List a take's words on its action."""
    words = action.mambatalk_take.words
    words.clear()
    for word in take.words:
        entry = words.add()
        entry.name, entry.start_s, entry.end_s = word["word"], word["start_s"], word["end_s"]


def chosen_s(action: bpy.types.Action) -> tuple[float, float] | None:
    """Return the seconds at which the first chosen word starts and the last one ends; None when none is chosen."""
    chosen = [word for word in action.mambatalk_take.words if word.chosen]
    return (min(word.start_s for word in chosen), max(word.end_s for word in chosen)) if chosen else None
