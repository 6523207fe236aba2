"""Command lines over files of every kind that is read: sound, text, arrays, takes, models, tables, data folders."""

import json
from collections.abc import Iterator
from pathlib import Path

from core.model.card import STARTER_FOLDER
from core.take.files import CHECKSUM, checksum_of
from devtools.hostile import array_files, corpora, files, server, sound_files, table_files, transcript_files
from devtools.hostile.good import Good, case
from devtools.hostile.trial import EITHER, REFUSED, WORKS, Case


def file_cases(good: Good) -> Iterator[Case]:
    """Give cases of hostile files."""
    yield from _sounds(good)
    for path in transcript_files.make_transcripts(good.folder / "transcripts"):
        yield case("align", [good.speech, path, "--out", "OUT"], EITHER, path.name)
    yield from _arrays(good)
    yield from _models(good)
    for path in table_files.make_tables(good.folder / "more_tables" / "tables", good.speech):
        yield case("batch", [path, "--out", "OUT", "--dry-run"], EITHER, f"table: {path.name}")
    yield from _checks(good)
    yield from _corpora(good)
    for name in server.REPOSITORIES:
        arguments = ["--repository", f"{server.OWNER}/{name}", "--i-accept-the-licence", "OUT"]
        yield case("fetch-weights", arguments, EITHER, f"server: {name}")


def every_field(good: Good) -> Iterator[Case]:
    """Give a case for every entry of take.json and model.json with every wrong value: thousands."""
    description = json.loads((good.take / "take.json").read_text())
    description.pop(CHECKSUM)
    folder = good.folder / "fields"
    for number, (place, own) in enumerate(files.each_changed(description)):
        path = files.linked(good.take, folder / f"take_{number}")
        files.write_json(path / "take.json", own | {CHECKSUM: checksum_of(own, path)} if number % 2 else own)
        yield case("direct", [path, "--out", "OUT"], EITHER, f"take: {place}")
    card = json.loads((STARTER_FOLDER / "model.json").read_text()) | {"provenance": {}, "moods": {}, "files": {}}
    for number, (place, own) in enumerate(files.each_changed(card)):
        path = files.linked(STARTER_FOLDER, folder / f"card_{number}")
        files.write_json(path / "model.json", own)
        arguments = [good.table, "--weights", path, "--out", "OUT", "--dry-run"]
        yield case("batch", arguments, EITHER, f"weights: {place}")


def _sounds(good: Good) -> Iterator[Case]:
    for name, (path, legal) in sound_files.make_sounds(good.folder / "more_sounds", good.speech).items():
        expected = {True: WORKS, False: REFUSED, None: EITHER}[legal]
        # The words of the transcript need not be in a sound that is legal by itself.
        expected = EITHER if legal and name == "a_second.wav" else expected
        yield case("align", [path, good.transcript, "--out", "OUT"], expected, f"sound: {name}")


def _arrays(good: Good) -> Iterator[Case]:
    for path in array_files.make_archives(good.folder / "archives", good.motion):
        for command in ("import", "finish"):
            yield case(command, [path, "OUT.npz"], EITHER, f"npz: {path.stem}")
        yield case("check", [path], EITHER, f"npz: {path.stem}")
        yield case("finish", [good.motion, "OUT.npz", "--skeleton", path], EITHER, f"skeleton: {path.stem}")
        yield case("parity", [path], REFUSED, f"npz: {path.stem}")
        yield case("import", [good.motion, "OUT.npz", "--smplx", path], REFUSED, f"smplx: {path.stem}")


def _models(good: Good) -> Iterator[Case]:
    folder = good.folder / "models"
    paths = array_files.make_model_parts(folder / "parts", STARTER_FOLDER)
    for name in ("generator.safetensors", "face.safetensors"):
        paths += array_files.make_tensors(folder / name, STARTER_FOLDER, name)
    for path in paths:
        arguments = [good.speech, "--weights", path, "--out", "OUT", "--device", "cpu"]
        # Another number among millions, or one more, is found by a hash alone, which these folders do not name.
        free = path.name.endswith(("_byte", "_lies", "_missing", "_unknown"))
        yield case("generate", arguments, EITHER if free else REFUSED, f"weights: {path.name}")
    for path in array_files.make_pickles(folder / "pickles"):
        yield case("import-weights", [path, "OUT"], REFUSED, f"pickle: {path.name}")
        fgd = next(path.rglob("face.bin"))
        arguments = ["--pred", good.set, "--real", good.set, "--fgd", "published", "--published", fgd]
        yield case("evaluate", arguments, REFUSED, f"pickle: {path.name}")


def _checks(good: Good) -> Iterator[Case]:
    """Check what is no take, or no motion, or both."""
    for path in files.of_any_kind(good.folder / "any_check", ".npz"):
        yield case("check", [path], REFUSED, f"check: {path.name[:20]}")
    for wrong in ("", ".", "/", "/dev/zero", "/proc/self/mem", good.speech, good.folder):
        yield case("check", [wrong], REFUSED, f"check: {str(wrong)[-20:]}")
    yield case("check", [good.take, good.folder / "missing"], REFUSED, "check: the second is missing")
    yield case("check", [good.take] * 20, WORKS, "check: one take 20 times")


def _corpora(good: Good) -> Iterator[Case]:
    made = corpora.make_corpora(good.folder / "corpora", good.speech, good.motion)
    for name, path in made.items():
        small = ["--set", "hidden=16", "--autoencoder-steps=1", "--generator-steps=1", "--evaluate-every=1"]
        # Where something is left, training begins; that it goes on is shown by the tests of training.
        yield case("train", ["all", "--data", path, "--out", "OUT", *small, "--batch=2"], EITHER, f"data: {name}")
    for path in sorted(Path(each) for each in made.values() if "motion_" in str(each)):
        own = ["--pred", path, "--real", path, "--fgd", good.autoencoder]
        yield case("evaluate", own, EITHER, f"data: {path.parent.name}/{path.name}")
        own = ["--pred", path, "--real", good.set, "--fgd", good.autoencoder]
        # A motion of another rate or length is legal.
        yield case("evaluate", own, EITHER, f"pred: {path.parent.name}/{path.name}")
