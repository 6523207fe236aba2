"""Random parts, ranges and seeds made anew on the character, at several frame rates."""

import numpy as np
import pytest

from ..conftest import first_on_each
from ..directing import FRAMES, START, all_keys, differing, load, owner_of, resample


def velocity_jumps(keys, area, step):
    """How much an area's joints change their angular velocity at every `step`th key (T, J), radians a key, a key."""
    from mambatalk_ext.core.body.parts import AREAS
    from mambatalk_ext.core.body.rotation import quat_to_rotvec
    from mambatalk_ext.core.body.skeleton import JOINT_NAMES
    from mambatalk_ext.core.generate.seams import velocity_jumps

    paths = [f'pose.bones["{JOINT_NAMES[joint]}"].rotation_quaternion' for joint in AREAS[area].joints]
    turns = np.array([[keys[path, index][::step, 1] for index in range(4)] for path in paths]).transpose(2, 0, 1)
    turns = turns.astype(np.float64)
    turns /= np.linalg.norm(turns, axis=-1, keepdims=True)
    return np.pad(velocity_jumps(quat_to_rotvec(turns)), ((1, 1), (0, 0)))


# A failure is repeated by its seed.
@first_on_each(("example", "fps"), [(0, "24"), (1, "30"), (2, "60"), (3, "24"), (4, "60")], 2)
def test_random_parts_ranges_and_seeds_change_only_what_they_say_and_join_smoothly(
    character, spoken_takes, example, fps
):
    _random_parts(character, spoken_takes, example, fps)


@pytest.mark.slow
@pytest.mark.parametrize("fps", ["24", "30", "60"])
@pytest.mark.parametrize("example", range(5))
def test_more_random_parts_ranges_and_seeds_change_only_what_they_say_and_join_smoothly(
    character, spoken_takes, example, fps
):
    _random_parts(character, spoken_takes, example, fps)


def _random_parts(character, spoken_takes, example, fps):
    from mambatalk_ext.addon.take import performed
    from mambatalk_ext.core.body.parts import AREAS
    from mambatalk_ext.core.generate.seams import LEAST_JUMP

    load(spoken_takes[example % len(spoken_takes)], fps)
    draw = np.random.default_rng([example, int(fps)])
    count = 8 * int(fps)
    # Keys between the motion's frames turn no joint more abruptly.
    step = max(1, int(fps) // 30)
    # A key in between two of the motion's frames takes from both what 1.2 was meant for each.
    between = 1.05 if int(fps) % 30 else 1.0
    for _ in range(2):
        areas = set(draw.choice(list(AREAS), draw.integers(1, 3), replace=False).tolist())
        first, last = np.sort(draw.integers(START, START + count, 2)).tolist()
        margin = int(draw.choice([0, 3, 8, 12]))
        before = all_keys(character)
        resample(parts=areas, start=first, end=last, seed=int(draw.integers(1, 999)), margin=margin)
        after = all_keys(character)
        changed = differing(before, after)
        for (path, _), frames in changed.items():
            assert owner_of(path) & areas, (path, areas)
            assert first - margin <= frames.min() <= frames.max() <= last + margin, (path, areas, first, last, margin)
        if last - first > count / 16:
            assert changed
        blend = performed.of(character).span(first, last, margin, FRAMES).margin + 1
        for area in {name for name in areas if AREAS[name].whole or AREAS[name].part.value not in areas}:
            was, now = (velocity_jumps(keys, area, step) for keys in (before, after))
            usual, frames = np.percentile(was[1:-1], 99), START + step * np.arange(len(was))
            for edge in {first, last} - {START, START + count - 1}:
                near = np.abs(frames - edge) <= blend * int(fps) / 30
                # Legs that are made anew step over to where the kept ones stand.
                stepping = 1.05 if AREAS[area].part.value == "lower" else 1.0
                most = between * stepping * max(1.2 * usual, 1.05 * was[near].max(), LEAST_JUMP)
                assert now[near].max() <= most, (areas, first, last, margin, edge)
