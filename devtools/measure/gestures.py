"""Measure gestures that mean something: their classes, the sentences that call for them, and prose that does not.

    python -m devtools.measure.gestures confusion
    python -m devtools.measure.gestures sentences [--list fifth] [--keep FOLDER]
    python -m devtools.measure.gestures prose [--text FILE]

`sentences` needs the program flite, which speaks them; everything after that is the product: alignment, the network,
finishing, the choice of gestures, and the take as it is written.

`prose` counts the gestures of a neutral text of some ten minutes: gesture_prose_sixth.txt, on which no phrase was
tuned, or the one that `--text` names. gesture_prose.txt was tuned on. gesture_prose_second.txt, _third, _fourth and
_fifth were new when docs/gestures.md measured them, and what each showed was mended; they show what a later change
breaks.
"""

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from core.body.kinematics import forward_kinematics
from core.body.motion import Motion
from core.body.skeleton import JOINT
from core.direct.applied_gestures import apply_gestures
from core.direct.markers import Kind, Marker
from core.generate.pipeline import generate
from core.gestures.choice import choose_gestures
from core.gestures.library import gestures
from core.gestures.placed import Setting
from core.model.loading import Models
from core.requests import Generate
from core.take.take import Take, read_take
from core.text.lexicon import bare
from core.text.timing import Word
from core.text.words import WordVectors
from devtools.measure.gesture_classes import CLASSES, in_class, read_features
from training.evaluation.movement import wrist_jerk

FOLDER = Path(__file__).parent
WORD_VECTORS = Path(__file__).parents[2] / "weights" / "starter" / "words.bin"
# Seconds around its word in which a pose must enter its class.
WITHIN_S = 0.3
# Seconds of silence between two sentences, so that each may have a gesture.
PAUSE_S = 5.5
WORDS_PER_MINUTE = 150
SAMPLE_RATE = 16000
LISTS = ("tuning", "measuring", "second", "third_tuning", "third", "fourth", "fifth_tuning", "fifth")


@dataclass(frozen=True)
class Said:
    """One sentence of a list: the gesture it calls for ("" for none), its words, and the number of the marked word."""

    gesture: str
    words: tuple[str, ...]
    marked: int

    @property
    def text(self) -> str:
        """The sentence without its mark."""
        return " ".join(self.words)


def main(arguments: list[str] | None = None) -> int:
    """Run one of the measurements."""
    parser = argparse.ArgumentParser(prog="python -m devtools.measure.gestures", description=__doc__)
    parser.add_argument("what", choices=("confusion", "sentences", "prose"))
    parser.add_argument("--list", default="fifth", choices=LISTS, dest="chosen")
    parser.add_argument("--keep", type=Path, help="folder for the take of the sentences; one that is there is used")
    parser.add_argument("--text", type=Path, default=FOLDER / "gesture_prose_sixth.txt", help="the prose")
    options = parser.parse_args(arguments)
    if options.what == "confusion":
        confusion()
    elif options.what == "prose":
        prose(options.text)
    else:
        with tempfile.TemporaryDirectory() as folder:
            sentences(options.chosen, options.keep or Path(folder))
    return 0


def confusion() -> None:
    """Print, for each gesture of the library, the classes that its pose is in at its moment and while it is held."""
    still = np.zeros((180, 55, 3))
    for side, sign in (("left", 1), ("right", -1)):
        still[:, JOINT[f"{side}_shoulder"], 2] = -1.2 * sign
        still[:, JOINT[f"{side}_elbow"], 1] = -0.35 * sign
    standing = Motion(still, np.zeros((180, 3)), np.zeros((180, 52)))
    own = alone = 0
    for name in gestures():
        marker = Marker(Kind.GESTURE, 2.5, 2.5, Setting(name))
        features = _features(apply_gestures(standing, [marker]))
        shown = slice(round(2.5 * 30), round(marker.stretch_s[1] * 30) + 1)
        shares = {kind: float(in_class(kind, features)[shown].mean()) for kind in CLASSES}
        listed = [
            f"{kind} {share:.0%}" for kind, share in sorted(shares.items(), key=lambda row: -row[1]) if share > 0.2
        ]
        own += shares[name] > 0
        alone += max(shares, key=lambda kind: shares[kind]) == name or shares[name] == max(shares.values())
        print(f"{name:14s} {', '.join(listed)}")
    print(f"{own} of {len(gestures())} gestures are in their class; {alone} in no other class for longer")


def prose(path: Path) -> None:
    """Print the gestures that a neutral text would get, spoken at an even pace."""
    words, at_s = [], 0.0
    text = path.read_text(encoding="utf-8")
    for piece in text.split():
        length_s = 60 / WORDS_PER_MINUTE * (0.55 + 0.08 * len(piece))
        words.append(Word(piece.strip(".,;:!?"), at_s, at_s + length_s))
        at_s += length_s + (0.4 if piece[-1] in ".,;:!?" else 0.0)
    calls = choose_gestures(words, vector_of=WordVectors.load(WORD_VECTORS).vector, text=text)
    for call in calls:
        print(f"{words[call.word].start_s:6.1f} s  {call.name:12s} {words[call.word].word}  {call.score:.2f}")
    print(f"{len(calls)} gestures in {at_s / 60:.1f} minutes: {len(calls) / at_s * 60:.2f} per minute")


