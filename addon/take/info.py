"""Facts of a take that need no unpacking: where its keys came from, its frames, its character, its performers."""

import json
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import bpy

from ...core.errors import GestureError
from ...core.inputs import parse_json
from ...core.language.languages import ENGLISH
from ...core.plain_values import is_number, is_whole
from ...core.take.files import TakeFiles
from ...core.take.gate import MOST_SECONDS, MOST_SEED
from ..blender import nla, versions
from ..rig import performer
from . import store as take_store

KEY = "mambatalk"
# Custom property of an armature with a permanent name, which its takes store; the armature itself may be renamed.
CHARACTER_KEY = "mambatalk_character"
_SAME_RATE = 1e-4
_MOST_FRAME = 2**31


@dataclass(frozen=True)
class TakeInfo:
    """Where an action's keys came from.

    Attributes:
        folder: the take folder that the keys were read from.
        audio, audio_sha256, offset_s, duration_s: the part of the recording.
        weights: the model.
        speaker, seed: the settings that the take was generated with.
        start_frame: the scene frame of the take's first frame.
        fps: frames a second of the keys.
        frame_count: number of keys of every channel.
        character: `CHARACTER_KEY` of the armature that the take belongs to.
        language: the language of the words.
    """

    folder: str
    audio: str
    audio_sha256: str
    offset_s: float
    duration_s: float | None
    weights: str
    speaker: str
    seed: int
    start_frame: int
    fps: float = 30.0
    frame_count: int = 0
    character: str = ""
    language: str = ENGLISH


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_seconds(value: Any) -> bool:
    return is_number(value, 0, MOST_SECONDS)


# What the facts may be in a file that somebody else made.
_KINDS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("folder", "audio", "audio_sha256", "weights", "speaker", "character"), _is_text),
    "offset_s": _is_seconds,
    "duration_s": lambda value: value is None or _is_seconds(value),
    "seed": lambda value: is_whole(value, -MOST_SEED, MOST_SEED),
    "start_frame": lambda value: is_number(value, -_MOST_FRAME, _MOST_FRAME),
    "fps": lambda value: is_number(value, 1e-3, 1e6),
    "frame_count": lambda value: is_whole(value, 0, _MOST_FRAME),
}


def store(action: bpy.types.Action, info: TakeInfo) -> None:
    """Write the info of a take to its action."""
    action[KEY] = json.dumps(asdict(info))


def stored(action: bpy.types.Action | None) -> TakeInfo | None:
    """Read the info of a take; None for an action that is no take, or where the info can no longer be read."""
    text = None if action is None else action.get(KEY)
    if text is None:
        return None
    try:
        values = {name: value for name, value in parse_json(text).items() if name in _KINDS}
        return TakeInfo(**values) if all(_KINDS[name](value) for name, value in values.items()) else None
    except (ValueError, TypeError, AttributeError):
        return None


def info_of(folder: Path, take: TakeFiles, start_frame: int) -> TakeInfo:
    """Return the values of take.json that an action stores."""
    description = take.description
    audio, weights = description["audio"], description["weights"]
    return TakeInfo(
        folder=str(folder),
        audio=audio["path"],
        audio_sha256=audio["sha256"],
        offset_s=audio["offset_s"],
        duration_s=audio["duration_s"],
        weights=weights["name"],
        speaker=description["speaker_name"],
        seed=description["seed"],
        start_frame=start_frame,
        language=str(description.get("alignment", {}).get("language", ENGLISH)),
    )


def is_out_of_step(info: TakeInfo, fps: float) -> bool:
    """Return whether a take's keys are for another frame rate than the scene's."""
    return abs(fps - info.fps) > _SAME_RATE


def rate_notes(action: bpy.types.Action, fps: float) -> list[str]:
    """Return a note when the keys of a take are for another frame rate than the scene's, else none."""
    info = stored(action)
    if not is_out_of_step(info, fps):
        return []
    return [f"{action.name} is keyed for {info.fps:g} frames a second, the scene plays {fps:g}: use Finish Again"]


def identity(armature: bpy.types.Object) -> str:
    """Return the permanent name of an armature; an armature without one gets one."""
    if CHARACTER_KEY not in armature:
        armature[CHARACTER_KEY] = uuid.uuid4().hex
    return armature[CHARACTER_KEY]


def of_character(armature: bpy.types.Object | None) -> list[bpy.types.Action]:
    """Return the takes of a character, in order of their names."""
    if armature is None:
        return []
    own, current = armature.get(CHARACTER_KEY), active(armature)
    return [
        action
        for action in bpy.data.actions
        if (info := stored(action)) is not None and (action == current or (own is not None and info.character == own))
    ]


def active(armature: bpy.types.Object | None) -> bpy.types.Action | None:
    """Return the take that a character performs; None when it performs something else.

    A take that was pushed down to the NLA is performed, too, even below an action that is no take.
    """
    if armature is None:
        return None
    candidates = [versions.assigned_action(armature), *(strip.action for strip in nla.playing(armature))]
    return next((each for each in candidates if take_store.has(each) and stored(each) is not None), None)


def performed(armature: bpy.types.Object) -> bpy.types.Action | None:
    """Return the take that a character performs, else any other action that animates it; None where none does."""
    return active(armature) or versions.action_of(armature)


def displacement(armature: bpy.types.Object | None, action: bpy.types.Action | None = None) -> str | None:
    """Say that the keys of a take, by default the performed one, are not at the frames of the scene.

    None is returned where they are. They are not where the take is performed through a strip of the NLA that was scaled
    or moved.
    """
    action = active(armature) if action is None else action
    if action is None or not nla.is_through_strip(armature, action):
        return None
    strip = nla.strip_of(armature, action)
    change = None if strip is None else nla.displacement(strip)
    return None if change is None else f"The NLA strip “{strip.name}” of {action.name} is {change}"


def why_no_take(context: bpy.types.Context) -> str | None:
    """Return the reason why there is no take to direct; None when there is one."""
    armature = performer.target(context)
    if armature is None:
        return performer.NO_CHARACTER
    return None if active(armature) is not None else f"{armature.name} performs no take"


def why_not_directed(context: bpy.types.Context) -> str | None:
    """Return the reason why no key of a take can be written; None when the keys can be."""
    return why_no_take(context) or displacement(performer.target(context))


def require_own(action: bpy.types.Action) -> None:
    """Make sure that an action belongs to this file: changes of a linked one are lost when the file is saved.

    Raises:
        GestureError: the action belongs to another file.
    """
    if action.library is not None:
        raise GestureError(
            f"{action.name} belongs to another file and cannot be changed here.",
            remedy="Copy Take makes one of this file; other actions are made local in the Outliner.",
        )


def performers(action: bpy.types.Action) -> list[bpy.types.Object]:
    """Return the characters that perform a take now."""
    return [each for each in bpy.data.objects if each.type == "ARMATURE" and active(each) == action]


def users(action: bpy.types.Action) -> list[bpy.types.Object]:
    """Return the characters that perform a take now, or have a strip with it."""
    every = [each for each in bpy.data.objects if each.type == "ARMATURE"]
    return [each for each in every if active(each) == action or nla.has_strip(each, action)]
