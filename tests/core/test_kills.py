"""Writers that are killed (SIGKILL) at any moment: the old content or the new one is there whole, never a mixture."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from core.body.motion import load_motion, save_motion
from core.formats.bvh import BvhSkeleton, write_bvh
from core.take.files import write_files
from core.weights_folder import check_files, folder_hash
from tests.core.take.small_take import motion, seed_of, take_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
]
KILLS = 200


@dataclass(frozen=True)
class Writer:
    """What is killed: `write` writes the content 1 or 2, and `content` says which is there, 0 for none."""

    write: Callable[[int], None]
    content: Callable[[], int]
    replaces: bool = True


def bvh_writer(place: Path) -> Writer:
    skeleton = BvhSkeleton(("hips", "spine"), (-1, 0), np.zeros((2, 3)), np.ones((2, 3)))
    turns = np.broadcast_to(np.eye(3), (400, 2, 3, 3))

    def write(number: int) -> None:
        write_bvh(place / "out.bvh", skeleton, turns, np.full((400, 2, 3), float(number)), 30)

    wholes = {}
    for number in (1, 2):
        write(number)
        wholes[(place / "out.bvh").read_bytes()] = number
    return Writer(write, lambda: wholes[(place / "out.bvh").read_bytes()])


def motion_writer(place: Path) -> Writer:
    moved = {number: replace(motion(), translation=motion().translation * 0 + number) for number in (1, 2)}
    return Writer(
        lambda number: save_motion(moved[number], place / "out.npz"),
        lambda: int(load_motion(place / "out.npz").translation[0, 0]),
    )


def take_writer(place: Path) -> Writer:
    return Writer(lambda number: write_files(take_of(number), place / "out"), lambda: seed_of(place / "out"))


def weights_writer(place: Path) -> Writer:
    torch = pytest.importorskip("torch")
    from core.model.importing import Import, import_weights
    from core.model.torch_engine.published import write_weights
    from tests.core import tiny
    from tests.core.model.released_files import CONFIG

    torch.set_num_threads(1)
    write_weights(tiny.weights(CONFIG), place.parent / "published")
    out = place / "out"

    def write(number: int) -> None:
        import_weights(Import(place.parent / "published", out), config=CONFIG)

    write(2)
    whole = folder_hash(out)
    shutil.rmtree(out)

    def content() -> int:
        if not out.exists():
            return 0
        check_files(out)
        assert folder_hash(out) == whole
        return 2

    return Writer(write, content, replaces=False)


WRITERS = {"bvh": bvh_writer, "motion": motion_writer, "take": take_writer, "import-weights": weights_writer}


def killed(work, after_s: float | None) -> bool:
    """Do work in a process that is killed after a while, if at all; return whether it was still at work."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    if after_s is not None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_that_is_killed_at_any_moment_leaves_the_old_content_or_the_new_one(name, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    writer = WRITERS[name](place)
    old = 1 if writer.replaces else 0
    chance, kills, seen = random.Random(5), 0, set()
    if writer.replaces:
        writer.write(old)
    began = time.perf_counter()
    assert not killed(lambda: writer.write(2), None)
    whole_s = time.perf_counter() - began
    while kills < KILLS:
        if writer.replaces:
            writer.write(old)
        else:
            shutil.rmtree(place / "out", ignore_errors=True)
        kills += killed(lambda: writer.write(2), chance.uniform(0, whole_s * 1.2))
        seen.add(writer.content())
    assert seen <= {old, 2}
    print(name, kills, "kills, found afterwards:", seen)
    if not writer.replaces:
        shutil.rmtree(place / "out", ignore_errors=True)
    writer.write(2)
    assert [path.name for path in place.iterdir() if path.name.startswith(".")] == []
    assert writer.content() == 2
