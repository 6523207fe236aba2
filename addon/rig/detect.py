"""Telling what kind of rig a hierarchy of bones is: by names, whatever their prefix, suffix, case or side marks."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile

from .presets import FINGERS, PARENT, REQUIRED, BoneMap, Preset, mirrored, normal, presets

# What a part counts when rigs are compared: a body without fingers is still of its kind.
_WEIGHT = {"required": 1.0, "other": 0.4, "finger": 0.1}
RECOGNISED = 0.7
# For rigs of no known kind: words (without side marks) that name a part, the plainest first.
_WORDS = {
    "pelvis": ("pelvis", "hips", "hip", "cog", "centerofmass"),
    "spine": ("spine", "torso", "chest", "ab", "abdomen", "waist", "back", "ribcage"),
    "neck": ("neck",),
    "head": ("head",),
    "jaw": ("jaw",),
    "left_eye": ("eye", "eyeball", "faceeye"),
    "left_collar": ("clavicle", "collar", "collarbone", "shoulder"),
    "left_shoulder": ("upperarm", "uparm", "arm", "shldr", "shoulder", "humerus"),
    "left_elbow": ("forearm", "lowerarm", "lowarm", "elbow"),
    "left_wrist": ("hand", "wrist"),
    "left_hip": ("thigh", "upperleg", "upleg", "leg", "hip", "femur"),
    "left_knee": ("shin", "calf", "lowerleg", "lowleg", "leg", "knee"),
    "left_ankle": ("foot", "ankle"),
    "left_foot": ("toe", "toes", "toebase", "ball"),
    "left_thumb": ("thumb",),
    "left_index": ("index", "indexfinger", "findex"),
    "left_middle": ("middle", "mid", "middlefinger", "fmiddle"),
    "left_ring": ("ring", "ringfinger", "fring"),
    "left_pinky": ("pinky", "little", "pinkie", "fpinky", "pinkyfinger", "littlefinger"),
}
_MOST = {"spine": 6, "neck": 2}
# What a rig of a known kind may have under names of its own.
_EXTREMITIES = ("jaw", "eye", "left_foot", "right_foot", *FINGERS)
# Bones inside a limb that must hang below one another, or they do not move together.
_ORDER = tuple((part, PARENT[part]) for part in PARENT if part.endswith(("elbow", "wrist", "knee", "ankle", *FINGERS)))
# Parts that may have more bones than a preset knows, with the part that ends them.
_INSIDE = (
    ("spine", "neck"),
    ("neck", "head"),
    *(
        (f"{side}_{part}", f"{side}_{below}")
        for side in ("left", "right")
        for part, below in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
    ),
)


@dataclass(frozen=True)
class Detection:
    """A kind of rig that the bones could be.

    Attributes:
        map: the bones of each part.
        score: 0-1; the share of the kind's parts that were found, where the hierarchy agrees.
        known: how many bones were found by the kind's names.
    """

    map: BoneMap
    score: float
    known: int


def detect(names: Sequence[str], parents: Sequence[int]) -> Detection | None:
    """The kind of rig that fits best; None when nothing fits.

    Args:
        names: of all bones.
        parents: index of each bone's parent, -1 for none.
    """
    return _detect(tuple(names), tuple(parents))


@lru_cache(maxsize=32)
def _detect(names: tuple[str, ...], parents: tuple[int, ...]) -> Detection | None:
    bones = Bones(names, parents)
    found = [detection for preset in presets() if (detection := fit(preset, bones)) is not None]
    # A rig with controls also has the bones that they move.
    rank = lambda each: (each.map.controls and each.score > RECOGNISED, round(each.score, 3), each.known)  # noqa: E731
    best = max(found, key=rank, default=None)
    if best is None or best.score < RECOGNISED or best.map.missing():
        guess = guess_by_words(bones)
        best = min(filter(None, (best, guess)), key=lambda each: (len(each.map.missing()), -each.score), default=None)
    elif not best.map.controls:
        best = replace(best, map=_with_plain_names(best.map, bones))
    return best if best is not None and best.score >= RECOGNISED / 2 else None


class Bones:
    """Names and hierarchy, indexed."""

    def __init__(self, names: Sequence[str], parents: Sequence[int]):
        self.names = tuple(names)
        self.parent = {
            name: names[parent] if parent >= 0 else None for name, parent in zip(names, parents, strict=True)
        }
        self.index: dict[tuple[str, str], str] = {}
        for name in names:
            self.index.setdefault(normal(name), name)

    def below(self, name: str, ancestor: str) -> bool:
        """Whether a bone hangs on another, directly or not."""
        above = self.parent[name]
        while above is not None and above != ancestor:
            above = self.parent[above]
        return above is not None

    def depth(self, name: str) -> int:
        """How many bones it hangs on."""
        depth = 0
        while (name := self.parent[name]) is not None:
            depth += 1
        return depth


def fit(preset: Preset, bones: Bones) -> Detection | None:
    """How well a preset fits; None when its marks are missing or nothing does."""
    wanted, own = _wanted(preset)
    affixes = [(own, "")]
    if any(not _choose(options, bones, affixes[0]) for options in wanted.values()):
        affixes += _affixes(wanted, bones)
    affix = max(affixes, key=lambda affix: sum(bool(_choose(each, bones, affix)) for each in wanted.values()))
    if any(_find(_without(normal(mark), own), bones, affix) is None for mark in preset.marks):
        return None
    found: dict[str, list[str]] = {}
    total = matched = 0.0
    for (part, _), options in wanted.items():
        weight = _WEIGHT["required" if part in REQUIRED else "finger" if part.endswith(FINGERS) else "other"]
        total += weight
        if name := _choose(options, bones, affix):
            matched += weight
            found.setdefault(part, []).append(name)
    if not found:
        return None
    settings = {}
    for bone, values in preset.settings.items():
        side, rest = normal(bone)
        for each in (side, {"L": "R", "R": "L"}.get(side)):
            if each is not None and (name := _find(_without((each, rest), own), bones, affix)):
                settings[name] = values
    parts = {part: tuple(names) for part, names in found.items()}
    mapping = BoneMap(preset.label, parts if preset.controls else completed(parts, bones), preset.controls, settings)
    return Detection(mapping, matched / total * _hierarchy(mapping, bones), sum(map(len, parts.values())))


def completed(parts: dict[str, tuple[str, ...]], bones: Bones) -> dict[str, tuple[str, ...]]:
    """The parts with the bones inside torso, neck and limbs that no preset names: longer spines, bones for twist."""
    out = dict(parts)
    if "pelvis" in parts and "spine" in parts:
        legs = [parts[part][0] for part in ("left_hip", "right_hip") if part in parts]
        row = _between(parts, bones, "pelvis", "spine")
        out["spine"] = (*(name for name in row if not any(bones.below(leg, name) for leg in legs)), *parts["spine"])
    for part, below in _INSIDE:
        if part in parts and below in parts:
            out[part] = (*out[part], *_between(parts, bones, part, below))
    return out


def _with_plain_names(mapping: BoneMap, bones: Bones) -> BoneMap:
    """A mapping with the toes, fingers, eyes and jaw that are called what they are, whatever its preset calls them."""
    guess, taken = guess_by_words(bones), set(mapping.names)
    more = {}
    for part, names in ({} if guess is None else guess.map.bones).items():
        above = mapping.bones.get(PARENT[part] or "")
        wanted = part.endswith(_EXTREMITIES) and part not in mapping.bones and not taken & set(names)
        if wanted and above and all(bones.below(name, above[-1]) for name in names):
            more[part] = names
    return replace(mapping, bones=mapping.bones | more) if more else mapping


def _between(parts: dict[str, tuple[str, ...]], bones: Bones, part: str, below: str) -> list[str]:
    """Bones of no part from the last of one to the first of another; none where they do not hang together."""
    row, above = [], bones.parent[parts[below][0]]
    while above is not None and not any(above in names for names in parts.values()):
        row.insert(0, above)
        above = bones.parent[above]
    return row if above == parts[part][-1] else []


def _wanted(preset: Preset) -> tuple[dict[tuple[str, int], list[tuple[str, str]]], str]:
    """(part, number) → normal names it may have, on both sides, without the prefix that all have; that prefix."""
    wanted = {}
    for part, names in preset.bones.items():
        for number, alternatives in enumerate(names):
            options = [normal(name) for name in alternatives.split("|")]
            wanted[part, number] = options
            if (other := mirrored(part)) != part and other not in preset.bones:
                flip = {"L": "R", "R": "L", "": ""}
                wanted[other, number] = [(flip[side], rest) for side, rest in options]
    rests = [rest for options in wanted.values() for _, rest in options]
    # What the first and the last in alphabetical order begin with, all do.
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(min(rests), max(rests), strict=False))
    own = "".join(letter for letter, _ in alike)
    return {key: [_without(option, own) for option in options] for key, options in wanted.items()}, own


def _without(name: tuple[str, str], prefix: str) -> tuple[str, str]:
    return name[0], name[1].removeprefix(prefix)


def _find(name: tuple[str, str], bones: Bones, affix: tuple[str, str]) -> str | None:
    side, rest = name
    return bones.index.get((side, affix[0] + rest + affix[1])) if rest else None


def _choose(options: Sequence[tuple[str, str]], bones: Bones, affix: tuple[str, str]) -> str | None:
    return next((name for option in options if (name := _find(option, bones, affix))), None)


def _affixes(wanted: dict, bones: Bones) -> list[tuple[str, str]]:
    """What most bones have before and after the preset's names."""
    votes: Counter[tuple[str, str]] = Counter()
    targets = {option for options in wanted.values() for option in options}
    for side, rest in bones.index:
        for target_side, target in targets:
            if side == target_side and target in rest:
                at = rest.index(target)
                votes[rest[:at], rest[at + len(target) :]] += 1
    return [affix for affix, count in votes.most_common(3) if count > 2]


