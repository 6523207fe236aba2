"""Recognising the kind of a rig by the names of its bones, whatever their prefix, suffix, case or side marks.

Presets say how each kind of rig names its bones. The left forearm of a Mixamo rig, for example:

    name in the preset     LeftForeArm                  normal name  ("L", "forearm")
    name in the scene      mixamorig:LeftForeArm_01     normal name  ("L", "forearm01")
    affix                  before "", after "01"        the text around the preset's names in most bones

Names are compared as normal names (see `presets.normal`). `_affix_of` finds what this rig has around all of them. Then
each preset gets a score: the share of its parts that were found, times the share of limbs that hang together.

How `detect` decides:

    1. The preset with the best score. A kind with controls (Rigify, for example) comes before the deforming bones that
       the same rig has, too.
    2. If it scores enough and no required part is missing, it is the result. Fingers, toes, eyes and a jaw that the
       preset does not know are added by their plain names.
    3. Otherwise parts are also matched by words, such as "forearm" or "elbow". Of both the result is the one that
       misses fewer required parts.
    4. A result with too low a score is dropped.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile

from .presets import FINGERS, PARENT, REQUIRED, BoneMap, Preset, mirrored, normal, presets

# Side ("L", "R" or "") and the rest of a name; see `presets.normal`.
NormalName = tuple[str, str]
# Texts before and after a preset's names in the rests of a rig's names.
Affix = tuple[str, str]
# Part → its bones, root first.
Parts = dict[str, tuple[str, ...]]

_OTHER_SIDE = {"L": "R", "R": "L", "": ""}
# Weight of a part in a score. Fingers count little, because a body without fingers is still of its kind.
_WEIGHT = {"required": 1.0, "other": 0.4, "finger": 0.1}
# From this score on a preset is trusted; from half of it on, a result is of use to be completed by hand.
RECOGNISED = 0.7
_OF_USE = RECOGNISED / 2
# A prefix that more than this share of the bones have is not part of their names.
_COMMON = 0.6
# The best score that matching by words can have: names that a preset knows are surer.
_BEST_GUESS = 0.9
# For rigs of no known kind: words that name a part, without side marks. The first word that a bone has decides.
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
# The most bones that are taken for a part; 1 for parts that are not listed.
_MOST = {"spine": 6, "neck": 2, **{f"{side}_{finger}": 3 for side in ("left", "right") for finger in FINGERS}}
# Ends of the names of parts that animators often add to a rig of a known kind, with names of their own.
_EXTREMITIES = ("jaw", "eye", "left_foot", "right_foot", *FINGERS)
# (part, the part above) in limbs and fingers, where bones must hang on one another to move together.
_ORDER = tuple((part, PARENT[part]) for part in PARENT if part.endswith(("elbow", "wrist", "knee", "ankle", *FINGERS)))
# (part, the part that ends it): between them a rig may have more bones than a preset knows.
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
    """A kind of rig that a hierarchy of bones could be.

    Attributes:
        map: the bones of each part.
        score: 0-1, how well the kind fits.
        known: how many bones were found by the names of the kind.
    """

    map: BoneMap
    score: float
    known: int


def detect(names: Sequence[str], parents: Sequence[int]) -> Detection | None:
    """Return the kind of rig that fits best; None when nothing fits.

    Args:
        names: names of all bones.
        parents: index of each bone's parent, -1 for none.
    """
    return _detect(tuple(names), tuple(parents))


@lru_cache(maxsize=32)
def _detect(names: tuple[str, ...], parents: tuple[int, ...]) -> Detection | None:
    """Decide in the steps that the module explains; a tuple can be the key of a cache."""
    bones = Bones(names, parents)
    fitting = [detection for preset in presets() if (detection := fit(preset, bones)) is not None]
    result = max(fitting, key=_rank, default=None)
    if result is None or result.score < RECOGNISED or result.map.missing():
        both = [each for each in (result, guess_by_words(bones)) if each is not None]
        result = min(both, key=lambda each: (len(each.map.missing()), -each.score), default=None)
    elif not result.map.controls:
        result = replace(result, map=_with_plain_names(result.map, bones))
    return result if result is not None and result.score >= _OF_USE else None


def _rank(detection: Detection) -> tuple[bool, float, int]:
    """Return the sort key of presets: controls first, then the score, then how many bones are known by name."""
    return detection.map.controls and detection.score > RECOGNISED, round(detection.score, 3), detection.known


class Bones:
    """Names and hierarchy of a rig's bones, indexed.

    Attributes:
        names: names of all bones.
        parent: bone → its parent, or None.
        index: normal name → the first bone that has it.
    """

    def __init__(self, names: Sequence[str], parents: Sequence[int]):
        self.names = tuple(names)
        self.parent = {
            name: names[parent] if parent >= 0 else None for name, parent in zip(names, parents, strict=True)
        }
        self.index: dict[NormalName, str] = {}
        for name in names:
            self.index.setdefault(normal(name), name)

    def below(self, name: str, ancestor: str) -> bool:
        """Return whether a bone hangs on another, directly or not."""
        above = self.parent[name]
        while above is not None and above != ancestor:
            above = self.parent[above]
        return above is not None

    def depth(self, name: str) -> int:
        """Return how many bones a bone hangs on."""
        depth = 0
        while (name := self.parent[name]) is not None:
            depth += 1
        return depth

    def find(self, name: NormalName, affix: Affix) -> str | None:
        """Return the bone with a normal name inside an affix; None where there is none."""
        side, rest = name
        return self.index.get((side, affix[0] + rest + affix[1])) if rest else None

    def find_any(self, names: Iterable[NormalName], affix: Affix) -> str | None:
        """Return the bone with the first of several names that a bone has."""
        return next((found for name in names if (found := self.find(name, affix))), None)


def fit(preset: Preset, bones: Bones) -> Detection | None:
    """Measure how well a preset fits; None when a bone that marks the kind is missing, or no bone of it is there.

    The score is the weighted share of the preset's bones that were found, times the share of limbs that hang together.
    """
    wanted, prefix = _wanted(preset)
    affix = _affix_of(wanted, prefix, bones)
    if any(bones.find(_without(normal(mark), prefix), affix) is None for mark in preset.marks):
        return None
    found: dict[str, list[str]] = {}
    total = matched = 0.0
    for (part, _), options in wanted.items():
        weight = _WEIGHT["required" if part in REQUIRED else "finger" if part.endswith(FINGERS) else "other"]
        total += weight
        if name := bones.find_any(options, affix):
            matched += weight
            found.setdefault(part, []).append(name)
    if not found:
        return None
    parts = {part: tuple(names) for part, names in found.items()}
    all_parts = parts if preset.controls else completed(parts, bones)
    mapping = BoneMap(preset.label, all_parts, preset.controls, _switches(preset, prefix, bones, affix))
    return Detection(mapping, matched / total * _hierarchy(mapping, bones), sum(map(len, parts.values())))


def _switches(preset: Preset, prefix: str, bones: Bones, affix: Affix) -> dict[str, dict[str, float]]:
    """Return the switches of a preset's controls, by bone; those of one side are for both sides."""
    found = {}
    for bone, values in preset.settings.items():
        side, rest = normal(bone)
        for each in dict.fromkeys((side, _OTHER_SIDE[side])):
            if name := bones.find(_without((each, rest), prefix), affix):
                found[name] = values
    return found


