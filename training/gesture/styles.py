"""The four styles: how large, how fast and where each of them gestures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """One style of gesturing. Lengths are in metres for an arm of 0.53 m, angles in degrees, times in seconds.

    Attributes:
        amplitude: scale of every stroke.
        move_s: time of preparation and stroke together, at most.
        home: (out, up, forward) of the wrist from the shoulder while speaking.
        rest: (out, up, forward) of the wrist from the shoulder in pauses.
        rest_palm: forearm roll in pauses; 0 palms face each other, 90 up, -90 down.
        palm: forearm roll while speaking.
        one_handed: how much the hand that does not lead keeps still, 0-1.
        loop: height of the loop on the way to a stroke.
        shape: hand shape while speaking.
        rest_shape: hand shape in pauses.
        nod: degrees of head nod on a full accent.
        sway: metres of a weight shift.
        smile: resting smile, 0-1.
        brow: brow raise on a full accent, 0-1.
        lean: degrees of forward lean while speaking.
        mouth: scale of mouth opening.
    """

    name: str
    amplitude: float
    move_s: float
    home: tuple[float, float, float]
    rest: tuple[float, float, float]
    rest_palm: float
    palm: float
    one_handed: float
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
            name="calm", amplitude=1.1, move_s=0.85, home=(0.04, -0.30, 0.26), rest=(0.05, -0.49, 0.08),
            rest_palm=-5, palm=15, one_handed=0.8, loop=0.05, shape="open", rest_shape="relaxed", nod=6.0,
            sway=0.050, smile=0.12, brow=0.35, lean=1.5, mouth=0.95,
        ),
        Style(
            name="lively", amplitude=1.35, move_s=0.75, home=(0.09, -0.25, 0.27), rest=(0.07, -0.49, 0.07),
            rest_palm=0, palm=20, one_handed=0.75, loop=0.08, shape="spread", rest_shape="relaxed", nod=9.0,
            sway=0.060, smile=0.25, brow=0.6, lean=3.0, mouth=1.1,
        ),
        Style(
            name="presenter", amplitude=1.25, move_s=0.8, home=(0.07, -0.26, 0.28), rest=(0.02, -0.46, 0.13),
            rest_palm=0, palm=24, one_handed=0.6, loop=0.06, shape="flat", rest_shape="relaxed", nod=7.5,
            sway=0.055, smile=0.2, brow=0.5, lean=2.0, mouth=1.0,
        ),
        Style(
            name="reserved", amplitude=1.0, move_s=0.9, home=(0.03, -0.35, 0.22), rest=(0.03, -0.49, 0.09),
            rest_palm=-5, palm=10, one_handed=1.0, loop=0.05, shape="relaxed", rest_shape="relaxed", nod=5.0,
            sway=0.045, smile=0.05, brow=0.25, lean=0.8, mouth=0.85,
        ),
    )
}  # fmt: skip
