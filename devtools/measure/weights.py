"""Measure a model folder against its targets: `python -m devtools.measure.weights --weights FOLDER --real DIR`.

Every style speaks every recording with every seed; raw motion, as the decoder leaves it, and finished takes are
measured, and what misses its target is printed. Recordings are given by stem: `talk` means `talk.wav` with `talk.txt`
(or `.TextGrid`, `.srt`, `.vtt`, `.json` of whisper). The trigger recording also has `NAME.words.json` and `NAME.json`:
{"sentences": [{"class", "trigger", "trigger_word"}]}. `--motion FILE.npz ...` measures files instead: those of one
style (`NAME.STYLE.npz`) together, with the speech of NAME.wav beside them.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from core.body.motion import load_motion
from core.errors import GestureError
from core.model.loading import STARTER, Models
from devtools.measure.figures import body_figures, finished_figures, raw_figures
from devtools.measure.separation import separation
from devtools.measure.takes import (
    Recording,
    Take,
    clip_of,
    find_recording,
    takes_of_files,
    takes_of_grammar,
    takes_of_weights,
)
from devtools.measure.targets import FINISHED, NO_PAUSES, RAW, mean_row, misses, recording_table
from training.evaluation.fgd_autoencoder import FgdAutoencoder
from training.evaluation.fgd_parts import area_autoencoders, area_distances
from training.evaluation.likeness import likeness
from training.evaluation.measures import clip_measures, mean_joint_speed
from training.evaluation.motion_sets import Clip
from training.evaluation.turning import Turning, turning

RECORDED, RELEASED = "recorded", "released"
# style to seed to figures
Figures = dict[str, dict[int, dict[str, float]]]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 when a target is missed, 2 with a remedy when the input is at fault."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except GestureError as error:
        print(f"error: {error.message}\n{error.remedy}\n{error.detail}".rstrip(), file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devtools.measure.weights",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--weights", type=Path, default=STARTER, help="model folder")
    parser.add_argument("--grammar", action="store_true", help="the gesture grammar's own motion instead of weights'")
    parser.add_argument("--motion", type=Path, nargs="+", default=[], metavar="FILE", help="these motions instead")
    parser.add_argument("--finish", action="store_true", help="finish the motions of --motion before they are judged")
    parser.add_argument("--real", type=Path, default=os.environ.get("GESTURE_REAL_DIR"), help="recorded clips")
    parser.add_argument("--speech", type=Path, nargs="*", default=[], metavar="STEM", help="other speech")
    parser.add_argument("--pauses", type=Path, metavar="STEM", help="speech with long pauses")
    parser.add_argument("--triggers", type=Path, metavar="STEM", help="sentences with trigger words")
    parser.add_argument("--styles", nargs="*", help="by name or number (default: all)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3], help="default: 0 1 2 3")
    parser.add_argument("--seed", type=int, help="this seed alone")
    parser.add_argument("--variation", type=float)
    parser.add_argument("--out", type=Path, help="keep the takes here")
    parser.add_argument("--fgd", type=Path, metavar="FOLDER", help="autoencoders; trained and kept here when missing")
    parser.add_argument("--no-fgd", action="store_true", help="leave the Frechet distance out")
    parser.add_argument("--separation", action="store_true", help="compare the styles with each other")
    parser.add_argument("--all", action="store_true", help="print all figures, not the missed ones alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers")
    return parser


def _run(options: argparse.Namespace) -> int:
    reals = _real_clips(options.real)
    recordings = [find_recording(options.real / name, "speech") for name in reals] if not options.motion else []
    recordings += [find_recording(stem, "speech") for stem in options.speech]
    recordings += [find_recording(options.pauses, "pauses")] if options.pauses else []
    recordings += [find_recording(options.triggers, "triggers")] if options.triggers else []
    recordings += [Recording("motions", "speech")] if options.motion else []
    if not recordings:
        raise GestureError(
            "There is nothing to measure on.", remedy="Give --real, --speech, --pauses, --triggers or --motion."
        )
    judge = _Judge(reals, _autoencoders(options, reals), options.all)
    models = Models()
    with tempfile.TemporaryDirectory() as temporary:
        for recording in recordings:
            judge.recording(recording, _takes(recording, options, models, options.out or Path(temporary)))
    if options.separation:
        judge.styles()
    print(f"{len(judge.missed)} targets missed" + "".join(f"\n  {line}" for line in judge.missed))
    print("".join(f"note: {note}\n" for note in judge.notes), end="")
    if options.json:
        options.json.write_text(json.dumps(judge.report, indent=1), encoding="utf-8")
    return 1 if judge.missed else 0


def _takes(recording: Recording, options: argparse.Namespace, models: Models, folder: Path) -> Iterable[Take]:
    seeds = options.seeds if options.seed is None else [options.seed]
    if recording.audio is None:
        return takes_of_files(options.motion, options.finish)
    if options.grammar:
        return takes_of_grammar(recording, options.styles, seeds)
    return takes_of_weights(recording, folder, options.weights, options.styles, seeds, options.variation, models)


def _real_clips(folder: Path | None) -> dict[str, dict[str, Clip]]:
    """Read recorded motions and, where they exist, those of the released weights; by name of the recording."""
    found: dict[str, dict[str, Clip]] = {}
    for path in sorted(folder.glob("gt_*.npz")) if folder else ():
        name = path.stem.removeprefix("gt_")
        files = {RECORDED: path, RELEASED: path.with_name(f"res_{name}.npz")}
        audio = path.with_name(f"{name}.wav")
        found[name] = {
            title: clip_of(name, load_motion(file), audio if audio.is_file() else None)
            for title, file in files.items()
            if file.is_file()
        }
    return found


def _autoencoders(options: argparse.Namespace, reals: dict[str, dict[str, Clip]]) -> dict[str, FgdAutoencoder]:
    if options.no_fgd or not reals or options.motion:
        return {}
    motions = [clips[RECORDED].motion for clips in reals.values()]
    return area_autoencoders(motions, options.fgd, say=lambda line: print(line, file=sys.stderr, flush=True))


class _Judge:
    """Measures takes, one recording after the other, and collects what misses its target.

    Args:
        reals: recorded motions, and those of the released weights.
        autoencoders: of the Frechet distance; none leaves it out.
        everything: whether to print all figures.
    """

    def __init__(self, reals: dict[str, dict[str, Clip]], autoencoders: dict[str, FgdAutoencoder], everything: bool):
        self.reals, self.autoencoders, self.everything = reals, autoencoders, everything
        self.turns = {name: turning(clips[RECORDED].motion) for name, clips in reals.items()}
        self.missed: list[str] = []
        self.notes: list[str] = []
        self.report: dict[str, dict] = {}
        self.spoken: dict[str, dict[int, list[dict[str, float]]]] = {}

    def recording(self, recording: Recording, takes: Iterable[Take]) -> None:
        """Measure all takes of a recording."""
        clips = self.reals.get(recording.name, {})
        # A recording without motion is compared with the first recorded motion there is.
        recorded = self.turns.get(recording.name) or next(iter(self.turns.values()), None)
        speed = mean_joint_speed([next(iter(c.values())) for c in self.reals.values()]) if self.reals else None
        raw: Figures = {}
        finished: Figures = {}
        for take in takes:
            own = mean_joint_speed([take.finished]) if speed is None else speed
            if take.raw is not None:
                raw.setdefault(take.style, {})[take.seed] = raw_figures(recording, take, own)
            row = finished_figures(recording, take, own, recorded)
            if self.autoencoders and clips:
                motions = {RECORDED: clips[RECORDED].motion, take.style: take.finished.motion}
                row |= area_distances(self.autoencoders, motions, RECORDED)[take.style]
            finished.setdefault(take.style, {})[take.seed] = row
            if recording.kind == "speech":
                self.spoken.setdefault(take.style, {}).setdefault(take.seed, []).append(row)
        others = {title: self._other(clip, recorded) for title, clip in clips.items()}
        if self.autoencoders and clips:
            for title, row in area_distances(
                self.autoencoders, {title: clip.motion for title, clip in clips.items()}, RECORDED
            ).items():
                others[title] |= row
        self._judge(recording, RAW, raw, {})
        self._judge(recording, FINISHED, finished, others)

    def _other(self, clip: Clip, recorded: Turning | None) -> dict[str, float]:
        """Measure a recorded or released motion, which is shown beside ours but not judged."""
        turns = turning(clip.motion)
        out = clip_measures(clip, mean_joint_speed([clip])) | body_figures(clip, turns)
        return out | (likeness(turns, [recorded]) if recorded else {})

    def _judge(self, recording: Recording, stage: str, styles: Figures, others: dict[str, dict[str, float]]) -> None:
        if not styles:
            return
        without = self._missing(recording, styles)
        if stage == RAW and NO_PAUSES in without and "speech" not in without:
            self.notes.append(f"{recording.name} has no pause that is long enough: hands in pauses are not judged")
        for style, seeds in styles.items():
            lines = misses(recording.kind, stage, style, seeds, without)
            self.missed += [f"{recording.name}, {line}" for line in lines]
        columns = others | {style: mean_row(list(seeds.values())) for style, seeds in styles.items()}
        if self.everything:
            print(f"\n== {recording.name} ({recording.kind}), {stage}")
            print(recording_table(recording.kind, stage, columns, list(styles)), flush=True)
        self.report.setdefault(recording.name, {})[stage] = {"mean": columns, "seeds": styles}

    def _missing(self, recording: Recording, styles: Figures) -> list[str]:
        """Return the rows of `targets.NEEDS` that these takes lack; a recording of pauses must have some."""
        rows = [row for seeds in styles.values() for row in seeds.values()]
        unpaused = recording.kind == "speech" and not any(np.isfinite(row.get("pause_ratio", np.nan)) for row in rows)
        return [
            *([] if self.turns else ["recorded"]),
            *([] if any("fgd" in row for row in rows) else ["fgd"]),
            *([] if any("kept_head_turn" in row for row in rows) else ["raw"]),
            *([] if any("jaw_correlation" in row for row in rows) else ["speech"]),
            *([NO_PAUSES] if unpaused else []),
        ]

    def styles(self) -> None:
        """Compare the styles with each other over all speech that was measured."""
        pairs = separation(self.spoken)
        self.missed += [str(pair) for pair in pairs if not pair.separate]
        if self.everything:
            print("\n== styles\n" + "\n".join(map(str, pairs)))
        self.report["styles"] = {
            " ".join(pair.styles): {"shares": pair.shares, "apart": list(pair.apart)} for pair in pairs
        }


if __name__ == "__main__":
    sys.exit(main())