def _wanted(preset: Preset) -> tuple[dict[tuple[str, int], list[NormalName]], str]:
    """Collect the names that a preset's bones may have, on both sides.

    Returns:
        (part, number) → normal names without the prefix that all of them have; that prefix.
    """
    wanted = {}
    for part, names in preset.bones.items():
        for number, alternatives in enumerate(names):
            options = [normal(name) for name in alternatives.split("|")]
            wanted[part, number] = options
            if (other := mirrored(part)) != part and other not in preset.bones:
                wanted[other, number] = [(_OTHER_SIDE[side], rest) for side, rest in options]
    rests = [rest for options in wanted.values() for _, rest in options]
    # The first and the last in alphabetical order differ most: what both begin with, all begin with.
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(min(rests), max(rests), strict=False))
    prefix = "".join(letter for letter, _ in alike)
    return {key: [_without(option, prefix) for option in options] for key, options in wanted.items()}, prefix


def _without(name: NormalName, prefix: str) -> NormalName:
    """Remove a prefix from the rest of a normal name."""
    return name[0], name[1].removeprefix(prefix)


def _affix_of(wanted: Mapping[tuple[str, int], list[NormalName]], prefix: str, bones: Bones) -> Affix:
    """Return the affix inside which a rig has most of the wanted names: the preset's own prefix, or another one.

    Every bone whose name contains a wanted name votes for the text around it; the three texts with most votes are
    tried.
    """
    tried = [(prefix, "")]
    if any(not bones.find_any(options, tried[0]) for options in wanted.values()):
        votes: Counter[Affix] = Counter()
        targets = {option for options in wanted.values() for option in options}
        for side, rest in bones.index:
            for target_side, target in targets:
                if side == target_side and target in rest:
                    at = rest.index(target)
                    votes[rest[:at], rest[at + len(target) :]] += 1
        tried += [affix for affix, count in votes.most_common(3) if count > 2]
    return max(tried, key=lambda affix: sum(bool(bones.find_any(options, affix)) for options in wanted.values()))


