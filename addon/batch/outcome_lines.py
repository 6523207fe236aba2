"""What became of the lines of a batch, put into the scene for the list of the panel."""

import bpy

from ...core.batch.batch import Batch
from ...core.batch.outcomes import Outcome


def show(scene: bpy.types.Scene, batch: Batch) -> None:
    """Fill the list of the panel with the present state of every line."""
    shown = scene.mambatalk_batch.lines
    results = batch.results()
    if [each.name for each in shown] != [each.name for each in results]:
        shown.clear()
        for each in results:
            shown.add().name = each.name
    for row, each in zip(shown, results, strict=True):
        row.state, row.checks, row.problem, row.remedy = each.state, _checks(each), each.error, each.remedy


def _checks(outcome: Outcome) -> str:
    """Return the checks of a take as the list shows them: "slide 0.4 cm/s, drift 2 cm/min, words 0.93"."""
    slide, drift, score = (outcome.checks.get(name) for name in ("foot_slide_cm_s", "drift_cm_min", "alignment_score"))
    if slide is None or drift is None:
        return ""
    words = "no words" if score is None else f"words {score:.2f}"
    return f"slide {slide:.1f} cm/s, drift {drift:.0f} cm/min, {words}"
