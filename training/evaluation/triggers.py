"""Measures of gestures at words that need one: the pose enters the word's class near the word, and not elsewhere."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.clock import FPS
from core.errors import GestureError
from core.text.timing import Word

REACH_S = 0.5
FREE_S = 1.0


@dataclass(frozen=True)
class Trigger:
    """A word that calls for a gesture: its class and the middle of the word."""

    kind: str
    time_s: float


@dataclass(frozen=True)
class TriggerScore:
    """Shares of words, 0-1; not a number where there are no such words.

    A class is entered where the pose is in it and was not in the frame before, within 0.5 s of the word's middle. It is
    shown where the pose is in it at all within that time. Other words are those over 1 s away from every trigger.

    Attributes:
        entered, shown: share of triggers whose own class is entered, and is shown.
        entered_by_kind: `entered` for the triggers of each class.
        others_entered_any, others_shown_any: share of other words at which any class is entered, and is shown.
        others_entered, others_shown: share of other words at which a class is entered, and is shown, averaged over the
            classes.
        trigger_count, other_count: number of triggers, and of other words.
    """

    entered: float
    shown: float
    entered_by_kind: dict[str, float]
    others_entered_any: float
    others_shown_any: float
    others_entered: float
    others_shown: float
    trigger_count: int
    other_count: int


def read_triggers(path: Path, words: Sequence[Word]) -> tuple[Trigger, ...]:
    """Read triggers from a json file `{"sentences": [{"class", "trigger", "trigger_word", ...}]}`.

    Args:
        path: the file; `trigger_word` counts the words of the whole recording from 0, `trigger` is the word.
        words: words of the whole recording.

    Raises:
        GestureError: the file is not such a list, or names other words than the recording's.
    """
    try:
        sentences = json.loads(path.read_text(encoding="utf-8"))["sentences"]
        named = [(str(s["class"]), str(s["trigger"]), int(s["trigger_word"])) for s in sentences]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GestureError(
            f"{path} does not list triggers.",
            remedy='Give a json file {"sentences": [{"class", "trigger", "trigger_word"}]}.',
            detail=str(error),
        ) from error
    for _, word, index in named:
        if not 0 <= index < len(words) or _plain(words[index].word) != _plain(word):
            raise GestureError(
                f"{path.name}: word {index} of the recording is not {word!r}.",
                remedy="`trigger_word` counts the words of the whole recording from 0, as its words.json lists them.",
            )
    return tuple(Trigger(kind, _middle(words[index])) for kind, _, index in named)


def trigger_score(triggers: Sequence[Trigger], words: Sequence[Word], inside: Mapping[str, np.ndarray]) -> TriggerScore:
    """Score a motion.

    Args:
        triggers: from `read_triggers`.
        words: words of the whole recording.
        inside: for every class, the frames (T,) at 30 fps in which the pose is in it.

    Raises:
        GestureError: a trigger's class is none of these.
    """
    for trigger in triggers:
        if trigger.kind not in inside:
            raise GestureError(
                f"There is no gesture class {trigger.kind!r}.", remedy=f"Use one of: {', '.join(inside)}."
            )
    at = np.array([t.time_s for t in triggers])
    middles = np.array([_middle(word) for word in words])
    others = middles[np.abs(middles[:, None] - at[None]).min(1) > FREE_S]
    entered = {kind: near(entries(frames), at) for kind, frames in inside.items()}
    shown = {kind: near(frames, at) for kind, frames in inside.items()}
    kinds = [t.kind for t in triggers]
    own_entered = np.array([entered[kind][i] for i, kind in enumerate(kinds)])
    own_shown = np.array([shown[kind][i] for i, kind in enumerate(kinds)])
    other_entered = np.array([near(entries(frames), others) for frames in inside.values()])
    other_shown = np.array([near(frames, others) for frames in inside.values()])
    return TriggerScore(
        entered=_share(own_entered),
        shown=_share(own_shown),
        entered_by_kind={k: _share(own_entered[[kind == k for kind in kinds]]) for k in dict.fromkeys(kinds)},
        others_entered_any=_share(other_entered.any(0)),
        others_shown_any=_share(other_shown.any(0)),
        others_entered=_share(other_entered),
        others_shown=_share(other_shown),
        trigger_count=len(triggers),
        other_count=len(others),
    )


def entries(inside: np.ndarray) -> np.ndarray:
    """Return the frames (T,) that are inside while the frame before is not; the first frame is never an entry."""
    return np.concatenate([[False], inside[1:] & ~inside[:-1]])


def near(frames: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """Return for each time (N,) whether any frame (T,) at 30 fps is true within 0.5 s of it."""
    true_s = np.flatnonzero(frames) / FPS
    if not len(true_s):
        return np.zeros(len(times_s), bool)
    return np.abs(times_s[:, None] - true_s[None]).min(1, initial=np.inf) <= REACH_S + 1e-9


def _share(values: np.ndarray | np.bool) -> float:
    return float(np.mean(values)) if np.size(values) else float("nan")


def _middle(word: Word) -> float:
    return (word.start_s + word.end_s) / 2


def _plain(word: str) -> str:
    return "".join(c for c in word.lower() if c.isalnum())