def _hierarchy(mapping: BoneMap, bones: Bones) -> float:
    """Return the share of limb bones that hang on the bone above; 1 for controls, which may hang on others."""
    if mapping.controls:
        return 1.0
    parts = mapping.bones
    pairs = [(parts[part], parts[above]) for part, above in _ORDER if parts.get(part) and parts.get(above)]
    if not pairs:
        return 1.0
    return sum(bones.below(lower[0], upper[-1]) for lower, upper in pairs) / len(pairs)


def completed(parts: Parts, bones: Bones) -> Parts:
    """Add the bones inside torso, neck and limbs that no preset names: longer spines, and bones for twist."""
    out = dict(parts)
    if "pelvis" in parts and "spine" in parts:
        legs = [parts[part][0] for part in ("left_hip", "right_hip") if part in parts]
        # What carries a leg belongs to the pelvis.
        chain = _between(parts, bones, "pelvis", "spine")
        out["spine"] = (*(name for name in chain if not any(bones.below(leg, name) for leg in legs)), *parts["spine"])
    for part, below in _INSIDE:
        if part in parts and below in parts:
            out[part] = (*out[part], *_between(parts, bones, part, below))
    return out


def _between(parts: Parts, bones: Bones, part: str, below: str) -> list[str]:
    """Return the bones from the last of one part to the first of another; none where the parts do not hang together."""
    chain, above = [], bones.parent[parts[below][0]]
    while above is not None and not any(above in names for names in parts.values()):
        chain.insert(0, above)
        above = bones.parent[above]
    return chain if above == parts[part][-1] else []


def _with_plain_names(mapping: BoneMap, bones: Bones) -> BoneMap:
    """Add the toes, fingers, eyes and the jaw that a preset does not know, if their names say plainly what they are."""
    guess, taken = guess_by_words(bones), set(mapping.names)
    more = {}
    for part, names in ({} if guess is None else guess.map.bones).items():
        above = mapping.bones.get(PARENT[part] or "")
        wanted = part.endswith(_EXTREMITIES) and part not in mapping.bones and not taken & set(names)
        if wanted and above and all(bones.below(name, above[-1]) for name in names):
            more[part] = names
    return replace(mapping, bones=mapping.bones | more) if more else mapping


def guess_by_words(bones: Bones) -> Detection | None:
    """Map a rig of no known kind by words that name parts of the body; None where no bone has such a word."""
    chosen: Parts = {}
    for part in PARENT:
        if names := _called(part, bones, chosen):
            chosen[part] = names
    mapping = BoneMap("Unknown rig, matched by words", completed(chosen, bones))
    share = sum(part in chosen for part in REQUIRED) / len(REQUIRED)
    score = _BEST_GUESS * share * _hierarchy(mapping, bones)
    return Detection(mapping, score, len(mapping.names)) if chosen else None


def _called(part: str, bones: Bones, chosen: Parts) -> tuple[str, ...]:
    """Return the bones whose names say that they are a part; those that hang on the part above come first."""
    words = _WORDS.get(part) or _WORDS[mirrored(part)]
    side = {"left_": "L", "right_": "R"}.get(part[: part.find("_") + 1], "")
    names = _named(words, side, bones, {name for names in chosen.values() for name in names})
    above = PARENT[part]
    if above in chosen and part not in ("left_hip", "right_hip"):
        names = [name for name in names if bones.below(name, chosen[above][-1])] or names
    if part.endswith(FINGERS):
        # Four bones in a row begin with the one inside the palm.
        names = names[-3:]
    # A "shoulder" is a collar only where there is an upper arm beside it; otherwise it is the upper arm.
    is_shoulder = part.endswith("collar") and names == _named(("shoulder",), side, bones, set())
    if is_shoulder and not _named(_WORDS["left_shoulder"][:3], side, bones, set(names)):
        return ()
    return tuple(names[: _MOST.get(part, 1)])


def _named(words: Sequence[str], side: str, bones: Bones, taken: Collection[str]) -> list[str]:
    """Return the bones of a side that are called one of the words, with or without a number, by depth.

    Only bones of the first word that any bone has count; `taken` bones do not count.
    """
    prefix = _common_prefix(bones)
    for word in words:
        pattern = re.compile(rf"(?:{re.escape(prefix)})?(?:{word}|{word}s)\d*")
        found = [
            name
            for (side_of_name, rest), name in bones.index.items()
            if side_of_name == side and pattern.fullmatch(rest) and name not in taken
        ]
        if found:
            return sorted(found, key=lambda name: (bones.depth(name), name))
    return []


def _common_prefix(bones: Bones) -> str:
    """Return the longest text with which more than 60 % of the names with a side begin."""
    votes: Counter[str] = Counter()
    sided = [rest for side, rest in bones.index if side]
    for rest in sided:
        for length in range(2, min(len(rest), 12)):
            votes[rest[:length]] += 1
    common = [prefix for prefix, count in votes.items() if count > _COMMON * len(sided)]
    return max(common, key=len, default="")
