"""The styles: how large, how fast, how often and where each of them gestures."""

from dataclasses import dataclass

from core.generate.manners import Manner


@dataclass(frozen=True)
class Style:
    """One style of gesturing. Lengths are in metres for an arm of 0.53 m, angles in degrees, times in seconds.

    Attributes:
        amplitude: scale of every stroke.
        move_s: time of preparation and stroke together, at most.
        least: prominence below which an accent gets no stroke.
        taps: scale of the small beats between strokes.
        home: (out, up, forward) of the wrist from the shoulder while speaking.
        rest: (out, up, forward) of the wrist from the shoulder in pauses.
        rest_palm: forearm roll in pauses; 0 palms face each other, 90 up, -90 down.
        palm: forearm roll while speaking.
        one_handed: how much the hand that does not lead keeps still, 0-1.
        apart: how much of the time one hand rests while the other one gestures, 0-1.
        stir: scale of the small movements that speech does not decide.
        shape: hand shape while speaking.
        rest_shape: hand shape in pauses.
        fingers: scale of the movements of the fingers.
        nod: degrees of head nod on a full accent.
        sway: metres of a weight shift.
        smile: resting smile, 0-1.
        brow: brow raise on a full accent, 0-1.
        lean: degrees of forward lean while speaking.
        mouth: scale of mouth opening.
        manner: how weights that learned this style change its curves of chance; the grammar itself does not use it.
    """

    name: str
    amplitude: float
    move_s: float
    least: float
    taps: float
    home: tuple[float, float, float]
    rest: tuple[float, float, float]
    rest_palm: float
    palm: float
    one_handed: float
    apart: float
    stir: float
    shape: str
    rest_shape: str
    fingers: float
    nod: float
    sway: float
    smile: float
    brow: float
    lean: float
    mouth: float
    manner: Manner


STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        Style(
            name="calm", amplitude=1.0, move_s=0.8, least=0.34, taps=0.2,
            home=(0.06, -0.378, 0.32), rest=(0.11, -0.475, 0.165), rest_palm=-5, palm=12, one_handed=0.5, apart=0.36,
            stir=1.25, shape="relaxed", rest_shape="relaxed", fingers=1.24, nod=5.9,
            sway=0.051, smile=0.12, brow=0.35, lean=1.5, mouth=0.95,
            manner={
                "up": (0.22, 0.9), "vigour": (-0.6, 0.45), "weight": (0, 1.26), "forward": (0, 1.1),
                "left_idle": (0, 0), "right_idle": (0, 0), "aim": (0, 1.8), "arc": (0, 1.8), "roll": (0, 0.95),
                "thumb": (0, 0.85), "beat_side": (0, 1.25), "beat_tilt": (0, 1.25), "grip": (0, 1), "curl": (0, 1),
                "fan": (0, 1), "index": (0, 1), "left_hand": (0, 1), "right_hand": (0, 1), "idle": (0, 0.3),
                "idle_side": (0, 0.3), "left_step": (0, 1.1), "right_step": (0, 1.1), "out": (0, 1),
            },
        ),
        Style(
            name="lively", amplitude=1.2, move_s=0.7, least=0.2, taps=0.6,
            home=(0.08, -0.364, 0.32), rest=(0.12, -0.465, 0.18), rest_palm=0, palm=18, one_handed=0.4, apart=0.3,
            stir=1.9, shape="open", rest_shape="relaxed", fingers=1.17, nod=9.4,
            sway=0.072, smile=0.25, brow=0.6, lean=3.0, mouth=1.1,
            manner={
                "up": (0.09, 1.35), "vigour": (-0.95, 0.05), "left_idle": (0, 1), "right_idle": (0, 1), "aim": (0, 1.7),
                "left_step": (0, 1.1), "right_step": (0, 1.1), "weight": (0, 1.16), "forward": (0, 0.8),
                "beat_side": (0, 1.3), "look": (0, 0.1), "tilt": (0, 0.2), "bend": (0, 0.3), "beat_tilt": (0, 0.8),
                "left_place": (0, 0.86), "right_place": (0, 0.86), "facing": (0, 0.92),
            },
        ),
        Style(
            name="presenter", amplitude=1.25, move_s=0.8, least=0.37, taps=0.3,
            home=(0.07, -0.197, 0.32), rest=(0.10, -0.455, 0.19), rest_palm=0, palm=18, one_handed=0.2, apart=0.0,
            stir=2.0, shape="open", rest_shape="relaxed", fingers=1.2, nod=5.5,
            sway=0.054, smile=0.2, brow=0.5, lean=2.0, mouth=1.0,
            manner={
                "up": (0.32, 2), "weight": (0, 0.97), "forward": (0, 1.55), "left_place": (0, 0.8),
                "right_place": (0, 0.8), "left_step": (0, 1.2), "right_step": (0, 1.2), "thumb": (0, 0.5),
                "aim": (0, 2), "arc": (0, 2), "roll": (0, 1.35), "vigour": (-0.25, 0.75), "left_idle": (0, 1.15),
                "right_idle": (0, 1.15), "grip": (0, 0.88), "curl": (0, 0.88), "fan": (0, 0.88), "index": (0, 0.88),
                "left_hand": (0, 0.88), "right_hand": (0, 0.88),
            },
        ),
        Style(
            name="reserved", amplitude=0.92, move_s=0.8, least=0.47, taps=0.0,
            home=(0.05, -0.378, 0.28), rest=(0.10, -0.475, 0.16), rest_palm=-5, palm=5, one_handed=0.6, apart=0.35,
            stir=1.75, shape="relaxed", rest_shape="relaxed", fingers=1.1, nod=2.8,
            sway=0.034, smile=0.05, brow=0.25, lean=0.8, mouth=0.85,
            manner={
                "up": (0.72, 1.2), "vigour": (-0.6, 0.3), "weight": (0, 1.2), "forward": (0, 1.12), "bow": (0, 2),
                "facing": (0, 1.4), "look": (0, 1.35), "tilt": (0, 0.85), "aim": (0, 1.1), "roll": (0, 1.15),
                "grip": (0, 1.9), "curl": (0, 1.9), "fan": (0, 1.9), "index": (0, 1.9), "left_hand": (0, 1.9),
                "right_hand": (0, 1.9), "thumb": (0, 1.5), "lead": (0, 1.2), "out": (0, 1), "left_idle": (0, 0.05),
                "right_idle": (0, 0.05), "idle": (0, 0.5), "idle_side": (0, 0.5), "beat_side": (0, 1.2),
                "beat_tilt": (0, 1.3),
            },
        ),
        Style(
            name="thoughtful", amplitude=1.1, move_s=1.0, least=0.32, taps=0.2,
            home=(0.03, -0.305, 0.32), rest=(0.07, -0.44, 0.22), rest_palm=-10, palm=8, one_handed=0.6, apart=0.3,
            stir=1.5, shape="relaxed", rest_shape="relaxed", fingers=1.17, nod=5.6,
            sway=0.052, smile=0.05, brow=0.45, lean=1.0, mouth=0.9,
            manner={
                "aim": (0, 2), "arc": (0, 2), "roll": (0, 0.8), "grip": (0, 1.06), "curl": (0, 1.06), "fan": (0, 1.06),
                "index": (0, 1.06), "left_hand": (0, 1.06), "right_hand": (0, 1.06), "vigour": (-0.15, 0.9),
                "left_idle": (0, 0.3), "right_idle": (0, 0.3), "thumb": (0, 0.95), "out": (0, 1.15),
            },
        ),
        Style(
            name="storyteller", amplitude=1.35, move_s=0.9, least=0.22, taps=0.4,
            home=(0.11, -0.27, 0.32), rest=(0.12, -0.475, 0.165), rest_palm=0, palm=28, one_handed=0.3, apart=0.1,
            stir=1.5, shape="open", rest_shape="relaxed", fingers=1.19, nod=8.2,
            sway=0.069, smile=0.2, brow=0.65, lean=2.5, mouth=1.05,
            manner={
                "weight": (0, 0.94), "forward": (0, 0.94), "vigour": (-0.8, 0.3), "left_idle": (0, 0),
                "right_idle": (0, 0), "aim": (0, 1.3), "arc": (0, 1.5), "roll": (0, 0.65), "grip": (0, 1),
                "curl": (0, 1), "fan": (0, 1), "index": (0, 1), "left_hand": (0, 1), "right_hand": (0, 1),
            },
        ),
    )
}  # fmt: skip
