"""Classes of meaningful gestures as predicates on the joints' places alone, fixed before anything was measured.

A predicate says in which frames a pose is that of a gesture, whoever made it: the library, the network or a person. It
reads features in the chest's frame, scaled to an arm of 0.53 m, of a leading hand `m` and the other hand `o`; a frame
is in the class when either hand leads.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.body.skeleton import JOINT

ARM_LENGTH_M = 0.53
HALF_S = 0.5


@dataclass(frozen=True)
class Hand:
    """Features (T, ...) of one hand; directions are (out, up, forward).

    Attributes:
        at: the wrist from the shoulder's rest place, metres.
        palm, fingers: where the palm faces and the hand points.
        curl: (T, 4) bends of index, middle, ring and little finger, degrees.
        thumb: (T, 3) from the thumb's base to its last joint.
        pinch: (T,) from the thumb's last joint to that of the index finger, in lengths of the hand.
        thumb_out: (T,) from the thumb's last joint to the knuckle of the index finger, in lengths of the hand.
        head: (T, 3) of the middle knuckle from the head joint, metres.
        way: (T, 3) how far the wrist went in the last half second, metres.
        swing: (T,) how far the hand swung sideways in the surroundings of half a second, degrees.
    """

    at: np.ndarray
    palm: np.ndarray
    fingers: np.ndarray
    curl: np.ndarray
    thumb: np.ndarray
    pinch: np.ndarray
    thumb_out: np.ndarray
    head: np.ndarray
    way: np.ndarray
    swing: np.ndarray

    def is_curled(self, *fingers: int) -> np.ndarray:
        """Return in which frames these fingers are curled."""
        return (self.curl[:, list(fingers)] > 80).all(1)

    def is_straight(self, *fingers: int) -> np.ndarray:
        """Return in which frames these fingers are straight."""
        return (self.curl[:, list(fingers)] < 55).all(1)

    @property
    def points(self) -> np.ndarray:
        """Whether the index finger alone is straight."""
        return self.is_straight(0) & self.is_curled(1, 2, 3)

    @property
    def thumb_in(self) -> np.ndarray:
        """How far the thumb points to where the palm faces, -1 to 1."""
        return (self.thumb * self.palm).sum(1)

    @property
    def fist(self) -> np.ndarray:
        """Whether all fingers are curled and the thumb is on them."""
        return self.is_curled(0, 1, 2, 3) & (self.thumb_out < 0.62)

    @property
    def open(self) -> np.ndarray:
        """Whether all fingers are straight."""
        return self.is_straight(0, 1, 2, 3)

    @property
    def ball(self) -> np.ndarray:
        """Whether all fingers are bent a little, or straight."""
        return (self.curl < 110).all(1)


@dataclass(frozen=True)
class Both:
    """Features (T, ...) of a pose: leading hand, other hand, distance of the wrists, shrug and which side leads."""

    m: Hand
    o: Hand
    apart: np.ndarray
    spread_way: np.ndarray
    shrug: np.ndarray
    side: str


def _hand(at: dict[str, np.ndarray], frame: np.ndarray, rest: np.ndarray, side: str, fps: float) -> Hand:
    outward = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
    arm = sum(
        np.linalg.norm(rest[JOINT[f"{side}_{a}"]] - rest[JOINT[f"{side}_{b}"]])
        for a, b in (("shoulder", "elbow"), ("elbow", "wrist"))
    )

    def local(vectors: np.ndarray) -> np.ndarray:
        return np.einsum("tij,tj->ti", frame, vectors) * outward

    def j(name: str) -> np.ndarray:
        return at[f"{side}_{name}"]

    scale = ARM_LENGTH_M / arm
    shoulder = at["spine3"] + (rest[JOINT[f"{side}_shoulder"]] - rest[JOINT["spine3"]]) @ frame
    wrist = local(j("wrist") - shoulder) * scale
    fingers = _unit(local(j("middle1") - j("wrist")))
    across = np.cross(j("index1") - j("wrist"), j("pinky1") - j("wrist"))
    palm = _unit(local(across if side == "right" else -across))
    curl = np.stack(
        [_bend(j("wrist"), *(j(f"{f}{i}") for i in (1, 2, 3))) for f in ("index", "middle", "ring", "pinky")], 1
    )
    length = np.linalg.norm(j("middle1") - j("wrist"), axis=-1)
    back = round(HALF_S * fps)
    way = wrist - np.concatenate([np.repeat(wrist[:1], back, 0), wrist])[: len(wrist)]
    lean = np.degrees(np.arctan2(fingers[:, 0], fingers[:, 1]))
    window = np.lib.stride_tricks.sliding_window_view(np.pad(lean, back, mode="edge"), 2 * back + 1)
    return Hand(
        wrist,
        palm,
        fingers,
        curl,
        _unit(local(j("thumb3") - j("thumb1"))),
        np.linalg.norm(j("thumb3") - j("index3"), axis=-1) / length,
        np.linalg.norm(j("thumb3") - j("index1"), axis=-1) / length,
        local(j("middle1") - at["head"]) * scale,
        way,
        np.ptp(window, axis=1),
    )


def read_features(positions: np.ndarray, rest: np.ndarray, fps: float) -> tuple[Both, Both]:
    """Compute the features of positions (T, 55, 3), metres: with the left hand leading, and with the right one."""
    at = {name: positions[:, index] for name, index in JOINT.items()}
    across = _unit(at["left_shoulder"] - at["right_shoulder"])
    up = at["neck"] - at["spine3"]
    up = _unit(up - (up * across).sum(-1, keepdims=True) * across)
    frame = np.stack([across, up, np.cross(across, up)], -2)
    hands = {side: _hand(at, frame, rest, side, fps) for side in ("left", "right")}
    apart = np.linalg.norm(at["left_wrist"] - at["right_wrist"], axis=-1)
    arm = np.linalg.norm(rest[JOINT["left_shoulder"]] - rest[JOINT["left_elbow"]]) + np.linalg.norm(
        rest[JOINT["left_elbow"]] - rest[JOINT["left_wrist"]]
    )
    apart = apart * ARM_LENGTH_M / arm
    back = round(HALF_S * fps)
    way = apart - np.concatenate([np.repeat(apart[:1], back), apart])[: len(apart)]
    raised = [
        np.einsum("tj,tj->t", frame[:, 1], at[f"{side}_shoulder"] - at["spine3"])
        - (rest[JOINT[f"{side}_shoulder"]] - rest[JOINT["spine3"]])[1]
        for side in ("left", "right")
    ]
    shrug = np.minimum(*raised)
    return (
        Both(hands["left"], hands["right"], apart, way, shrug, "left"),
        Both(hands["right"], hands["left"], apart, way, shrug, "right"),
    )


def in_class(name: str, features: tuple[Both, Both]) -> np.ndarray:
    """Return the frames (T,) in which a pose is that of a gesture."""
    return np.logical_or(*(CLASSES[name](both) for both in features))


def _two(test: Callable[[Hand], np.ndarray]) -> Callable[[Both], np.ndarray]:
    return lambda b: test(b.m) & test(b.o)


def _one(test: Callable[[Hand], np.ndarray]) -> Callable[[Both], np.ndarray]:
    return lambda b: test(b.m)


def _raised(h: Hand) -> np.ndarray:
    return h.at[:, 1] > -0.14


def _shows(*straight: int) -> Callable[[Both], np.ndarray]:
    curled = tuple(f for f in range(4) if f not in straight)
    return _one(lambda h: h.is_straight(*straight) & h.is_curled(*curled) & (h.fingers[:, 1] > 0.75) & _raised(h))


CLASSES: dict[str, Callable[[Both], np.ndarray]] = {
    "point_there": _one(lambda h: h.points & (h.fingers[:, 2] > 0.6) & (h.at[:, 0] > 0.1) & (h.at[:, 2] > 0.33)),
    "point_at": _one(lambda h: h.points & (np.linalg.norm(h.at, axis=-1) > 0.4)),
    "point_here": _one(lambda h: h.points & (h.fingers[:, 1] < -0.5) & (h.at[:, 0] < 0.08) & (h.at[:, 2] > 0.25)),
    "point_you": _one(lambda h: h.points & (h.fingers[:, 2] > 0.8) & (np.abs(h.at[:, 0]) < 0.16) & (h.at[:, 2] > 0.36)),
    "me": _one(lambda h: (h.palm[:, 2] < -0.6) & (h.fingers[:, 0] < -0.4) & (h.at[:, 2] < 0.24) & (h.at[:, 1] > -0.3)),
    "we": _one(lambda h: h.open & (h.way[:, 0] < -0.12) & (h.palm[:, 2] < -0.2) & (h.at[:, 2] < 0.3)),
    "to_the_left": lambda b: (b.side == "left") & (b.m.at[:, 0] > 0.3) & (b.m.fingers[:, 0] > 0.7) & b.m.points,
    "to_the_right": lambda b: (b.side == "right") & (b.m.at[:, 0] > 0.3) & (b.m.fingers[:, 0] > 0.7) & b.m.points,
    "point_up": _one(lambda h: h.points & (h.fingers[:, 1] > 0.8) & (h.at[:, 1] > 0.04)),
    "point_down": _one(lambda h: h.points & (h.fingers[:, 1] < -0.7) & (h.at[:, 0] > 0.08)),
    "behind": _one(lambda h: h.is_curled(1, 2, 3) & (h.thumb[:, 2] < -0.3) & (h.at[:, 1] > -0.1) & (h.at[:, 2] < 0.2)),
    "big": lambda b: (b.apart > 0.8) & (b.m.palm[:, 0] < -0.5) & (b.o.palm[:, 0] < -0.5) & b.m.open & b.o.open,
    "small": lambda b: (b.apart < 0.26) & (b.m.palm[:, 0] < -0.8) & (b.o.palm[:, 0] < -0.8) & b.m.open & b.o.open,
    "tiny": _one(lambda h: (h.pinch < 0.55) & (h.curl[:, 0] > 45) & (h.at[:, 1] > -0.08) & (h.fingers[:, 1] > 0.6)),
    "tall": _one(lambda h: h.open & (h.palm[:, 1] < -0.7) & (h.at[:, 1] > 0.14)),
    "low": _one(lambda h: h.open & (h.palm[:, 1] < -0.7) & (h.at[:, 1] < -0.3) & (h.at[:, 2] > 0.18)),
    "wide": lambda b: (b.apart > 1.0) & (b.m.palm[:, 1] > 0.3) & (b.o.palm[:, 1] > 0.3) & (b.m.at[:, 1] > -0.2),
    "round": lambda b: (
        b.m.ball
        & (b.m.palm[:, 0] < -0.55)
        & (b.o.palm[:, 0] < -0.55)
        & (np.abs(b.apart - 0.45) < 0.12)
        & (b.m.curl.max(1) > 35)
    ),
    "one_hand": lambda b: (
        (b.side == "right") & b.m.open & (b.m.palm[:, 1] > 0.6) & (b.m.at[:, 0] > 0.12) & (b.o.at[:, 1] < b.m.at[:, 1])
    ),
    "other_hand": lambda b: (
        (b.side == "left") & b.m.open & (b.m.palm[:, 1] > 0.6) & (b.m.at[:, 0] > 0.12) & (b.o.at[:, 1] < b.m.at[:, 1])
    ),
    "weigh": lambda b: (b.m.palm[:, 1] > 0.6) & (b.o.palm[:, 1] > 0.6) & (b.m.at[:, 1] - b.o.at[:, 1] > 0.12),
    "count_one": _shows(0),
    "count_two": _shows(0, 1),
    "count_three": _shows(0, 1, 2),
    "count_four": _one(lambda h: h.open & (h.fingers[:, 1] > 0.75) & (h.thumb_in > 0.5) & _raised(h)),
    "count_five": _one(lambda h: h.open & (h.fingers[:, 1] > 0.75) & (h.thumb_in < 0.4) & _raised(h)),
    "list": lambda b: b.m.points & (b.apart < 0.28) & (b.o.palm[:, 1] > 0.6) & b.o.open,
    "compare": lambda b: (
        b.m.open
        & b.o.open
        & (b.m.palm[:, 0] < -0.8)
        & (b.o.palm[:, 0] < -0.8)
        & (np.abs(b.apart - 0.55) < 0.15)
        & (b.m.at[:, 1] < -0.1)
    ),
    "steps": _one(lambda h: h.open & (h.palm[:, 1] < -0.8) & (h.way[:, 1] > 0.07) & (h.way[:, 0] > 0.04)),
    "no": lambda b: b.m.open & b.o.open & (b.m.palm[:, 1] < -0.7) & (b.o.palm[:, 1] < -0.7) & (b.spread_way > 0.2),
    "stop": _one(
        lambda h: h.open & (h.palm[:, 2] > 0.75) & (h.fingers[:, 1] > 0.75) & (h.at[:, 2] > 0.32) & (h.at[:, 1] > -0.08)
    ),
    "wait": _two(lambda h: h.open & (h.palm[:, 2] > 0.65) & (h.fingers[:, 1] > 0.6) & (h.at[:, 1] > -0.2)),
    "calm_down": _two(lambda h: h.open & (h.palm[:, 1] < -0.75) & (h.way[:, 1] < -0.03) & (h.at[:, 2] > 0.25)),
    "shrug": lambda b: (b.shrug > 0.02) & (b.m.palm[:, 1] > 0.5) & (b.o.palm[:, 1] > 0.5),
    "question": lambda b: (
        (b.shrug < 0.02)
        & (b.m.palm[:, 1] > 0.7)
        & (b.o.palm[:, 1] > 0.7)
        & b.m.open
        & b.o.open
        & (np.abs(b.m.at[:, 1] - b.o.at[:, 1]) < 0.08)
        & (b.apart > 0.55)
        & (b.apart < 0.95)
    ),
    "think": _one(lambda h: (np.linalg.norm(h.head - [0.02, -0.06, 0.12], axis=-1) < 0.09) & h.is_curled(1, 2)),
    "fist": _one(lambda h: h.fist & (h.at[:, 1] > -0.2) & (h.fingers[:, 1] > 0.3)),
    "strong": _two(lambda h: h.is_curled(0, 1, 2, 3) & (h.at[:, 1] > -0.12) & (h.fingers[:, 1] > 0.7)),
    "plea": lambda b: (b.apart < 0.14) & (b.m.palm[:, 0] < -0.8) & b.m.open & b.o.open & (b.m.fingers[:, 1] > 0.6),
    "swear": lambda b: (
        b.m.open
        & (b.m.palm[:, 2] > 0.7)
        & (b.m.fingers[:, 1] > 0.8)
        & (b.m.at[:, 1] > 0.02)
        & (b.o.palm[:, 2] < -0.6)
        & (b.o.at[:, 2] < 0.24)
    ),
    "heart": _one(lambda h: (h.palm[:, 2] < -0.7) & (h.at[:, 0] < -0.08) & (h.at[:, 1] > -0.22) & (h.at[:, 2] < 0.24)),
    "thanks": _one(lambda h: (h.palm[:, 2] < -0.7) & (h.at[:, 0] < -0.03) & (h.at[:, 1] > -0.24) & (h.at[:, 2] < 0.24)),
    "facepalm": _one(lambda h: (np.linalg.norm(h.head - [0.02, 0.06, 0.14], axis=-1) < 0.09) & (h.palm[:, 2] < -0.5)),
    "wave": _one(lambda h: h.open & (h.palm[:, 2] > 0.6) & (h.at[:, 1] > 0.03) & (h.swing > 25)),
    "welcome": lambda b: (
        (b.apart > 0.85) & (b.m.palm[:, 1] > 0.5) & (b.o.palm[:, 1] > 0.5) & b.m.open & b.o.open & (b.m.at[:, 2] > 0.15)
    ),
    "go_away": _one(
        lambda h: (h.palm[:, 1] < -0.3) & (h.way[:, 2] > 0.03) & (h.fingers[:, 2] > 0.4) & (h.at[:, 1] > -0.15) & h.ball
    ),
    "offer": _two(lambda h: h.open & (h.palm[:, 1] > 0.75) & (h.at[:, 2] > 0.34)),
    "rise": _one(lambda h: h.open & (h.palm[:, 1] > 0.3) & (h.way[:, 1] > 0.22)),
    "fall": _one(lambda h: h.open & (h.palm[:, 1] < -0.7) & (h.way[:, 1] < -0.22)),
    "together": lambda b: (b.spread_way < -0.2) & (b.apart < 0.4) & (b.m.palm[:, 0] < -0.3) & (b.o.palm[:, 0] < -0.3),
    "apart": lambda b: (b.spread_way > 0.2) & (b.m.palm[:, 0] > 0.3) & (b.o.palm[:, 0] > 0.3),
    "around": _one(lambda h: h.points & (np.abs(h.fingers[:, 1]) < 0.75) & (np.linalg.norm(h.way, axis=-1) > 0.1)),
    "roll": _one(lambda h: h.open & (h.palm[:, 1] > 0.0) & (h.way[:, 2] > 0.06) & (h.at[:, 2] > 0.33)),
    "forward": _two(lambda h: h.open & (h.palm[:, 0] < -0.7) & (h.way[:, 2] > 0.1) & (h.fingers[:, 2] > 0.7)),
    "push_away": _two(lambda h: h.open & (h.palm[:, 2] > 0.7) & (h.way[:, 2] > 0.08)),
    "back": _two(lambda h: h.open & (h.palm[:, 2] < -0.5) & (h.way[:, 2] < -0.08)),
    "cut": _one(lambda h: h.open & (h.palm[:, 1] < -0.6) & (h.way[:, 0] > 0.2)),
    "chop": lambda b: (
        b.m.open & (b.m.palm[:, 0] < -0.7) & (b.m.way[:, 1] < -0.06) & (b.o.palm[:, 1] > 0.6) & (b.apart < 0.3)
    ),
    "break": lambda b: b.m.fist & b.o.fist & (b.spread_way > 0.12),
    "burst": lambda b: b.m.open & b.o.open & (b.spread_way > 0.2) & (b.m.palm[:, 2] > 0.4) & (b.m.at[:, 1] > 0.0),
    "pinch": _one(lambda h: (h.pinch < 0.5) & h.is_straight(2, 3) & (h.fingers[:, 2] > 0.4) & (h.palm[:, 1] < 0.1)),
    "quotes": _two(
        lambda h: h.is_curled(2, 3) & (h.at[:, 1] > -0.06) & (h.curl[:, :2] < 115).all(1) & (h.fingers[:, 1] > 0.7)
    ),
    "listen": _one(lambda h: (np.linalg.norm(h.head - [0.13, 0.03, 0.05], axis=-1) < 0.09) & (h.palm[:, 2] > 0.2)),
    "look": _one(lambda h: h.is_straight(0, 1) & h.is_curled(2, 3) & (h.head[:, 2] < 0.22) & (h.head[:, 1] > -0.1)),
    "look_far": _one(lambda h: (h.palm[:, 1] < -0.6) & (np.linalg.norm(h.head - [0.1, 0.08, 0.15], axis=-1) < 0.09)),
    "sleep": lambda b: (b.apart < 0.16) & (b.m.head[:, 1] > -0.14) & (b.m.palm[:, 0] < -0.5) & b.m.open,
    "phone": _one(lambda h: h.is_curled(0, 1, 2) & h.is_straight(3) & (np.linalg.norm(h.head, axis=-1) < 0.2)),
    "write": lambda b: (b.m.pinch < 0.6) & (b.apart < 0.26) & (b.o.palm[:, 1] > 0.6) & (b.m.palm[:, 1] < -0.2),
    "type": _two(lambda h: h.ball & (h.palm[:, 1] < -0.8) & (h.at[:, 1] < -0.18) & (h.curl.max(1) > 35)),
    "drive": _two(lambda h: (h.curl > 70).all(1) & (h.palm[:, 2] > 0.5) & (h.at[:, 2] > 0.28)),
    "eat": _one(lambda h: (h.pinch < 0.6) & (np.linalg.norm(h.head - [0.02, -0.05, 0.15], axis=-1) < 0.09)),
    "drink": _one(lambda h: (h.curl > 70).all(1) & (np.linalg.norm(h.head - [0.02, -0.01, 0.19], axis=-1) < 0.1)),
    "time": lambda b: b.m.points & (b.o.palm[:, 1] < -0.4) & (b.o.curl > 70).all(1) & (b.apart < 0.3),
    "book": lambda b: (b.apart < 0.32) & (b.m.palm[:, 1] > 0.5) & (b.o.palm[:, 1] > 0.5) & b.m.open & b.o.open,
    "idea": _one(lambda h: h.points & (h.fingers[:, 1] > 0.8) & (h.at[:, 1] > 0.1)),
    "thumbs_up": _one(
        lambda h: (
            h.is_curled(0, 1, 2, 3) & (h.thumb[:, 1] > 0.55) & (h.thumb_out > 0.36) & (np.abs(h.fingers[:, 1]) < 0.6)
        )
    ),
    "thumbs_down": _one(lambda h: h.is_curled(0, 1, 2, 3) & (h.thumb[:, 1] < -0.45) & (h.thumb_out > 0.36)),
    "ok": _one(lambda h: (h.pinch < 0.5) & h.is_straight(2, 3) & (h.palm[:, 2] > 0.4) & (h.fingers[:, 1] > 0.6)),
    "victory": _one(lambda h: h.is_straight(0, 1) & h.is_curled(2, 3) & (h.palm[:, 2] > 0.8) & (h.fingers[:, 1] > 0.8)),
    "salute": _one(
        lambda h: h.open & (np.linalg.norm(h.head - [0.12, 0.06, 0.13], axis=-1) < 0.09) & (h.fingers[:, 0] < -0.5)
    ),
    "clap": lambda b: (b.apart < 0.2) & (b.m.palm[:, 0] < -0.7) & (b.spread_way < -0.08) & b.m.open,
    "money": _one(lambda h: (h.pinch < 0.5) & h.is_curled(2, 3) & (h.palm[:, 1] > 0.4)),
    "come_here": _one(
        lambda h: (h.palm[:, 1] > 0.2) & (h.way[:, 2] < -0.02) & (h.fingers[:, 1] > 0.4) & (h.at[:, 2] > 0.25)
    ),
    "you_open": _one(lambda h: h.open & (h.palm[:, 1] > 0.6) & (h.fingers[:, 2] > 0.8) & (h.at[:, 2] > 0.37)),
    "long": lambda b: (b.apart > 0.62) & (b.m.pinch < 0.6) & (b.o.pinch < 0.6),
    "no_finger": _one(lambda h: h.points & (h.fingers[:, 1] > 0.7) & (h.swing > 25)),
    "over": _one(lambda h: h.open & (h.palm[:, 1] < -0.6) & (h.way[:, 0] > 0.1) & (h.at[:, 2] > 0.3)),
}


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _bend(wrist: np.ndarray, first: np.ndarray, second: np.ndarray, third: np.ndarray) -> np.ndarray:
    """Return the angle (T,) between the hand and the bone after the finger's middle joint, degrees."""
    cosine = (_unit(first - wrist) * _unit(third - second)).sum(-1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))
