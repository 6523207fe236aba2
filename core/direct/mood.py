"""Moods of a take: which mood, how strong, from when on; plain values that a menu and a slider change and files keep.

A mood is one row of `MOODS`: what it adds to the face, how it holds chest, head and shoulders, how far the hands go
from the body, and how sharp the strokes are. A new mood is a new row; the panel, the shell and the files then have it.

A take has one mood, or a list of keys. A key's mood stays until the next key; the strength changes evenly between
keys. The change from one mood to another is smoothed:

    keys       sad 0.8 at 0 s             happy 0.6 at 5 s
    sad        0.8 ───────────────────────╲___________ 0
    happy      0   _______________________╱─────────── 0.6
                                         5 s
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType

import numpy as np

from ..body.curves import gaussian
from ..errors import GestureError

NEUTRAL = "neutral"
# Seconds (sigma) over which a mood that changes is smoothed, so that nobody changes face within a frame.
_SMOOTHING_S = 0.2
# A moment that is this much earlier than a key, seconds, belongs to it: it is a rounding error.
_SAME_S = 1e-6


@dataclass(frozen=True)
class MoodRow:
    """What one mood does at strength 1. Degrees and shares are added; half the strength adds half.

    Attributes:
        label: in the menu.
        description: tooltip in the menu.
        face: what is added to ARKit shapes; a name without its side stands for both sides. A negative value takes
            away what speech or style has put there.
        chest_deg: how far the chest pitches forward, in the world.
        head_deg: how far the head pitches down, in the world.
        shoulders_up_deg, shoulders_forward_deg: how far the collars turn.
        reach: factor of the wrists' way from the body.
        sharpness: how much more the speed of a stroke is gathered at its peak, at the same apex: 1 squares the rise of
            its speed, -1 flattens it as much (`mood_tempo`).
    """

    label: str
    description: str
    face: Mapping[str, float] = field(default_factory=dict)
    chest_deg: float = 0.0
    head_deg: float = 0.0
    shoulders_up_deg: float = 0.0
    shoulders_forward_deg: float = 0.0
    reach: float = 1.0
    sharpness: float = 0.0


MOODS: Mapping[str, MoodRow] = MappingProxyType(
    {
        NEUTRAL: MoodRow("Neutral", "As generated"),
        "happy": MoodRow(
            "Happy",
            "Smiles, with cheeks and brows raised; chest and head up, hands farther out, quicker strokes",
            {
                "mouthSmile": 1.0,
                "mouthFrown": -0.5,
                "cheekSquint": 0.85,
                "eyeSquint": 0.15,
                "browOuterUp": 0.2,
                "browInnerUp": 0.3,
                "browDown": -0.5,
                "mouthUpperUp": 0.12,
            },
            chest_deg=-5.0,
            head_deg=-6.0,
            reach=1.25,
            sharpness=0.6,
        ),
        "sad": MoodRow(
            "Sad",
            "Inner brows up, mouth corners and lids down; chest and head sink, hands stay near, softer strokes",
            {
                "browInnerUp": 0.95,
                "browDown": -0.5,
                "browOuterUp": -0.5,
                "mouthFrown": 0.8,
                "mouthSmile": -0.35,
                "mouthShrugLower": 0.35,
                "eyeBlink": 0.18,
                "cheekSquint": -0.2,
            },
            chest_deg=11.0,
            head_deg=17.0,
            shoulders_up_deg=-3.0,
            shoulders_forward_deg=9.0,
            reach=0.72,
            sharpness=-1.6,
        ),
        "angry": MoodRow(
            "Angry",
            "Brows down, nose wrinkled, lips tight; leans forward with the chin down, sharp and broad strokes",
            {
                "browDown": 1.0,
                "browInnerUp": -0.5,
                "browOuterUp": -0.5,
                "eyeSquint": 0.3,
                "eyeWide": 0.2,
                "noseSneer": 0.8,
                "mouthFrown": 0.5,
                "mouthSmile": -0.35,
                "mouthPress": 0.35,
            },
            chest_deg=7.0,
            head_deg=7.0,
            shoulders_up_deg=3.0,
            reach=1.35,
            sharpness=1.3,
        ),
        "afraid": MoodRow(
            "Afraid",
            "Brows up, eyes wide, mouth drawn back; shoulders up and forward, hands held close, quick strokes",
            {
                "browInnerUp": 1.0,
                "browOuterUp": 0.5,
                "browDown": -0.5,
                "eyeWide": 0.9,
                "eyeSquint": -0.5,
                "mouthStretch": 0.7,
                "mouthFrown": 0.3,
                "mouthSmile": -0.35,
            },
            chest_deg=6.0,
            head_deg=1.0,
            shoulders_up_deg=14.0,
            shoulders_forward_deg=10.0,
            reach=0.7,
            sharpness=0.4,
        ),
        "confident": MoodRow(
            "Confident",
            "Sure of oneself: chest out, chin up, shoulders back; a slight smile, calm lids, hands wide",
            {
                "mouthSmile": 0.4,
                "mouthDimple": 0.25,
                "mouthFrown": -0.5,
                "eyeSquint": 0.3,
                "browInnerUp": -0.5,
                "browOuterUp": 0.12,
            },
            chest_deg=-9.0,
            head_deg=-8.0,
            shoulders_up_deg=-3.0,
            shoulders_forward_deg=-8.0,
            reach=1.3,
            sharpness=-0.3,
        ),
    }
)
# The moods that change something, in the order of the columns of all weights (T, M).
FELT = tuple(name for name in MOODS if name != NEUTRAL)


@dataclass(frozen=True)
class MoodKey:
    """A mood at one moment.

    Attributes:
        name: a name in `MOODS`.
        strength: 0 to 1.
        start_s: seconds from the take's start.
    """

    name: str
    strength: float = 1.0
    start_s: float = 0.0

    def __post_init__(self):
        if self.name not in MOODS:
            raise GestureError(f"There is no mood {self.name!r}.", remedy=f"Choose among: {', '.join(MOODS)}.")
        if not 0 <= self.strength <= 1:
            raise GestureError(
                f"A strength of {self.strength:g} for the mood {self.name} is out of range.", remedy="Choose 0 to 1."
            )
        if not 0 <= self.start_s < np.inf:
            raise GestureError(
                f"The mood {self.name} cannot begin at {self.start_s:g} s.",
                remedy="Give seconds from the take's start, 0 or more.",
            )


@dataclass(frozen=True)
class Mood:
    """The mood of a take over time; without keys it is neutral.

    Attributes:
        keys: in order of time; before the first one its mood is there already, after the last one it stays.
    """

    keys: tuple[MoodKey, ...] = ()

    @property
    def is_neutral(self) -> bool:
        """Whether it leaves every value of a motion as it is."""
        return all(key.name == NEUTRAL or key.strength == 0 for key in self.keys)

    def weights(self, frame_count: int, fps: float) -> np.ndarray:
        """Return how strong each mood of `FELT` is in each frame: (T, M), 0 to 1."""
        times_s = np.arange(frame_count) / fps
        out = np.zeros((frame_count, len(FELT)))
        if self.is_neutral or not frame_count:
            return out
        starts_s = np.array([key.start_s for key in self.keys])
        present = np.maximum(np.searchsorted(starts_s, times_s + _SAME_S, side="right") - 1, 0)
        strength = np.interp(times_s, starts_s, [key.strength for key in self.keys])
        for column, name in enumerate(FELT):
            out[:, column] = strength * np.array([key.name == name for key in self.keys])[present]
        changing = np.ptp(out, axis=0) > 0
        out[:, changing] = gaussian(out[:, changing], _SMOOTHING_S * fps)
        return out

    def as_list(self) -> list[dict]:
        """Return plain values, as they go into JSON."""
        return [asdict(key) for key in self.keys]


UNCHANGED = Mood()


def mood_from(entries: Iterable[Mapping]) -> Mood:
    """Make a mood from plain values, as they come from JSON, in any order of time.

    Raises:
        GestureError: an entry is no key of a mood, or names an unknown mood or an impossible strength.
    """
    keys = []
    for entry in entries:
        try:
            keys.append(MoodKey(str(entry["name"]), float(entry["strength"]), float(entry.get("start_s", 0.0))))
        except (TypeError, KeyError, ValueError, AttributeError, OverflowError) as error:
            raise GestureError(
                f"{entry!r} is no key of a mood.",
                remedy='Write objects such as {"name": "happy", "strength": 0.6, "start_s": 0}.',
                detail=repr(error),
            ) from error
    return Mood(tuple(sorted(keys, key=lambda key: key.start_s)))


def parse_mood(texts: Iterable[str]) -> Mood:
    """Read moods as they are typed: `happy`, `happy:0.6`, or with a time in seconds `happy:0.6@4.5`.

    Raises:
        GestureError: no such mood, or no number where one is needed.

    >>> parse_mood(["happy:0.6"]).keys
    (MoodKey(name='happy', strength=0.6, start_s=0.0),)
    """
    entries = []
    for text in texts:
        mood, _, start_s = text.partition("@")
        name, _, strength = mood.partition(":")
        try:
            entry = {"name": name.strip().lower(), "strength": float(strength or 1), "start_s": float(start_s or 0)}
        except ValueError as error:
            raise GestureError(
                f"{text!r} is no mood with a strength.",
                remedy="Write a mood and a strength from 0 to 1, such as happy:0.6, or happy:0.6@4.5 from 4.5 s on.",
            ) from error
        entries.append(entry)
    return mood_from(entries)
