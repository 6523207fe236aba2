"""Parts of the body, and presets that say which bones of a known kind of rig play them.

A part is a bone or several bones in a row, such as the spine. A preset is a JSON file in the folder `presets`; a rig of
another kind needs one more such file and no code.

    {"label": "Ready Player Me",
     "marks": ["HeadTop_End"],                     a name that only this kind has
     "bones": {"pelvis": ["Hips"],
               "spine": ["Spine", "Spine1", "Spine2"],
               "left_elbow": ["LeftForeArm"]}}     the right side follows from the left
"""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ...core.body.skeleton import JOINT
from ...core.errors import GestureError
from ...core.files import saved_file

PRESETS = Path(__file__).with_name("presets")
FINGERS = ("thumb", "index", "middle", "ring", "pinky")
# Parts of the limbs that every rig needs.
_LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_SIDED = {
    "eye": "head",
    "collar": "spine",
    "shoulder": "collar",
    "elbow": "shoulder",
    "wrist": "elbow",
    "hip": "pelvis",
    "knee": "hip",
    "ankle": "knee",
    "foot": "ankle",
    **dict.fromkeys(FINGERS, "wrist"),
}


def _parents() -> dict[str, str | None]:
    parents: dict[str, str | None] = {"pelvis": None, "spine": "pelvis", "neck": "spine", "head": "neck", "jaw": "head"}
    for side in ("left", "right"):
        for part, parent in _SIDED.items():
            parents[f"{side}_{part}"] = f"{side}_{parent}" if parent in _SIDED else parent
    return parents


# Every part of the body with the part on which it hangs.
PARENT: dict[str, str | None] = _parents()
PARTS: tuple[str, ...] = tuple(PARENT)
# Every part that is a bone of a limb, with the part below, where the bone ends.
BELOW: dict[str, str] = {
    f"{side}_{part}": f"{side}_{below}"
    for side in ("left", "right")
    for part, below in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
}
REQUIRED: tuple[str, ...] = ("pelvis", "head", *(f"{side}_{part}" for side in ("left", "right") for part in _LIMBS))


def joints_of(part: str) -> tuple[int, ...]:
    """Return the SMPL-X joints that move a part, root first."""
    if part == "spine":
        names = ["spine1", "spine2", "spine3"]
    elif part.endswith(FINGERS):
        names = [f"{part}{number}" for number in (1, 2, 3)]
    elif part.endswith("eye"):
        names = [f"{part}_smplhf"]
    else:
        names = [part]
    return tuple(JOINT[name] for name in names)


def label_of(part: str) -> str:
    """Return a part's name for the panel: "Left forearm" for "left_elbow".

    Parts are named after joints, as in SMPL-X; animators name the bones that begin at them.
    """
    side, _, name = part.rpartition("_")
    words = {
        "shoulder": "upper arm",
        "elbow": "forearm",
        "wrist": "hand",
        "hip": "thigh",
        "knee": "shin",
        "ankle": "foot",
        "foot": "toes",
    }
    return f"{side} {words.get(name, name)}".strip().capitalize() if side else part.capitalize()


def mirrored(part: str) -> str:
    """Return the same part of the other side; a part of the middle itself."""
    for side, other in (("left_", "right_"), ("right_", "left_")):
        if part.startswith(side):
            return other + part.removeprefix(side)
    return part


@dataclass(frozen=True)
class BoneMap:
    """The bones of one rig that play the parts of the body.

    Attributes:
        label: label of the kind of rig.
        bones: part → bones, root first; parts without bones are absent.
        controls: whether the bones are controls, which follow one another as the parts do, whatever their parents.
        settings: bone → custom property → the value that switches a rig with controls to forward kinematics.
    """

    label: str
    bones: dict[str, tuple[str, ...]]
    controls: bool = False
    settings: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """All mapped bones, part by part."""
        return tuple(name for names in self.bones.values() for name in names)

    def missing(self) -> tuple[str, ...]:
        """Return the required parts that have no bone."""
        return tuple(part for part in REQUIRED if not self.bones.get(part))

    def parent_part(self, part: str) -> str | None:
        """Return the nearest part above that has bones; None where there is none."""
        parent = PARENT[part]
        while parent is not None and not self.bones.get(parent):
            parent = PARENT[parent]
        return parent


def normal(name: str) -> tuple[str, str]:
    """Split a bone name into (side, rest): "L", "R" or "", and everything else in lower case without separators.

    `LeftForeArm`, `forearm.L`, `l_forearm` and `rig:L Fore Arm` are all ("L", "forearm").
    """
    tokens = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", re.split(r"[:|]", name)[-1])
    side = ""
    rest = []
    for token in (token.lower() for token in tokens):
        found = None if side else re.fullmatch(r"([lr])|(left|right)(.*)", token)
        if found:
            side = token[0].upper()
            rest.append(found[3] or "")
        else:
            rest.append(token)
    return side, "".join(rest)


def opposite(name: str, names: dict[tuple[str, str], str]) -> str | None:
    """Return the bone that is opposite to a named one, from bones by normal name; None where there is none."""
    side, rest = normal(name)
    return names.get(({"L": "R", "R": "L"}[side], rest)) if side else None


@dataclass(frozen=True)
class Preset:
    """A known kind of rig.

    Attributes:
        key: the name of the file, without its ending.
        label: for the panel.
        bones: part → names; alternatives of one name are separated by "|". Right parts may be left out.
        marks: names that only this kind has.
        controls, settings: as in `BoneMap`; settings of one side are for the other side, too.
    """

    key: str
    label: str
    bones: dict[str, tuple[str, ...]]
    marks: tuple[str, ...] = ()
    controls: bool = False
    settings: dict[str, dict[str, float]] = field(default_factory=dict)


def read_preset(path: Path) -> Preset:
    """Read a preset file.

    Raises:
        GestureError: the file is missing or is no preset.
    """
    remedy = "Choose a file that was written by Save Mapping."
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        bones = {part: tuple(map(str, names)) for part, names in content["bones"].items()}
        settings = {
            str(bone): {str(name): float(value) for name, value in values.items()}
            for bone, values in content.get("settings", {}).items()
        }
        preset = Preset(
            key=path.stem,
            label=str(content["label"]),
            bones=bones,
            marks=tuple(map(str, content.get("marks", ()))),
            controls=bool(content.get("controls", False)),
            settings=settings,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GestureError(f"{path.name} is no bone mapping.", remedy=remedy, detail=repr(error)) from error
    if unknown := preset.bones.keys() - PARENT.keys():
        raise GestureError(f"{path.name} maps {', '.join(sorted(unknown))}, which no body has.", remedy=remedy)
    return preset


@cache
def presets() -> tuple[Preset, ...]:
    """Return the bundled presets in the order of their labels."""
    return tuple(sorted((read_preset(path) for path in PRESETS.glob("*.json")), key=lambda preset: preset.label))


def save(mapping: BoneMap, path: Path) -> None:
    """Write a mapping as a preset file.

    Raises:
        GestureError: the file cannot be written.
    """
    content = {
        "label": mapping.label,
        "controls": mapping.controls,
        "settings": mapping.settings,
        "bones": {part: list(names) for part, names in mapping.bones.items()},
    }
    with saved_file(path, remedy="Choose another folder.") as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
