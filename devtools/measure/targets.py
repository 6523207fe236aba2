"""Targets for the measures of the starter weights, and the table that shows a model's numbers beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.evaluation.measures import METRICS, Metric
from training.evaluation.tables import number, text_table

MISSED = " !"
OF_CLASS = "entered_in_"
Columns = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Target:
    """The range of a metric, and the kinds of recording in which it counts ("speech", "pauses", "triggers")."""

    key: str
    low: float = -np.inf
    high: float = np.inf
    where: tuple[str, ...] = ("speech",)

    def met(self, value: float) -> bool:
        """Return whether a value is in the range; a value that could not be measured is not in it."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if np.isinf(self.low):
            return f"<= {self.high:g}"
        return f">= {self.low:g}" if np.isinf(self.high) else f"{self.low:g} - {self.high:g}"


TARGETS = (
    Target("wrist_jerk_m_s3", high=60),
    Target("wrist_speed_m_s", 0.25, 0.5),
    Target("wrist_speed_p95_m_s", 0.8, 1.3),
    Target("l1_diversity", 10, 14),
    Target("slide_median_cm_s", high=2),
    Target("slide_mean_cm_s", high=5),
    Target("pelvis_sway_cm", low=3),
    Target("steps_per_min", 2, 30),
    Target("strokes_per_min", 70, 160),
    Target("sync_z", low=3),
    Target("pause_ratio", high=0.6, where=("speech", "pauses")),
    Target("jaw_correlation", low=0.5, where=("speech", "pauses", "triggers")),
    Target("lips_closed", low=0.9, where=("speech", "pauses", "triggers")),
    Target("triggers_entered", low=0.6, where=("triggers",)),
    Target("others_entered_any", high=0.2, where=("triggers",)),
    Target("others_entered", high=0.2, where=("triggers",)),
)
ROWS = (
    *METRICS,
    Metric("triggers_entered", "triggers that enter their class", digits=3),
    Metric("triggers_shown", "... or are in it already", digits=3),
    Metric("others_entered_any", "other words that enter any class", digits=3),
    Metric("others_entered", "... a class, on average", digits=3),
    Metric("others_shown_any", "other words in any class", digits=3),
    Metric("others_shown", "... in a class, on average", digits=3),
)


def recording_table(kind: str, columns: Columns, judged: Sequence[str]) -> str:
    """Format the measures of a recording's motions, with a `!` behind those that miss their target.

    Args:
        kind: kind of the recording.
        columns: title of a motion to its measures.
        judged: titles of those columns that are compared with the targets.
    """
    rows = []
    for metric in ROWS:
        if any(metric.key in row for row in columns.values()):
            target = _target(metric.key, kind)
            cells = []
            for title, row in columns.items():
                value = row.get(metric.key, np.nan)
                bad = target is not None and title in judged and not target.met(value)
                cells.append(number(value, metric.digits) + (MISSED if bad else " " * len(MISSED)))
            rows.append([f"{metric.title} {metric.unit}".strip(), str(target or ""), *cells])
    for key in dict.fromkeys(k for row in columns.values() for k in row if k.startswith(OF_CLASS)):
        cells = [number(row.get(key), 2) + " " * len(MISSED) for row in columns.values()]
        rows.append(["  " + key.removeprefix(OF_CLASS), "", *cells])
    return text_table(["", "target", *(title + " " * len(MISSED) for title in columns)], rows)


def missed_lines(kind: str, columns: Columns, judged: Sequence[str]) -> list[str]:
    """Return a line of text for every missed target."""
    lines = []
    for title in judged:
        for metric in ROWS:
            target = _target(metric.key, kind)
            value = columns[title].get(metric.key, np.nan)
            if target is not None and not target.met(value):
                lines.append(f"{title}: {metric.title} {number(value, metric.digits)}, wanted {target}")
    return lines


def _target(key: str, kind: str) -> Target | None:
    return next((target for target in TARGETS if target.key == key and kind in target.where), None)
