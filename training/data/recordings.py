"""The recordings of a data folder: our own corpus, BEAT2 as published, or a folder with a manifest."""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from core.errors import GestureError
from core.inputs import check_regular, read_json

TRAIN, HELD_OUT, UNUSED = "train", "held_out", "unused"
HELD_OUT_SHARE = 0.05  # of recordings where no list says which to hold out
MOST_SPEAKERS = 10_000
OWN_CORPUS = "corpus"  # the kind of a folder whose motion the gesture grammar made
MANIFEST = "manifest.csv"
MANIFEST_COLUMNS = ("audio", "transcript", "motion", "speaker")
BEAT2_MOTION, BEAT2_AUDIO, BEAT2_TEXT = "smplxflame_30", "wave16k", "textgrid"
BEAT2_SPLIT = "train_test_split.csv"
_SPLITS = {"train": TRAIN, "val": HELD_OUT, "validation": HELD_OUT, "held_out": HELD_OUT}


@dataclass(frozen=True)
class Performance:
    """One motion for a recording.

    Attributes:
        speaker: name of the person or style.
        path: npz.
    """

    speaker: str
    path: Path


@dataclass(frozen=True)
class Recording:
    """Sound with its text and motions.

    Attributes:
        name: unique in its folder.
        audio: sound file.
        text: words.json, TextGrid or any other transcript; None where there is no transcript.
        performances: motions.
        split: "train", "held_out" or "unused".
    """

    name: str
    audio: Path
    text: Path | None
    performances: tuple[Performance, ...]
    split: str


@dataclass(frozen=True)
class Problem:
    """Why a recording or one of its motions is left out, or used with a change.

    Attributes:
        name: name of the recording.
        reason: one sentence.
        remedy: one sentence.
        used: whether the recording is used in spite of the problem.
    """

    name: str
    reason: str
    remedy: str
    used: bool = False


@dataclass(frozen=True)
class Listing:
    """The contents of a data folder.

    Attributes:
        kind: "corpus", "beat2" or "manifest".
        recordings: in the order of their names.
        speakers: names in the order of the network's speaker table.
        problems: recordings that cannot be used.
    """

    kind: str
    recordings: tuple[Recording, ...]
    speakers: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def list_recordings(folder: Path, speakers: tuple[str, ...] = ()) -> Listing:
    """Find out the kind of a data folder, and list its recordings.

    Args:
        folder: with `manifest.csv`, `smplxflame_30`, or `NAME.wav`, `NAME.words.json`, `NAME.STYLE.npz`.
        speakers: only these, by name or, in BEAT2, by number; all where it is empty.

    Raises:
        GestureError: no such folder, none of these kinds, no such speaker, or a broken list.
    """
    if not folder.is_dir():
        raise GestureError(f"There is no data folder {folder}.", remedy="Give the folder with --data.")
    listing = _reader(folder)(folder)
    if speakers:
        listing = _only(listing, speakers, folder)
    if len(listing.speakers) > MOST_SPEAKERS:
        raise GestureError(
            f"{folder} names {len(listing.speakers):,} speakers; networks can have {MOST_SPEAKERS:,}.",
            remedy="Choose some of them with --speakers.",
        )
    if not listing.recordings:
        if not listing.problems:
            raise GestureError(f"{folder} holds no recordings with motion.", remedy=_KINDS)
        first, more = listing.problems[0], len(listing.problems) - 1
        raise GestureError(
            f"{folder} holds no recordings that can be used. {first.name}: {first.reason}"
            + (f" And so with {more} more." if more else ""),
            remedy=first.remedy,
        )
    return listing


_KINDS = (
    f"A data folder holds {MANIFEST} (columns {', '.join(MANIFEST_COLUMNS)}), BEAT2's folders ({BEAT2_MOTION}, "
    f"{BEAT2_AUDIO}, {BEAT2_TEXT}), or a corpus made by training.corpus.motions."
)


def _reader(folder: Path) -> Callable[[Path], Listing]:
    if (folder / MANIFEST).exists():
        return _manifest
    if (folder / BEAT2_MOTION).is_dir():
        return _beat2
    if any(folder.glob("*.words.json")):
        return _corpus
    raise GestureError(f"{folder} is not a data folder of a known kind.", remedy=_KINDS)


def _only(listing: Listing, wanted: tuple[str, ...], folder: Path) -> Listing:
    def meant(performance: Performance) -> bool:
        number = performance.path.stem.split("_")[0] if listing.kind == "beat2" else performance.speaker
        return performance.speaker in wanted or number in wanted

    kept = []
    for recording in listing.recordings:
        if mine := tuple(filter(meant, recording.performances)):
            kept.append(Recording(recording.name, recording.audio, recording.text, mine, recording.split))
    present = {performance.speaker for recording in kept for performance in recording.performances}
    if not kept:
        raise GestureError(
            f"{folder} holds nothing of {', '.join(wanted)}.", remedy=f"Choose from {', '.join(listing.speakers)}."
        )
    names = tuple(speaker for speaker in listing.speakers if speaker in present)
    named = {recording.name for recording in kept}
    problems = tuple(p for p in listing.problems if p.name in named or p.name.split("_")[0] in wanted)
    return Listing(listing.kind, _held_out(kept), names, problems)


