"""Changing the words of a take: what it stores, its list, the mouth, and markers and subtitles that show the words.

changed words ──► stored take ──► the next resample
├─► list of the action ──► panel and track
├─► spans in which the mouth follows the phones ──► keys
└─► markers and text strips, where the scene has them
"""

from dataclasses import dataclass

import bpy

from ...core.errors import GestureError
from ...core.take import word_edits
from ..direct import directed_keys, lips
from ..take import channels as take_channels
from ..take import info as take_info
from ..take import store as take_store
from ..take import words as take_words
from ..take.performed import Performed
from . import shown

# Times in the list are in single precision.
_SAME_S = 5e-4


@dataclass(frozen=True)
class Chosen:
    """A word of a take.

    Attributes:
        words: all words of the take, as it stores them.
        index: place of the word.
    """

    words: list[dict]
    index: int

    @property
    def word(self) -> dict:
        """Return the entry of the word."""
        return self.words[self.index]


def chosen(action: bpy.types.Action, index: int | None = None) -> Chosen:
    """Return a word of a take, by default that of the chosen row.

    Raises:
        GestureError: there is no such word, or the take is damaged.
    """
    words = take_store.words(take_store.packed(action))
    index = action.mambatalk_take.word_index if index is None else index
    if not 0 <= index < len(words):
        raise GestureError("There is no such word.", remedy="Choose a word in the list.")
    return Chosen(words, index)


def apply(take: Performed, words: list[dict]) -> None:
    """Give a take other words; after an error nothing is changed.

    Args:
        take: on its character.
        words: entries of words.json, in order of time.

    Raises:
        GestureError: the action belongs to another file, or its keys cannot be written.
    """
    action, own = take.action, take.action.mambatalk_take
    take_info.require_own(action)
    data, spans = take_store.packed(action), own.spoken_anew
    before = take_store.words(data)
    changed = word_edits.changed_s(before, words)
    if changed is None:
        take_words.show(action, words)
        return
    try:
        take_store.save_packed(action, take_store.with_words(data, words))
        take_words.show(action, words)
        lips.follow(own, *changed)
        # Words decide the mouth, and where pauses are, in which Stillness settles everything.
        directed_keys.write_keys(take.armature, at_least=None if own.stillness > 0 else take_channels.FACE)
    except GestureError:
        take_store.save_packed(action, data)
        take_words.show(action, before)
        own.spoken_anew = spans
        raise
    own.word_index = max(min(own.word_index, len(words) - 1), 0)
    for scene in take.armature.users_scene:
        shown.keep(scene, take)


def retime(take: Performed, index: int, start_s: float, end_s: float, together: bool = False) -> None:
    """Give a word of a take other times; arguments and errors as in `word_edits.retimed` and `apply`."""
    found = chosen(take.action, index)
    apply(take, word_edits.retimed(found.words, index, start_s, end_s, length_s(take), together))


def length_s(take: Performed) -> float:
    """Return the length of a take, seconds."""
    return take.info.frame_count / take.info.fps


def catch_up(take: Performed) -> None:
    """Give the words of a take the times that its list shows, where they differ.

    Raises:
        GestureError: as in `apply`; or the list is another take's.
    """
    words = take_store.words(take_store.packed(take.action))
    listed = take.action.mambatalk_take.words
    if len(listed) != len(words):
        take_words.show(take.action, words)
        return
    typed = [(index, entry.start_s, entry.end_s) for index, entry in enumerate(listed) if differs(words[index], entry)]
    for index, start_s, end_s in typed:
        words = word_edits.retimed(words, index, start_s, end_s, length_s(take))
    if typed:
        apply(take, words)


def differs(word: dict, entry) -> bool:
    """Return whether the list shows other times of a word than the take stores."""
    return abs(word["start_s"] - entry.start_s) > _SAME_S or abs(word["end_s"] - entry.end_s) > _SAME_S


def frame_of(take: Performed, second: float) -> float:
    """Return the scene frame, with its fraction, of a time of a take."""
    return take.info.start_frame + second * take.info.fps


def second_of(take: Performed, frame: float) -> float:
    """Return the time of a take, seconds, at a scene frame."""
    return (frame - take.info.start_frame) / take.info.fps
