"""Wrist paths in the chest's frame: strokes, taps and rests, mostly of both hands alike, and small moves in holds."""

from dataclasses import dataclass

import numpy as np

from core.body.curves import min_jerk
from core.gestures.fingers import sign
from core.text import lexicon
from training.gesture.curves import at_least, lag, moves, pulses
from training.gesture.gesture_plan import TAP_S, Plan, Stroke
from training.gesture.styles import Style
from training.gesture.word_poses import MANNERS, HandPose

ARM_LENGTH_M = 0.53  # the styles' values in metres are for an arm of this length
NEUTRAL = np.array([0.11, -0.475, 0.165])  # (out, up, forward) where every clip begins, whatever its style
BULGE_M = 0.05  # how far in front of a straight line hands rise and sink
SETTLE_S = (0.1, 1.1)  # start and end of the move from there to the style's rest pose, seconds
SMOOTH_S = 0.03
# Ends of plain strokes in turn, (out, up, forward) from home in metres, and how far chance moves them.
BEATS = np.array([[-0.03, 0.03, -0.02], [0.05, -0.05, 0.05]])
AIM_M = np.array([0.105, 0.05, -0.06])
# A stroke comes from above, from the side that chance says, this far away.
WIND_UP_M = np.array([-0.01, 0.11, -0.01])
ARC_M = np.array([0.11, -0.05, 0.07])
STRIKE_S = (0.22, 0.34)  # how long the last part of a stroke takes
DIRECT_S = 0.42  # a stroke that has less time than this has no wind-up
RECOIL, RECOIL_S = 0.2, 0.3  # share of the wind-up by which a hand bounces back after a stroke
TAP_M = np.array([0.01, 0.045, -0.01])
PLACE_M = np.array([0.085, 0.19])  # how far chance moves the hands' place, out and up
ASIDE_M = 0.05  # how far both hands go to the side to which the head turns
MOST_PLAIN, SOFT_M = np.array([0.3, -0.12, 0.345]), 0.02  # limits of plain strokes
SINK = np.array([-0.01, -0.045, -0.02])  # hands sink by this much while they are held up
SINK_S = 1.6
IDLE_M, IDLE_LATE_S = np.array([0.036, 0.042, 0.036]), (0.0, 0.45, 0.85)
# Chance moves the hand that points to its speaker: (out, up, forward) metres per unit of "aim" and of "arc".
OWN_POSE_M = np.array([[0.03, 0.03, 0.015], [-0.015, 0.05, -0.02]])
STIR_IN_POSE = 0.4  # share of the small movements in the pose of a word
RESTING = 0.6  # share of these movements in a hand that rests
VOICE_M = np.array([0.015, 0.07, 0.02])
WAITING_SHARE = 0.2  # share of the strokes in a hand that rests while the other one gestures
ROLL_DELAY_S = 0.04
ROLL = np.radians(82.0)  # how far chance rolls the forearms
# palms are not turned down further, as they are to say no
LEAST_ROLL, SOFT_ROLL = np.radians([-10.0, 7.0])
# With arms further out than this, palms face down more than the roll says: radians per metre.
NARROW_M, WIDE_ROLL = 0.07, 2.6
REST_ROLL = 0.35  # share of these turns in a hand that rests
OWN_ROLL = 0.5  # share of this in one forearm alone
BEAT_ROLL = np.radians([-6.0, 6.0])
WIND_UP_ROLL = np.radians(-8.0)
EXTENSION = np.radians(8.0)
FLICK = np.radians(-7.0)  # how far a wrist is bent before a stroke; it is extended by as much at its end


@dataclass(frozen=True)
class ArmPath:
    """One arm: wrist (T, 3) from the rest shoulder in the chest's frame, roll and wrist extension (T,) in radians,
    how much the shoulder is shrugged (T,) in radians, and how much of its movements the arm is free to make (T,).
    """

    wrist: np.ndarray
    roll: np.ndarray
    extension: np.ndarray
    shrug: np.ndarray
    free: np.ndarray


