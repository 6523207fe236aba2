"""Targets for the measures of the starter weights, and how takes of several seeds are judged by them.

A target counts for raw motion, as the decoder leaves it, or for finished takes, or for both. A style meets it where the
mean over its seeds is in the range and no single seed is more than 25 % outside. The bands of the body were set beside
recorded people, whose heads, collars and fingers move; `training/evaluation` says what each figure means.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from training.evaluation.measures import METRICS, Metric
from training.evaluation.tables import number, text_table
from training.evaluation.turning import UPWARD

MISSED = " !"
OF_CLASS = "entered_in_"
RAW, FINISHED = "raw", "finished"
BOTH = (RAW, FINISHED)
NO_PAUSES = "pauses"
SLACK = 0.25  # how far outside the range a single seed may be, as a share of the bound
RESERVED, RESERVED_LOW = "reserved", 0.75
VOICED = ("speech", "pauses", "triggers")
Row = Mapping[str, float]


@dataclass(frozen=True)
class Target:
    """The range of a figure.

    Attributes:
        key: which figure.
        low, high: the range.
        stages: whether it counts in raw motion, in finished takes or in both.
        where: the kinds of recording in which it counts ("speech", "pauses", "triggers").
        high_of: other upper ends for some styles.
    """

    key: str
    low: float = -np.inf
    high: float = np.inf
    stages: tuple[str, ...] = (FINISHED,)
    where: tuple[str, ...] = ("speech",)
    high_of: Mapping[str, float] = field(default_factory=dict)

    def of_style(self, style: str) -> "Target":
        """Return the target of one style: reserved people may have three quarters of every lower end."""
        low = self.low * RESERVED_LOW if style == RESERVED and self.key in EASED else self.low
        return Target(self.key, low, self.high_of.get(style, self.high), self.stages, self.where)

    def met(self, value: float, slack: float = 0.0) -> bool:
        """Return whether a value is in the range; a value that could not be measured is not in it."""
        low, high = (
            bound + sign * slack * abs(bound) if np.isfinite(bound) else bound
            for bound, sign in ((self.low, -1), (self.high, 1))
        )
        return low <= value <= high

    def __str__(self) -> str:
        if np.isinf(self.low):
            return f"<= {self.high:g}"
        return f">= {self.low:g}" if np.isinf(self.high) else f"{self.low:g} - {self.high:g}"


BODY = (
    Target("turning_distance_deg", high=5, high_of={"lively": 3, "presenter": 3, RESERVED: 6}),
    Target("dead_joints", high=0),
    Target("wild_joints", high=0),
    Target("pose_apart_deg", high=7),
    Target("head_turn_deg", 4, 7),
    Target("head_speed_deg_s", 10, 20),
    Target("head_yaw_sd_deg", 6, 10),
    Target("head_pitch_sd_deg", 4, 7),
    Target("head_roll_sd_deg", 4, 8),
    Target("chest_yaw_sd_deg", 6, 11),
    Target("chest_pitch_sd_deg", 2.5, 5),
    Target("chest_roll_sd_deg", 3, 6),
    Target("pelvis_turn_deg", 6, 11),
    Target("pelvis_speed_deg_s", 6, 18),
    Target("spine_turn_deg", 2.4, 4),
    Target("spine_speed_deg_s", 5, 10),
    Target("collars_turn_deg", 4, 8),
    Target("collars_speed_deg_s", 10, 22),
    Target("wrists_turn_deg", 16, 28),
    Target("wrists_speed_deg_s", 38, 65),
    Target("fingers_turn_deg", 10, 17),
    Target("fingers_speed_deg_s", 25, 50),
    Target("thumbs_turn_deg", 6, 11),
    Target("thumbs_speed_deg_s", 18, 40),
    Target("hips_turn_deg", 7, 13),
    Target("knees_turn_deg", 7, 15),
    Target("ankles_turn_deg", 5, 10),
    Target("both_raised", 0.35, 0.7),
    Target("one_raised", 0.1, 0.4),
    Target("none_raised", 0.1, 0.4),
    Target("mirror_height", low=0.2),
    Target("mirror_reach", low=0.2),
    Target("head_under_2_hz", 0.45, 0.65),
    Target("head_2_to_5_hz", 0.18, 0.33),
    Target("head_over_5_hz", 0.02, 0.06),
    Target("wrists_under_2_hz", 0.4, 0.6),
    Target("wrists_2_to_5_hz", 0.27, 0.42),
    Target("wrists_over_5_hz", 0.02, 0.07),
    Target("fingers_under_2_hz", 0.43, 0.6),
    Target("fingers_2_to_5_hz", 0.28, 0.45),
    Target("fingers_over_5_hz", 0.03, 0.08),
    Target("collars_under_2_hz", 0.5, 0.72),
    Target("collars_2_to_5_hz", 0.15, 0.3),
    Target("collars_over_5_hz", high=0.05),
    Target("knees_under_2_hz", 0.55, 0.72),
    Target("knees_2_to_5_hz", 0.12, 0.26),
    Target("knees_over_5_hz", high=0.03),
    Target("hand_dimensions", 4, 9),
    Target("fingers_together", 0.65, 0.95),
    Target("arm_together", 0.65, 0.9),
    Target("collars_with_hands", 0.6, 0.9),
    Target("chest_with_hands", 0.4, 0.7),
    Target("head_with_hands", 0.25, 0.6),
    Target("pelvis_with_hands", 0.15, 0.5),
    Target("feet_fore_aft_cm", 8, 16),
    Target("wrist_jerk_m_s3", 30, 55),
    Target("still_fraction", 0.04, 0.14),
    Target("pelvis_sway_cm", 6, 11),
    Target("contact_fraction", 0.55, 0.92),
    Target("steps_per_min", 6, 25),
    Target("strokes_per_min", 85, 140),
)
# Finishing must not still the body, and must hold its feet.
FINISHING = (
    *(Target(f"kept_{group}_{what}", 0.9, 1.1) for group in UPWARD for what in ("turn", "speed")),
    Target("slide_median_cm_s", high=0.2),
    Target("slide_p75_cm_s", high=0.6),
    Target("slide_mean_cm_s", high=2),
    Target("sliding_frames", high=0.03),
    Target("drift_cm_min", high=10),
    Target("penetration_max_cm", high=0.3),
)
AS_DECODED = (
    Target("wrist_speed_m_s", 0.25, 0.5, (RAW,)),
    Target("wrist_speed_p95_m_s", 0.8, 1.3, (RAW,)),
    Target("l1_diversity", 10, 14, (RAW,)),
    Target("slide_median_cm_s", high=2, stages=(RAW,)),
    Target("slide_mean_cm_s", high=5, stages=(RAW,)),
)
SPEECH = (
    Target("sync_z", low=3, stages=BOTH),
    Target("pause_ratio", high=0.6, stages=(RAW,), where=("speech", "pauses")),
    Target("jaw_correlation", low=0.5, stages=BOTH, where=VOICED),
    Target("lips_closed", low=0.9, stages=BOTH, where=VOICED),
    Target("triggers_entered", low=0.6, stages=BOTH, where=("triggers",)),
    Target("others_entered_any", high=0.2, stages=(RAW,), where=("triggers",)),
    Target("others_entered", high=0.2, stages=(RAW,), where=("triggers",)),
)
AGAINST_RECORDED = (
    Target("fgd_to_halves", high=1),
    Target("variety", low=0.8),
)
TARGETS = (*BODY, *FINISHING, *AS_DECODED, *SPEECH, *AGAINST_RECORDED)
EASED = frozenset(target.key for target in BODY)
# What some figures need; where it is missing, they are not judged.
NEEDS: dict[str, frozenset[str]] = {
    "recorded": frozenset(("turning_distance_deg", "dead_joints", "wild_joints", "pose_apart_deg", "variety")),
    "fgd": frozenset(("fgd_to_halves",)),
    "raw": frozenset(f"kept_{group}_{what}" for group in UPWARD for what in ("turn", "speed")),
    "speech": frozenset(("strokes_per_min", *(target.key for target in SPEECH))),
    NO_PAUSES: frozenset(("pause_ratio",)),
}
ROWS = (
    *METRICS,
    Metric("triggers_entered", "triggers that enter their class", digits=3),
    Metric("triggers_shown", "... or are in it already", digits=3),
    Metric("others_entered_any", "other words that enter any class", digits=3),
    Metric("others_entered", "... a class, on average", digits=3),
    Metric("others_shown_any", "other words in any class", digits=3),
    Metric("others_shown", "... in a class, on average", digits=3),
)
_METRIC = {metric.key: metric for metric in ROWS}
_UNITS = {"_deg_s": "deg/s", "_deg": "deg", "_cm": "cm"}


def metric_of(key: str) -> Metric:
    """Return title, unit and decimals of a figure; figures of the body have their key as title, and its end as unit."""
    if key in _METRIC:
        return _METRIC[key]
    ending = next((e for e in _UNITS if key.endswith(e)), "")
    return Metric(key, key.removesuffix(ending).replace("_", " "), _UNITS.get(ending, ""))


def targets_for(kind: str, stage: str) -> list[Target]:
    """Return the targets that count for a kind of recording at a stage."""
    return [target for target in TARGETS if stage in target.stages and kind in target.where]


def mean_row(rows: Sequence[Row]) -> dict[str, float]:
    """Return the means of figures over seeds; a figure that one of them lacks is not a number."""
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: float(np.mean([row.get(key, np.nan) for row in rows])) for key in keys}


def misses(kind: str, stage: str, style: str, seeds: Mapping[int, Row], without: Collection[str] = ()) -> list[str]:
    """Return a line of text for every target that a style misses.

    Args:
        kind: kind of the recording.
        stage: "raw" or "finished".
        style: name of the style, which some ranges depend on.
        seeds: figures of the style's take of each seed.
        without: rows of NEEDS that are missing.
    """
    lines, mean = [], mean_row(list(seeds.values()))
    unknown = frozenset().union(*(NEEDS[name] for name in without))
    for common in targets_for(kind, stage):
        if common.key in unknown:
            continue
        target, metric = common.of_style(style), metric_of(common.key)
        value = mean.get(target.key, np.nan)
        each = {seed: row.get(target.key, np.nan) for seed, row in seeds.items()}
        far = {seed: single for seed, single in each.items() if not target.met(single, SLACK)}
        if not target.met(value):
            what = f"{metric.title} {number(value, metric.digits)} {metric.unit}".strip()
        elif far:
            shown = ", ".join(f"{number(single, metric.digits)} (seed {seed})" for seed, single in far.items())
            what = f"{metric.title} {shown}, over 25 % outside"
        else:
            continue
        lines.append(f"{style}, {stage}: {what}, wanted {target}")
    return lines


def recording_table(kind: str, stage: str, columns: Mapping[str, Row], judged: Sequence[str]) -> str:
    """Format the mean figures of a recording's motions, with a `!` behind those that miss their target.

    Args:
        kind: kind of the recording.
        stage: "raw" or "finished".
        columns: title of a motion to its figures.
        judged: titles of those columns that are compared with the targets; they are names of styles.
    """
    targets = {target.key: target for target in targets_for(kind, stage)}
    known = [metric.key for metric in ROWS]
    present = dict.fromkeys(key for row in columns.values() for key in row)
    keys = [key for key in known if key in present] + [key for key in present if key not in known]
    rows = []
    for key in keys:
        metric, cells = metric_of(key), []
        for title, row in columns.items():
            value = row.get(key, np.nan)
            bad = title in judged and key in targets and not targets[key].of_style(title).met(value)
            cells.append(number(value, metric.digits) + (MISSED if bad else " " * len(MISSED)))
        rows.append([f"{metric.title} {metric.unit}".strip(), str(targets.get(key, "")), *cells])
    return text_table(["", "target", *(title + " " * len(MISSED) for title in columns)], rows)
