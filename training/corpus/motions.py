"""Give every aligned speech clip of a corpus its motions: `python -m training.corpus.motions --out cache/corpus`."""

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from core.body.motion import save_motion
from core.errors import GestureError
from core.files import whole_file
from core.generate.chance_curves import draw_chance
from training.corpus.command_line import log, run_command
from training.gesture import STYLES, neutral_pose
from training.gesture.gesture_plan import make_plan
from training.gesture.synthesis import perform

PROCESSES = 2


@dataclass(frozen=True)
class Job:
    """One clip: its folder and name, and which motions to make with which seed."""

    folder: Path
    name: str
    styles: tuple[str, ...]
    seed: int


def clip_names(folder: Path) -> list[str]:
    """Return the clips whose sound and word times both exist, in order of name.

    Raises:
        GestureError: there is no such folder, or no clip in it.
    """
    names = sorted(p.name.removesuffix(".words.json") for p in folder.glob("*.words.json"))
    names = [name for name in names if (folder / f"{name}.wav").exists()]
    if not names:
        raise GestureError(
            f"There is no aligned speech in {folder}.",
            remedy=f"Make some first: python -m training.corpus.speech_clips --out {folder}",
        )
    return names


def styles_for(name: str, count: int) -> tuple[str, ...]:
    """Return `count` of the styles; different clips get different ones."""
    every = list(STYLES)
    first = crc32(name.encode()) % len(every)
    return tuple(sorted((every * 2)[first : first + count], key=every.index))


def make_corpus(folder: Path, seed: int, styles_per_clip: int = len(STYLES), force: bool = False) -> int:
    """Write `NAME.STYLE.npz` wherever it is missing (or everywhere, with `force`), and the index' `styles`.

    Returns:
        The number of motions that were written.
    """
    jobs = []
    for name in clip_names(folder):
        wanted = styles_for(name, styles_per_clip)
        missing = tuple(s for s in wanted if force or not (folder / f"{name}.{s}.npz").exists())
        if missing:
            jobs.append(Job(folder, name, missing, seed))
    written = 0
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with ProcessPoolExecutor(PROCESSES) as pool:
        futures = [pool.submit(make_clip, job) for job in jobs]
        for number, future in enumerate(as_completed(futures), 1):
            written += future.result()
            if number % 50 == 0 or number == len(jobs):
                log.info("%d of %d clips", number, len(jobs))
    _note_styles(folder)
    return written


def make_clip(job: Job) -> int:
    """Write one clip's motions."""
    from core.audio.load import load_audio
    from core.audio.prosody import analyse
    from core.text.timing import load_words

    samples = load_audio(job.folder / f"{job.name}.wav").samples
    words = load_words(job.folder / f"{job.name}.words.json")
    prosody = analyse(samples, words)
    for style in job.styles:
        seed = job.seed + crc32(f"{job.name}.{style}".encode())
        chance = draw_chance(prosody.frame_count, seed, prosody.moments_s)
        motion = perform(prosody, make_plan(prosody, STYLES[style]), style, chance)
        with whole_file(job.folder / f"{job.name}.{style}.chance.npy") as path, path.open("wb") as file:
            np.save(file, chance.astype(np.float16))
        save_motion(motion, job.folder / f"{job.name}.{style}.npz")
    return len(job.styles)


def _note_styles(folder: Path) -> None:
    """Bring `styles` in index.json up to date, where the speech maker has written one."""
    index = folder / "index.json"
    if not index.exists():
        return
    rows = json.loads(index.read_text())
    for row in rows:
        row["styles"] = [style for style in STYLES if (folder / f"{row['name']}.{style}.npz").exists()]
    temporary = index.with_suffix(".part")
    temporary.write_text(json.dumps(rows, indent=1))
    os.replace(temporary, index)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; exit code 2 when the corpus folder cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m training.corpus.motions", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("cache/corpus"), help="the corpus folder, with the speech in it"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--styles", type=int, default=len(STYLES), help="motions per clip")
    parser.add_argument("--force", action="store_true", help="make motions again that exist")
    parser.add_argument("--neutral", type=Path, help="write the neutral pose to this npz and stop")
    options = parser.parse_args(arguments)

    def make() -> None:
        if options.neutral:
            save_motion(neutral_pose(), options.neutral)
        else:
            count = make_corpus(options.out, options.seed, options.styles, options.force)
            log.info("%d motions written to %s", count, options.out)

    return run_command(make)


if __name__ == "__main__":
    sys.exit(main())