def _manifest(folder: Path) -> Listing:
    path = folder / MANIFEST
    rows = _rows(path, MANIFEST_COLUMNS)
    recordings, problems = [], []
    seen: Counter[str] = Counter()
    for number, row in enumerate(rows, 2):
        cells = {key: (row.get(key) or "").strip() for key in (*MANIFEST_COLUMNS, "split")}
        stem = Path(cells["motion"] or cells["audio"] or f"row {number}").stem
        name = _unused(stem, seen)
        files = {key: folder / cells[key] for key in ("audio", "transcript", "motion") if cells[key]}
        absent = next((file for file in files.values() if not file.is_file()), None)
        if not (cells["audio"] and cells["motion"] and cells["speaker"]):
            problems.append(Problem(name, f"Row {number} lacks audio, motion or speaker.", "Complete the row."))
        elif absent is not None:
            problems.append(Problem(name, f"There is no file {absent}.", "Correct the path in the manifest."))
        elif cells["split"].lower() not in (*_SPLITS, "test", ""):
            problems.append(Problem(name, f"Row {number} has the split {cells['split']!r}.", "Use train, val or test."))
        else:
            split = _SPLITS.get(cells["split"].lower(), UNUSED) if cells["split"] else TRAIN
            motion = Performance(cells["speaker"], files["motion"])
            recordings.append(Recording(name, files["audio"], files.get("transcript"), (motion,), split))
    speakers = sorted({recording.performances[0].speaker for recording in recordings})
    return Listing("manifest", _held_out(recordings), tuple(speakers), tuple(problems))


def _beat2(folder: Path) -> Listing:
    split_file = folder / BEAT2_SPLIT
    listed = None
    if split_file.exists():
        listed = {row["id"].strip(): row["type"].strip().lower() for row in _rows(split_file, ("id", "type"))}
    motions = {path.stem: path for path in sorted((folder / BEAT2_MOTION).glob("*.npz"))}
    recordings, problems = [], []
    for name, motion in motions.items():
        number, _, rest = name.partition("_")
        audio, text = folder / BEAT2_AUDIO / f"{name}.wav", folder / BEAT2_TEXT / f"{name}.TextGrid"
        absent = next((file for file in (audio, text) if not file.is_file()), None)
        if absent is not None:
            problems.append(Problem(name, f"There is no file {absent}.", "Copy it from the data set again."))
        elif listed is not None and name not in listed:
            problems.append(Problem(name, f"{BEAT2_SPLIT} does not list it.", "Add a row with its id and type."))
        else:
            split = TRAIN if listed is None else _SPLITS.get(listed[name], UNUSED)
            speaker = rest.partition("_")[0] or number
            recordings.append(Recording(name, audio, text, (Performance(speaker, motion),), split))
    for name, kind in (listed or {}).items():
        if name not in motions and kind in _SPLITS:
            problems.append(Problem(name, "Its motion is missing.", "Copy it from the data set again."))
    order = {r.performances[0].speaker: int(r.name.split("_")[0]) for r in recordings if r.name[:1].isdigit()}
    speakers = sorted({r.performances[0].speaker for r in recordings}, key=lambda name: (order.get(name, 0), name))
    return Listing("beat2", _held_out(recordings), tuple(speakers), tuple(problems))


def _corpus(folder: Path) -> Listing:
    from training.gesture import STYLES

    index = folder / "index.json"
    listed = _splits_of(index) if index.exists() else {}
    recordings, problems = [], []
    for text in sorted(folder.glob("*.words.json")):
        name = text.name.removesuffix(".words.json")
        audio = folder / f"{name}.wav"
        motions = [Performance(style, folder / f"{name}.{style}.npz") for style in STYLES]
        motions = [motion for motion in motions if motion.path.exists()]
        if not audio.exists():
            problems.append(Problem(name, f"There is no file {audio}.", "Make the corpus' speech again."))
        elif not motions:
            problems.append(Problem(name, "It has no motion.", f"Run python -m training.corpus.motions --out {folder}"))
        else:
            split = listed.get(name) or (HELD_OUT if _held_back(name) else TRAIN)
            split = TRAIN if split == TRAIN else HELD_OUT
            recordings.append(Recording(name, audio, text, tuple(motions), split))
    return Listing(OWN_CORPUS, tuple(recordings), tuple(STYLES), tuple(problems))


def _splits_of(index: Path) -> dict[str, str | None]:
    try:
        return {row["name"]: row.get("split") for row in read_json(index)}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise GestureError(
            f"{index} does not list recordings.", remedy="Make the corpus again.", detail=repr(error)
        ) from error


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        check_regular(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(columns) - {(name or "").strip() for name in reader.fieldnames or ()}
            if missing:
                raise GestureError(
                    f"{path} lacks the columns {', '.join(sorted(missing))}.",
                    remedy=f"Its first line must be {','.join(columns)}.",
                )
            return [{(key or "").strip(): value for key, value in row.items()} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GestureError(
            f"{path} cannot be read.", remedy="Save it as CSV with commas, in UTF-8.", detail=str(error)
        ) from error


def _unused(stem: str, seen: Counter[str]) -> str:
    """Return the stem, with a number where another row has it; `seen` counts how often each name was asked for."""
    name = stem
    while seen[name]:
        seen[stem] += 1
        name = f"{stem}+{seen[stem]}"
    seen[name] += 1
    return name


def _held_back(name: str) -> bool:
    return crc32(name.encode()) % 1000 < 1000 * HELD_OUT_SHARE


def _held_out(recordings: list[Recording] | tuple[Recording, ...]) -> tuple[Recording, ...]:
    """Hold a twentieth out, chosen by name, where no recording is held out yet; at least one of five."""
    listed = any(recording.split == HELD_OUT for recording in recordings)
    train = [recording.name for recording in recordings if recording.split == TRAIN]
    if listed or len(train) < 5:
        return tuple(recordings)
    back = {name for name in train if _held_back(name)} or {min(train, key=lambda name: crc32(name.encode()))}
    return tuple(
        Recording(r.name, r.audio, r.text, r.performances, HELD_OUT if r.name in back else r.split) for r in recordings
    )
