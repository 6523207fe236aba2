"""Targets that a model misses are marked and listed."""

from devtools.measure.targets import missed_lines, recording_table


def test_missed_targets_are_marked_and_listed_only_where_they_are_asked_for():
    columns = {"recorded": {"wrist_jerk_m_s3": 90.0}, "calm": {"wrist_jerk_m_s3": 61.0, "jaw_correlation": 0.6}}
    lines = missed_lines("speech", columns, ["calm"])
    assert "calm: wrist jerk 61.0, wanted <= 60" in lines
    assert any(line.startswith("calm: pelvis sway -") for line in lines), "what could not be measured is not met"
    assert not any("jaw" in line or "recorded" in line for line in lines)
    assert not any("jerk" in line for line in missed_lines("triggers", columns, ["calm"]))
    row = next(line for line in recording_table("speech", columns, ["calm"]).splitlines() if "jerk" in line)
    assert row.split() == ["wrist", "jerk", "m/s3", "<=", "60", "90.0", "61.0", "!"]