def sentences(chosen: str, folder: Path) -> None:
    """Make a take of a list of sentences, and print how many enter their class in time."""
    said = read_sentences(chosen)
    out = folder / chosen
    take = read_take(out) if (out / "take.json").is_file() else _make_take(said, folder, out)
    motion = take.directed or take.finished
    features = _features(motion)
    found = {kind: in_class(kind, features) for kind in CLASSES}
    entered, wanted, false = 0, 0, 0
    markers = [Marker.from_dict(each) for each in take.info.get("direct", {}).get("markers", ())]
    for each, placed in zip(said, _placed(said, take.words), strict=True):
        words = [word for word in placed if word is not None]
        put = [m for m in markers if words and words[0].start_s - 0.2 <= m.start_s <= words[-1].end_s + 0.2]
        names = [m.required_setting.name for m in put]
        false += sum(name != each.gesture for name in names)
        if not each.gesture:
            continue
        wanted += 1
        marked = placed[each.marked]
        ok = marked is not None and _enters(found[each.gesture], marked.start_s, motion.fps)
        entered += ok
        if not ok:
            print(f"missed  {each.gesture:12s} {each.text}   chosen: {', '.join(names) or 'nothing'}")
    print(
        f"{entered} of {wanted} sentences enter their class within {WITHIN_S} s: {entered / wanted:.0%}; {false} wrong"
    )
    _print_jerk(take, markers)


def _placed(said: list[Said], words: Sequence[Word]) -> list[list[Word | None]]:
    """Return the words of every sentence as a take has them; None for those that the alignment left out."""
    wanted = [bare(word) for each in said for word in each.words]
    matched: list[Word | None] = [None] * len(wanted)
    blocks = SequenceMatcher(None, wanted, [bare(word.word) for word in words], autojunk=False).get_matching_blocks()
    for first, own, count in blocks:
        matched[first : first + count] = words[own : own + count]
    ends = np.cumsum([len(each.words) for each in said]).tolist()
    return [matched[end - len(each.words) : end] for each, end in zip(said, ends, strict=True)]


def read_sentences(chosen: str) -> list[Said]:
    """Return the sentences of a list."""
    with (FOLDER / "gesture_sentences.toml").open("rb") as file:
        rows = tomllib.load(file)[chosen]
    read = []
    for gesture, text in rows:
        words = text.split()
        marked = next((number for number, word in enumerate(words) if word.startswith("*")), 0)
        read.append(Said(gesture, tuple(word.lstrip("*") for word in words), marked))
    return read


def _make_take(said: list[Said], folder: Path, out: Path) -> Take:
    """Let flite say the sentences one after the other, and make a take of the recording."""
    import soundfile

    from training.corpus.flite import speak

    pause = np.zeros(round(PAUSE_S * SAMPLE_RATE), np.float32)
    pieces = [piece for each in said for piece in (speak("flite_slt", each.text), pause)]
    folder.mkdir(parents=True, exist_ok=True)
    sound = folder / f"{out.name}.wav"
    soundfile.write(sound, np.concatenate(pieces), SAMPLE_RATE)
    text = "\n".join(each.text for each in said)
    return generate(Generate(audio=sound, out=out, transcript_text=text, gestures=True), models=Models())


def _features(motion: Motion):
    positions, _ = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    return read_features(positions, motion.skeleton, motion.fps)


def _enters(inside: np.ndarray, moment_s: float, fps: float) -> bool:
    """Return whether a pose comes into its class (T,) near a moment, and stays for two frames at least."""
    starts = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(int)])) == 1)
    lasting = [start for start in starts if inside[start : start + 2].all()]
    return any(abs(start / fps - moment_s) <= WITHIN_S for start in lasting)


def _print_jerk(take: Take, markers: list[Marker]) -> None:
    """Print the mean jerk of the wrists inside gestures as a multiple of the take's own."""
    assert take.directed is not None
    own, directed = (
        wrist_jerk(forward_kinematics(each.rotations, each.translation, each.skeleton)[0]).mean(1)
        for each in (take.finished, take.directed)
    )
    inside = np.zeros(len(own), bool)
    for marker in markers:
        start_s, end_s = marker.stretch_s
        inside[max(round((start_s - 0.8) * 30), 0) : round((end_s + 0.9) * 30)] = True
    spoken = np.zeros(len(own), bool)
    for word in take.words:
        spoken[max(round((word.start_s - 0.4) * 30), 0) : round((word.end_s + 0.4) * 30)] = True
    print(
        f"wrist jerk inside gestures {directed[inside].mean():.1f} m/s3; the take's own where it speaks "
        f"{own[spoken].mean():.1f}: {directed[inside].mean() / own[spoken].mean():.2f} x"
    )


if __name__ == "__main__":
    sys.exit(main())
