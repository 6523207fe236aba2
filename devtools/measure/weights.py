"""Measure a model folder against its targets: `python -m devtools.measure.weights --weights FOLDER --real DIR`.

Every style speaks every recording; the motion is measured raw, as the decoder leaves it. Recordings are given by stem:
`talk` means `talk.wav` with `talk.txt` (or `.TextGrid`, `.srt`, `.vtt`, `.json` of whisper). The trigger recording also
has `NAME.words.json` and `NAME.json`: {"sentences": [{"class", "trigger", "trigger_word"}]}.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.audio.load import load_audio
from core.errors import GestureError
from core.generate.pipeline import generate
from core.requests import Generate
from core.text.align import align
from core.text.timing import Word, load_words
from core.text.transcript import read_transcript
from core.worker.models import STARTER, Models
from devtools.measure.targets import OF_CLASS, missed_lines, recording_table
from training.evaluation import published_metrics as published
from training.evaluation.fgd_autoencoder import FgdAutoencoder, channels, features, train_fgd
from training.evaluation.fgd_files import load_fgd, save_fgd
from training.evaluation.measures import clip_measures, mean_joint_speed
from training.evaluation.motion_sets import Clip, read_clip
from training.evaluation.mouth import jaw_correlation, lips_closed_share
from training.evaluation.skeletons import joint_positions
from training.evaluation.triggers import read_triggers, trigger_score
from training.gesture import STYLES, synthesise

SOUNDS = (".wav", ".flac")
TRANSCRIPTS = (".txt", ".TextGrid", ".srt", ".vtt")


@dataclass(frozen=True)
class Recording:
    """Speech to generate from; `kind` says which targets count."""

    name: str
    kind: str
    audio: Path
    transcript: Path


def find_recording(stem: Path, kind: str) -> Recording:
    """Find the sound and the transcript of a stem.

    Raises:
        GestureError: no sound or no transcript of that name.
    """
    stem = stem.with_suffix("") if stem.suffix in SOUNDS else stem
    audio = next((p for s in SOUNDS if (p := stem.with_name(stem.name + s)).is_file()), None)
    if audio is None:
        raise GestureError(f"There is no recording {stem}.wav.", remedy="Give the path of a recording.")
    transcript = next((p for s in TRANSCRIPTS if (p := stem.with_name(stem.name + s)).is_file()), None)
    if transcript is None:
        raise GestureError(f"There is no transcript {stem}.txt.", remedy="Write what is said into it.")
    return Recording(stem.name, kind, audio, transcript)


def measure(recording: Recording, clip: Clip, words: tuple[Word, ...], mean_speed: np.ndarray) -> dict[str, float]:
    """Compute all measures of one motion of a recording."""
    out = clip_measures(clip, mean_speed)
    out["jaw_correlation"] = jaw_correlation(clip.motion, clip.samples, words)
    out["lips_closed"] = lips_closed_share(clip.motion, words)
    if recording.kind == "triggers":
        from training.gesture import pose_recognition as classes

        stem = recording.audio.with_suffix("")
        words = load_words(stem.with_name(stem.name + ".words.json"))
        triggers = read_triggers(stem.with_name(stem.name + ".json"), words)
        pose = classes.read_pose(clip.positions, clip.motion.skeleton)
        inside = {kind: classes.in_class(kind, pose) for kind in classes.CLASSES}
        score = asdict(trigger_score(triggers, words, inside))
        by_kind = score.pop("entered_by_kind")
        out |= {"triggers_entered": score.pop("entered"), "triggers_shown": score.pop("shown"), **score}
        out |= {f"{OF_CLASS}{kind}": share for kind, share in by_kind.items()}
    return out


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 when a target is missed, 2 with a remedy when the input is at fault."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except GestureError as error:
        print(f"error: {error.message}\n{error.remedy}\n{error.detail}".rstrip(), file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devtools.measure.weights", description=__doc__)
    parser.add_argument("--weights", type=Path, default=STARTER, help="model folder")
    parser.add_argument("--grammar", action="store_true", help="the gesture grammar's own motion instead of weights'")
    parser.add_argument("--real", type=Path, default=os.environ.get("GESTURE_REAL_DIR"), help="recorded clips")
    parser.add_argument("--speech", type=Path, nargs="*", default=[], metavar="STEM", help="other speech")
    parser.add_argument("--pauses", type=Path, metavar="STEM", help="speech with long pauses")
    parser.add_argument("--triggers", type=Path, metavar="STEM", help="sentences with trigger words")
    parser.add_argument("--styles", nargs="*", type=int, help="speakers by number (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--variation", type=float)
    parser.add_argument("--out", type=Path, help="keep the takes here")
    parser.add_argument("--fgd", type=Path, metavar="FOLDER", help="autoencoder; trained and kept here when missing")
    parser.add_argument("--no-fgd", action="store_true", help="leave the Frechet distance out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers")
    return parser


def _run(options: argparse.Namespace) -> int:
    recordings = [find_recording(stem, "speech") for stem in options.speech]
    recordings += [find_recording(options.pauses, "pauses")] if options.pauses else []
    recordings += [find_recording(options.triggers, "triggers")] if options.triggers else []
    recorded: dict[str, dict[str, Clip]] = {}
    for path in sorted(options.real.glob("gt_*.npz")) if options.real else ():
        found = find_recording(options.real / path.stem.removeprefix("gt_"), "speech")
        recordings.insert(0, found)
        recorded[found.name] = _recorded(found, path)
    if not recordings:
        raise GestureError("There is nothing to measure on.", remedy="Give --real, --speech, --pauses or --triggers.")
    autoencoder = None if options.no_fgd or not recorded else _autoencoder(options.fgd, recorded)
    models = Models()
    report, missed = {}, []
    with tempfile.TemporaryDirectory() as temporary:
        for recording in recordings:
            if options.grammar:
                takes = _grammar(recording, options.seed)
            else:
                takes = _takes(recording, options, models, options.out or Path(temporary))
            clips = recorded.get(recording.name, {}) | {style: clip for style, (clip, _) in takes.items()}
            # Beat consistency needs the mean speed of recorded motions; without recorded motions, that of our own is
            # used.
            mean_speed = mean_joint_speed([clips["recorded"]] if "recorded" in clips else list(clips.values()))
            words = next(iter(takes.values()))[1]
            columns = {title: measure(recording, clip, words, mean_speed) for title, clip in clips.items()}
            if autoencoder is not None and "recorded" in clips:
                _distances(autoencoder, clips, columns)
            print(f"\n== {recording.name} ({recording.kind})")
            print(recording_table(recording.kind, columns, list(takes)), flush=True)
            missed += [f"{recording.name}, {line}" for line in missed_lines(recording.kind, columns, list(takes))]
            report[recording.name] = columns
    print(f"\n{len(missed)} targets missed" + "".join(f"\n  {line}" for line in missed))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1), encoding="utf-8")
    return 1 if missed else 0


def _recorded(recording: Recording, path: Path) -> dict[str, Clip]:
    """Read the motion recorded with this speech and, where it exists, the motion of the released weights."""
    files = {"recorded": path, "released": path.with_name(f"res_{recording.name}.npz")}
    return {
        title: read_clip(recording.name, file, recording.audio, None) for title, file in files.items() if file.is_file()
    }


def _takes(
    recording: Recording, options: argparse.Namespace, models: Models, out: Path
) -> dict[str, tuple[Clip, tuple[Word, ...]]]:
    """Generate a recording's raw motion in every style; return it with the aligned words."""
    names = models.load(options.weights, "auto").network.info.speakers
    takes = {}
    for style in options.styles or range(len(names)):
        print(f"{recording.name}: {names[style]}", file=sys.stderr, flush=True)
        folder = out / f"{recording.name}.{names[style]}"
        request = Generate(
            recording.audio,
            folder,
            recording.transcript,
            weights=options.weights,
            speaker=style,
            seed=options.seed,
            variation=options.variation,
            finish=False,
        )
        words = generate(request, models=models).words
        takes[names[style]] = read_clip(recording.name, folder / "motion_raw.npz", recording.audio, None), words
    return takes


