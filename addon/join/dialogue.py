"""Who speaks when in a scene, and so who listens to whom: stretches of listening for every character with a take.

A's words    |—————|           |——|
B's words             |————|            |———|
A listens            ╭──────╮          ╭─────╮      looks at B, nods after B's phrases
B listens   ╭────────╮      ╭───────────╮           looks at A
"""

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from ...core.body.skeleton import JOINT
from ...core.direct import listening
from ...core.direct.listening import Attention
from ...core.errors import GestureError
from ..rig import performer
from ..take import info as take_info
from ..take import performed
from ..take.performed import Performed

# Seconds by which somebody turns to a speaker before the first word and stays after the last one.
_EARLY_S, _LATE_S = 0.2, 0.9


@dataclass(frozen=True)
class Talker:
    """A character of a dialogue.

    Attributes:
        take: the take that it performs.
        start_s: second of the scene at which the take begins.
        words_s: (N, 2) starts and ends of its words, seconds of the scene.
    """

    take: Performed
    start_s: float
    words_s: np.ndarray

    @property
    def length_s(self) -> float:
        """Return the length of the take, seconds."""
        return self.take.info.frame_count / self.take.info.fps


def talkers(scene: bpy.types.Scene) -> list[Talker]:
    """Return every character of a scene that performs a take, in order of names.

    Raises:
        GestureError: a take cannot be changed.
    """
    found = []
    for armature in sorted(scene.objects, key=lambda each: each.name):
        if armature.type == "ARMATURE" and take_info.active(armature) is not None:
            take = performed.of(armature)
            start_s = take.info.start_frame / take.info.fps
            own = [(word.start_s, word.end_s) for word in take.action.mambatalk_take.words]
            found.append(Talker(take, start_s, start_s + np.array(own, float).reshape(-1, 2)))
    return found


def stretches(listener: Talker, everybody: Sequence[Talker], seed: int = 0) -> list[Attention]:
    """Return where a character listens: in its own silences, while somebody else speaks.

    Args:
        listener: the character.
        everybody: all characters of the dialogue.
        seed: decides after which phrases it nods.
    """
    others = [each for each in everybody if each is not listener]
    phrases_of = [(phrase, each) for each in others for phrase in listening.phrases(each.words_s)]
    heard = sorted(phrases_of, key=lambda entry: entry[0])
    out: list[Attention] = []
    for begin_s, end_s in listening.silences(listener.words_s - listener.start_s, listener.length_s):
        turns: list[tuple[Talker, list[tuple[float, float]]]] = []
        for phrase, speaker in heard:
            first_s, last_s = (second - listener.start_s for second in phrase)
            if last_s <= begin_s or first_s >= end_s:
                continue
            if not turns or turns[-1][0] is not speaker:
                turns.append((speaker, []))
            turns[-1][1].append((first_s, last_s))
        for place, (speaker, phrases) in enumerate(turns):
            start_s = max(begin_s, phrases[0][0] - _EARLY_S)
            later_s = turns[place + 1][1][0][0] + 0.5 if place + 1 < len(turns) else phrases[-1][1] + _LATE_S
            stop_s = min(end_s, later_s)
            if stop_s - start_s >= listening.LEAST_S:
                yaw, pitch = direction(listener.take.armature, speaker.take.armature)
                nods = listening.nods_after(phrases, start_s, stop_s, seed + 7 * len(out))
                out.append(Attention(start_s, stop_s, yaw, pitch, nods))
    return out


def direction(listener: bpy.types.Object, speaker: bpy.types.Object) -> tuple[float, float]:
    """Return the turn from straight ahead of one character to the head of another: to the left and down, radians."""
    head, shoulders = _place(listener, "head"), [_place(listener, f"{side}_shoulder") for side in ("left", "right")]
    left = shoulders[0] - shoulders[1]
    left[2] = 0
    left /= max(np.linalg.norm(left), 1e-9)
    # Up is Z: what is left of up and left is the front.
    front = np.cross(left, (0.0, 0.0, 1.0))
    way = _place(speaker, "head") - head
    flat = float(np.hypot(way @ left, way @ front))
    return float(np.arctan2(way @ left, way @ front)), float(np.arctan2(-way[2], flat))


def _place(armature: bpy.types.Object, joint: str) -> np.ndarray:
    """Return where a joint rests, in the world (3,)."""
    names = sorted(performer.of(armature).bones_of([JOINT[joint]]))
    if not names:
        raise GestureError(
            f"{armature.name} has no bone for {joint.replace('_', ' ')}.", remedy="Choose its bone in the panel Rig."
        )
    return np.array(armature.matrix_world @ armature.data.bones[names[0]].head_local)
