"""The spoken words of a take, as a list in which an animator chooses words."""

import bpy

from ...core.take.files import TakeFiles
from .properties import word_changes


def fill(action: bpy.types.Action, take: TakeFiles) -> None:
    """List a take's words on its action."""
    show(action, take.words)


def show(action: bpy.types.Action, words: list[dict]) -> None:
    """List words on the action of their take; those at both ends of the list that stay the same stay ticked."""
    listed = action.mambatalk_take.words
    ticked = [(entry.name, entry.chosen) for entry in listed]
    count = len(words)
    first = next((i for i in range(min(count, len(ticked))) if ticked[i][0] != words[i]["word"]), count)
    shift = len(ticked) - count
    with word_changes.paused():
        listed.clear()
        for place, word in enumerate(words):
            entry = listed.add()
            entry.name, entry.start_s, entry.end_s = word["word"], word["start_s"], word["end_s"]
            entry.confidence = word.get("confidence", -1.0)
            old = place if place < first else place + shift
            entry.chosen = 0 <= old < len(ticked) and ticked[old] == (entry.name, True)


def chosen_s(action: bpy.types.Action) -> tuple[float, float] | None:
    """Return the seconds at which the first chosen word starts and the last one ends; None when none is chosen."""
    chosen = [word for word in action.mambatalk_take.words if word.chosen]
    return (min(word.start_s for word in chosen), max(word.end_s for word in chosen)) if chosen else None
