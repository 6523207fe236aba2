"""Missed targets are found over several seeds, marked and listed."""

import pytest

from devtools.measure.separation import FIGURES, separation
from devtools.measure.targets import BODY, NEEDS, TARGETS, Target, misses, recording_table


def jerk_lines(stage: str, style: str, *jerks: float) -> list[str]:
    seeds = {seed: {"wrist_jerk_m_s3": jerk} for seed, jerk in enumerate(jerks)}
    return [line for line in misses("speech", stage, style, seeds) if "jerk" in line]


def test_the_mean_over_seeds_is_judged_and_no_seed_may_be_far_outside():
    assert jerk_lines("finished", "calm", 31, 27, 40) == []
    assert jerk_lines("finished", "calm", 20, 24) == ["calm, finished: wrist jerk 22.0 m/s3, wanted 30 - 55"]
    far = "calm, finished: wrist jerk 70.0 (seed 1), over 25 % outside, wanted 30 - 55"
    assert jerk_lines("finished", "calm", 34, 70) == [far]
    assert jerk_lines("raw", "calm", 20, 24) == [], "it counts in finished takes"


def test_reserved_people_may_have_less_and_some_ranges_depend_on_the_style():
    assert jerk_lines("finished", "reserved", 23) == []
    assert jerk_lines("finished", "reserved", 22) == ["reserved, finished: wrist jerk 22.0 m/s3, wanted 22.5 - 55"]
    distance = next(target for target in BODY if target.key == "turning_distance_deg")
    assert [distance.of_style(s).high for s in ("lively", "presenter", "calm", "reserved")] == [3, 3, 5, 6]


def test_what_could_not_be_measured_is_not_met_unless_nothing_can_be_measured():
    lines = misses("speech", "finished", "calm", {0: {"head_turn_deg": 5.0}})
    assert any(line.startswith("calm, finished: pelvis sway -") for line in lines)
    assert not any("finished: head turn" in line for line in lines)
    assert any("variety" in line for line in lines)
    assert not any("variety" in line for line in misses("speech", "finished", "calm", {0: {}}, ("recorded",)))
    assert not any("jaw" in line for line in misses("speech", "finished", "calm", {0: {}}, ("speech",)))


def test_open_ends_have_no_bound_however_far_a_seed_may_be():
    assert Target("x", high=1).met(-100, slack=0.25)
    assert Target("x", low=0.2).met(0.151, slack=0.25)
    assert not Target("x", low=0.2).met(0.14, slack=0.25)
    assert not Target("x", high=1).met(float("nan"))


def test_the_table_marks_what_is_missed_and_shows_figures_without_a_target():
    columns = {"recorded": {"wrist_jerk_m_s3": 90.0}, "calm": {"wrist_jerk_m_s3": 61.0, "spine_over_5_hz": 0.1}}
    table = recording_table("speech", "finished", columns, ["calm"]).splitlines()
    row = next(line for line in table if "jerk" in line)
    assert row.split() == ["wrist", "jerk", "m/s3", "30", "-", "55", "90.0", "61.0", "!"]
    assert next(line for line in table if "spine" in line).split() == ["spine", "over", "5", "hz", "-", "0.10"]


def test_no_stage_has_two_ranges_for_one_figure_and_needs_name_known_figures():
    counted = [(t.key, stage, kind) for t in TARGETS for stage in t.stages for kind in t.where]
    assert len(counted) == len(set(counted))
    assert frozenset().union(*NEEDS.values()) <= {target.key for target in TARGETS}


def test_styles_are_separate_where_three_figures_differ_by_a_third_and_more_than_seeds_do():
    def style(factor: float, changed: int, spread: float = 0.0) -> dict:
        row = {key: 10 * (factor if i < changed else 1) for i, key in enumerate(FIGURES)}
        return {seed: [{k: v * (1 + spread * (seed - 0.5)) for k, v in row.items()}] for seed in (0, 1)}

    pairs = separation({"calm": style(1, 0), "lively": style(1.5, 3), "presenter": style(1.5, 2)})
    assert [(pair.styles, pair.separate) for pair in pairs] == [
        (("calm", "lively"), True),
        (("calm", "presenter"), False),
        (("lively", "presenter"), False),
    ]
    assert pairs[0].shares[FIGURES[0]] == pytest.approx(0.4)
    (noisy,) = separation({"calm": style(1, 0, 0.6), "lively": style(1.5, 3, 0.6)})
    assert not noisy.separate, "seeds vary more than the styles differ"
