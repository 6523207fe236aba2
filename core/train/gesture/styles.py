"""The four styles: how large, how often, how fast and where each of them gestures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """One speaker's manner. Lengths in metres for an arm of 0.53 m, angles in degrees, times in seconds.

    Attributes:
        amplitude: scale of every stroke.
        threshold: least prominence (0-1) that gets a stroke.
        spacing_s: least time between strokes.
        move_s: time of preparation and stroke together, at most.
        home: (out, up, forward) of the wrist from the shoulder while speaking.
        rest: the same in pauses.
        rest_palm: forearm roll in pauses; 0 palms face each other, 90 up, -90 down.
        rest_yaw: how far the resting elbow is turned out, 0-1.
        palm: forearm roll while speaking.
        follow: how much of the leading hand's stroke the other hand makes, 0-1.
        both: 0.5 and more: strokes take both hands; less: the right one leads.
        loop: height of the loop on the way to a stroke.
        shape: hand shape while speaking.
        nod: degrees of head nod on a full accent.
        sway: metres of a weight shift.
        smile: resting smile, 0-1.
        brow: brow raise on a full accent, 0-1.
        lean: degrees of forward lean while speaking.
        mouth: scale of mouth opening.
    """

    name: str
    amplitude: float
    threshold: float
    spacing_s: float
    move_s: float
    home: tuple[float, float, float]
    rest: tuple[float, float, float]
    rest_palm: float
    palm: float
    follow: float
    both: float
    loop: float
    shape: str
    rest_shape: str
    nod: float
    sway: float
    smile: float
    brow: float
    lean: float
    mouth: float


STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        Style(
            name="calm", amplitude=2.5, threshold=0.36, spacing_s=0.62, move_s=1.15,
            home=(0.02, -0.30, 0.29), rest=(-0.02, -0.42, 0.20), rest_palm=-10, palm=30, follow=0.95, both=0.5,
            loop=0.18, shape="open", rest_shape="relaxed", nod=7.5, sway=0.045, smile=0.12, brow=0.35, lean=1.5,
            mouth=0.9,
        ),
        Style(
            name="lively", amplitude=2.9, threshold=0.28, spacing_s=0.56, move_s=0.95,
            home=(0.06, -0.25, 0.30), rest=(0.09, -0.48, 0.09), rest_palm=0, palm=25, follow=1.0, both=0.6,
            loop=0.165, shape="spread", rest_shape="relaxed", nod=10.5, sway=0.05, smile=0.25, brow=0.6, lean=3.0,
            mouth=1.1,
        ),
        Style(
            name="presenter", amplitude=2.6, threshold=0.32, spacing_s=0.58, move_s=1.0,
            home=(0.07, -0.27, 0.30), rest=(-0.03, -0.36, 0.24), rest_palm=0, palm=42, follow=1.05, both=0.75,
            loop=0.18, shape="flat", rest_shape="relaxed", nod=9.0, sway=0.05, smile=0.2, brow=0.5, lean=2.0,
            mouth=1.0,
        ),
        Style(
            name="reserved", amplitude=2.2, threshold=0.38, spacing_s=0.64, move_s=1.1,
            home=(0.0, -0.36, 0.25), rest=(0.05, -0.47, 0.13), rest_palm=-5, palm=12, follow=0.6, both=0.2,
            loop=0.18, shape="relaxed", rest_shape="relaxed", nod=6.0, sway=0.04, smile=0.05, brow=0.25, lean=0.8,
            mouth=0.8,
        ),
    )
}  # fmt: skip