def _grammar(recording: Recording, seed: int) -> dict[str, tuple[Clip, tuple[Word, ...]]]:
    """Make a recording's motion in every style with the gesture grammar, from which the weights learn."""
    samples = load_audio(recording.audio).samples
    words = align(samples, read_transcript(recording.transcript)).words
    takes = {}
    for style in STYLES:
        motion = synthesise(samples, words, style, seed)
        takes[style] = Clip(recording.name, motion, joint_positions(motion, motion.skeleton), "its own", samples), words
    return takes


def _autoencoder(folder: Path | None, recorded: dict[str, dict[str, Clip]]) -> FgdAutoencoder:
    """Load the folder's autoencoder, or train one on the recorded clips."""
    if folder is not None and folder.is_dir():
        return load_fgd(folder)
    print("training the autoencoder of the Frechet distance", file=sys.stderr, flush=True)
    network = train_fgd([channels(clips["recorded"].motion) for clips in recorded.values()])
    if folder is not None:
        save_fgd(network, folder, ", ".join(recorded))
    return network


def _distances(autoencoder: FgdAutoencoder, clips: dict[str, Clip], columns: dict[str, dict[str, float]]) -> None:
    """Add every motion's distance from the recorded one; for the recorded one, the distance of its two halves."""
    latents = {title: features(autoencoder, channels(clip.motion)) for title, clip in clips.items()}
    real = latents["recorded"]
    for title, row in columns.items():
        row["fgd"] = published.frechet_distance(latents[title], real)
    half = len(real) // 2
    columns["recorded"]["fgd"] = published.frechet_distance(real[:half], real[half:])


if __name__ == "__main__":
    sys.exit(main())