def _hierarchy(mapping: BoneMap, bones: Bones) -> float:
    """The share of limbs whose bones hang below one another."""
    if mapping.controls:
        return 1.0
    pairs = [(mapping.bones[part], mapping.bones[above]) for part, above in _ORDER if _both(mapping, part, above)]
    if not pairs:
        return 1.0
    return sum(bones.below(lower[0], upper[-1]) for lower, upper in pairs) / len(pairs)


def _both(mapping: BoneMap, part: str, above: str) -> bool:
    return bool(mapping.bones.get(part)) and bool(mapping.bones.get(above))


def guess_by_words(bones: Bones) -> Detection | None:
    """A map of a rig of no known kind, whose bones are called what they are."""
    chosen: dict[str, tuple[str, ...]] = {}
    for part in PARENT:
        words = _WORDS.get(part) or _WORDS[mirrored(part)]
        side = {"left_": "L", "right_": "R"}.get(part[: part.find("_") + 1], "")
        names = _named(words, side, bones, {name for names in chosen.values() for name in names})
        above = PARENT[part]
        if above in chosen and part not in ("left_hip", "right_hip"):
            names = [name for name in names if bones.below(name, chosen[above][-1])] or names
        most = 3 if part.endswith(FINGERS) else _MOST.get(part, 1)
        if part.endswith(FINGERS):
            # Four bones in a row begin with the one inside the palm.
            names = names[-3:]
        if part.endswith("collar") and names == _named(("shoulder",), side, bones, set()):
            # A "shoulder" without an upper arm beside it is the upper arm.
            names = names if _named(_WORDS["left_shoulder"][:3], side, bones, set(names)) else []
        if names:
            chosen[part] = tuple(names[:most])
    mapping = BoneMap("Unknown rig, matched by words", completed(chosen, bones))
    share = sum(part in chosen for part in REQUIRED) / len(REQUIRED)
    return Detection(mapping, 0.9 * share * _hierarchy(mapping, bones), len(mapping.names)) if chosen else None


def _named(words: Sequence[str], side: str, bones: Bones, taken: set[str]) -> list[str]:
    """Bones of a side called one of the words, up to a number, by depth; the first word that names any decides."""
    prefix = _common_prefix(bones)
    for word in words:
        pattern = re.compile(rf"(?:{re.escape(prefix)})?(?:{word}|{word}s)\d*")
        if found := [
            n for (s, rest), n in bones.index.items() if s == side and pattern.fullmatch(rest) and n not in taken
        ]:
            return sorted(found, key=lambda name: (bones.depth(name), name))
    return []


def _common_prefix(bones: Bones) -> str:
    """What half of the sided bones or more begin with."""
    votes: Counter[str] = Counter()
    sided = [rest for side, rest in bones.index if side]
    for rest in sided:
        for length in range(2, min(len(rest), 12)):
            votes[rest[:length]] += 1
    common = [prefix for prefix, count in votes.items() if count > 0.6 * len(sided)]
    return max(common, key=len, default="")
