"""The hand poses, shrugs and head moves that belong to each class of words."""

from dataclasses import dataclass

from core.text import lexicon

LEFT, RIGHT = 0, 1


@dataclass(frozen=True)
class HandPose:
    """The pose of one hand for a class of words.

    Attributes:
        offset: (out, up, forward) of the wrist from its shoulder, metres for an arm of 0.53 m.
        palm: forearm roll in degrees; 0 palms face each other, 90 up, -90 down.
        shape: hand shape.
        wrist: extension of the wrist in degrees.
    """

    offset: tuple[float, float, float]
    palm: float
    shape: str
    wrist: float = 10.0


@dataclass(frozen=True)
class Manner:
    """The gesture of a class of words.

    Attributes:
        hands: poses of the left and the right hand.
        shrug: rise of the shoulders in degrees.
        tilt: tilt of the head in degrees.
        shake: shake of the head; 1 is a full one.
    """

    hands: tuple[HandPose, HandPose]
    shrug: float = 0.0
    tilt: float = 0.0
    shake: float = 0.0


WAITING = HandPose((0.09, -0.41, 0.25), 0, "relaxed")


def _both(offset: tuple[float, float, float], palm: float, shape: str, wrist: float = 10.0, **more) -> Manner:
    pose = HandPose(offset, palm, shape, wrist)
    return Manner((pose, pose), **more)


def _one(side: int, offset: tuple[float, float, float], palm: float, shape: str, wrist: float = 10.0) -> Manner:
    pose = HandPose(offset, palm, shape, wrist)
    return Manner((pose, WAITING) if side == LEFT else (WAITING, pose))


MANNERS: dict[str, Manner] = {
    lexicon.NEGATION: _both((0.19, -0.28, 0.33), -88, "flat", 22, shake=1.0),
    lexicon.SELF: _one(RIGHT, (-0.10, -0.17, 0.21), 5, "flat", -18),
    lexicon.YOU: _one(RIGHT, (0.02, -0.13, 0.45), 62, "open", 12),
    lexicon.NUMBER: _one(RIGHT, (0.08, 0.03, 0.22), -5, "point", 12),
    lexicon.LARGE: _both((0.32, -0.12, 0.26), 28, "spread", 12),
    lexicon.SMALL: _both((-0.04, -0.14, 0.30), 0, "pinch", 8),
    lexicon.UP: _one(RIGHT, (0.14, 0.24, 0.16), 10, "flat", 12),
    lexicon.DOWN: _one(RIGHT, (0.14, -0.42, 0.30), -85, "flat", 15),
    lexicon.LEFT: _one(LEFT, (0.37, -0.12, 0.18), 10, "flat"),
    lexicon.RIGHT: _one(RIGHT, (0.37, -0.12, 0.18), 10, "flat"),
    lexicon.LIST: Manner(
        (HandPose((-0.06, -0.27, 0.28), 72, "open", 5), HandPose((-0.07, -0.10, 0.27), -15, "point", 0))
    ),
    lexicon.CONTRAST: Manner(
        (HandPose((0.12, -0.08, 0.28), 70, "open", 12), HandPose((0.12, -0.36, 0.28), 70, "open", 12)), tilt=-4.0
    ),
    lexicon.QUESTION: _both((0.22, -0.24, 0.29), 85, "spread", 14, tilt=5.0),
    lexicon.UNCERTAIN: _both((0.15, -0.30, 0.20), 85, "spread", 14, shrug=26.0, tilt=6.0, shake=0.35),
}