def shares(chance: dict[str, np.ndarray], style: Style, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how large a hand's plain strokes are, and how far it is raised; (T, 1) each, 1 when it leads."""
    against = np.maximum(chance["lead"] * sign(side), 0)
    waits = min_jerk((against - (1 - style.apart)) / 0.25)[:, None] if style.apart else np.zeros((len(against), 1))
    follows = 1 - style.one_handed * min_jerk(1.5 * against)[:, None]
    return follows * (1 - (1 - WAITING_SHARE) * waits), 1 - waits


def arm_path(
    plan: Plan, style: Style, side: int, times_s: np.ndarray, chance: dict[str, np.ndarray], voice: np.ndarray
) -> ArmPath:
    """Return the wrist's path through every stroke and rest, in lengths of the styles' arm.

    Plain strokes are moves around home, scaled by how much the hand leads. The poses of words with a class replace them
    for a while. Both are blended with the rest pose.
    """
    share, lifted = shares(chance, style, side)
    track = _Track(times_s, chance, style)
    for unit_ in plan.units:
        track.up.append((unit_.strokes[0].start_s, unit_.strokes[0].end_s, [1.0]))
        for stroke in unit_.strokes:
            manner = MANNERS.get(stroke.kind) if stroke.kind else None
            track.stroke(stroke, manner.hands[side] if manner else None, np.radians(manner.shrug if manner else 0.0))
        track.retract(unit_.retract_s, unit_.rested_s, unit_.rest_share)
    raised = moves(times_s, [0.0], track.up) * lifted
    held = moves(times_s, [0.0], track.holds)
    path = _wrist_path(track, side, share, raised, held, small_moves(plan, style, times_s, voice))
    raised = 1 - (1 - raised) * (1 - held)
    free = ((1 - held) * raised)[:, 0]
    return ArmPath(
        path,
        _roll(track, side, held[:, 0], free, sign(side) * path[:, 0]),
        moves(times_s, [0.0], track.extensions)[:, 0],
        moves(times_s, [0.0], track.shrugs)[:, 0],
        free,
    )


def small_moves(plan: Plan, style: Style, times_s: np.ndarray, voice: np.ndarray) -> np.ndarray:
    """Return taps and the moves that follow the voice, (T, 3) metres."""
    every = ((tap.end_s - TAP_S, tap.end_s - 0.45 * TAP_S, tap.end_s, tap.size) for tap in plan.taps)
    return pulses(times_s, every)[:, None] * TAP_M + style.amplitude * voice[:, None] * VOICE_M


def _wrist_path(
    track: "_Track", side: int, share: np.ndarray, raised: np.ndarray, held: np.ndarray, small: np.ndarray
) -> np.ndarray:
    """Return the wrist's path (T, 3): from rest to plain strokes, and from these to the poses of words.

    Args:
        track: the arm's moves.
        side: 0 left, 1 right.
        share: (T, 1) how large plain strokes are.
        raised: (T, 1) how far strokes raise the hand, 0-1.
        held: (T, 1) how far the hand is in the pose of a word.
        small: (T, 3) small moves.
    """
    times_s, chance, style = track.times_s, track.chance, track.style
    idle = chance[("left_idle", "right_idle")[side]]
    stir = style.stir * IDLE_M * np.stack([lag(idle, late) for late in IDLE_LATE_S], 1)
    across = PLACE_M[0] * chance["out"] + sign(side) * ASIDE_M * chance["look"]
    place = np.stack([across, PLACE_M[1] * chance["up"], np.zeros(len(times_s))], 1)
    plain = np.array(style.home) + place + share * (moves(times_s, np.zeros(3), track.beats) + small) + stir
    # higher or further ahead, a plain stroke would look like that of a word with a class
    plain = -at_least(-plain, -MOST_PLAIN, SOFT_M)
    posture = moves(times_s, style.home, track.poses) + 0.3 * small + STIR_IN_POSE * stir
    settled = moves(times_s, NEUTRAL, [(*SETTLE_S, style.rest)]) + RESTING * stir
    raised = 1 - (1 - raised) * (1 - held)
    # a hand rises along the arc of the forearm, not along a straight line
    bulge = BULGE_M * 4 * raised * (1 - raised) * [0.0, 0.0, 1.0]
    path = settled + bulge + raised * (plain + held * (posture - plain) - settled)
    return lag(path, 0.0, SMOOTH_S) * np.array([sign(side), 1.0, 1.0])


def _roll(track: "_Track", side: int, held: np.ndarray, free: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return the forearm's roll (T,), radians; chance turns it where no word's pose does.

    Args:
        track: the arm's moves.
        side: 0 left, 1 right.
        held: (T,) how far the hand is in the pose of a word.
        free: (T,) how far it makes plain strokes.
        out: (T,) metres of the wrist outwards from its shoulder.
    """
    turned = track.chance["roll"] + OWN_ROLL * track.chance[("left_hand", "right_hand")[side]]
    roll = moves(track.times_s, [0.0], track.rolls)[:, 0]
    least = LEAST_ROLL + free * WIDE_ROLL * np.maximum(out - NARROW_M, 0)
    plain = at_least(roll + ROLL * turned * (REST_ROLL + (1 - REST_ROLL) * free), least, SOFT_ROLL)
    return plain + held * (roll - plain)


class _Track:
    """The moves of one arm, gathered stroke by stroke."""

    def __init__(self, times_s: np.ndarray, chance: dict[str, np.ndarray], style: Style):
        self.times_s, self.chance, self.style = times_s, chance, style
        self.up: list = [(*SETTLE_S, [0.0])]
        self.beats: list = []
        self.holds: list = []
        self.poses: list = []
        self.rolls: list = [(*SETTLE_S, [np.radians(style.rest_palm)])]
        self.extensions: list = []
        self.shrugs: list = []
        self.posed = False

    def at(self, name: str, time_s: float) -> float:
        """Return a curve of chance at a time."""
        return float(self.chance[name][min(round(time_s * 30), len(self.times_s) - 1)])

    def stroke(self, stroke: Stroke, pose: HandPose | None, shrug: float) -> None:
        """Add a stroke, which takes the hand to a pose or, without one, to a place near home."""
        start, end = stroke.start_s, stroke.end_s
        size = stroke.size * (1 + 0.25 * self.at("vigour", end))
        aim, arc = self.at("aim", end), self.at("arc", end)
        target = size * (BEATS[stroke.beat] + aim * AIM_M)
        away = size * (WIND_UP_M * (1 - 0.3 * abs(arc)) + arc * ARC_M)
        middle = end - float(np.clip(0.45 * (end - start), *STRIKE_S))
        wound = end - start >= DIRECT_S
        if wound:
            self.beats.append((start, middle + 0.05, target + away))
        self.beats.append((middle if wound else start, end, target))
        self.beats.append((end + 0.02, end + RECOIL_S, target + RECOIL * away))
        self.beats.append((end + RECOIL_S, end + SINK_S, target + size * SINK))
        if pose is not None:
            # a pose that follows another one is reached from that pose, else from the path of plain strokes
            offset = np.array(pose.offset)
            if stroke.kind == lexicon.SELF:
                offset += np.array([aim, arc]) @ OWN_POSE_M
            self.poses.append((start if self.posed else start - 1e-3, end if self.posed else start, offset))
            self.holds.append((start, end, [1.0]))
        elif self.posed:
            self.holds.append((start, end, [0.0]))
        late, late_middle = start + ROLL_DELAY_S, middle + ROLL_DELAY_S
        roll = np.radians(pose.palm if pose else self.style.palm)
        extension = np.radians(pose.wrist) if pose else EXTENSION
        if pose is None:
            roll += BEAT_ROLL[stroke.beat] * min(size, 1.3)
            if wound:
                self.rolls.append((late, late_middle, [roll + WIND_UP_ROLL * min(size, 1.3)]))
                self.extensions.append((late, late_middle, [extension + FLICK * min(size, 1.3)]))
        self.rolls.append((late_middle if wound else late, end + ROLL_DELAY_S, [roll]))
        self.extensions.append((late_middle if wound else late, end + ROLL_DELAY_S, [extension]))
        self.shrugs.append((start, end, [shrug]))
        self.posed = pose is not None

    def retract(self, start_s: float, rested_s: float, share: float) -> None:
        """Lower the hand by a share of the way to its rest."""
        self.up.append((start_s, rested_s, [1 - share]))
        if self.posed:
            self.holds.append((start_s, rested_s, [0.0]))
        self.posed = False
        self.rolls.append((start_s, rested_s, [np.radians(self.style.rest_palm)]))
        self.extensions.append((start_s, rested_s, [0.0]))
        self.shrugs.append((start_s, rested_s, [0.0]))
