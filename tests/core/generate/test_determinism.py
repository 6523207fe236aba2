"""The same input gives the same bytes: whatever the number of threads, the folder, and what was made before."""

import hashlib
import os
import subprocess
import sys

import pytest
import soundfile

from core.model.engines import NUMPY, TORCH, has_torch

from ...conftest import ROOT

DEMO = ROOT / "addon" / "assets" / "demo"
# take.json names the recording's path; all else is compared.
FILES = ("codes.npz", "motion_raw.npz", "motion.npz", "words.json")
SECONDS = 8


def hashes(folder):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


def recording(folder):
    """A copy of eight seconds of the bundled recording with its words, in a folder of its own."""
    folder.mkdir()
    samples, rate = soundfile.read(DEMO / "speech.flac")
    soundfile.write(folder / "speech.wav", samples[: SECONDS * rate], rate)
    text = (DEMO / "transcript.txt").read_text(encoding="utf-8")
    (folder / "speech.txt").write_text(text[: text.index(".") + 1], encoding="utf-8")
    return folder


def made(arguments, threads, engine=NUMPY):
    variables = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    code = "import sys; from core.model import engines; engine = sys.argv.pop(1); "
    code += "engines.engine_for = lambda config, device: engine; "
    code += "from core.cli.parser import main; sys.exit(main(sys.argv[1:]))"
    run = subprocess.run(
        [sys.executable, "-c", code, engine, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("engine", [NUMPY, TORCH])
def test_threads_folder_and_batch_change_no_byte(tmp_path, engine):
    if engine == TORCH and not has_torch():
        pytest.skip("no PyTorch here: run `python build.py setup --torch`")
    one, two = recording(tmp_path / "one"), recording(tmp_path / "two folders with ünï")
    options = ["--seed", "5", "--variation", "0.7", "--allow-no-words", "--device", "cpu"]

    def generated(folder, threads):
        out = folder / f"take_{threads}"
        text = ["--transcript", folder / "speech.txt"]
        made(["generate", folder / "speech.wav", *text, "--out", out, *options], threads, engine)
        return hashes(out)

    first = generated(one, 1)
    assert generated(one, 3) == first
    assert generated(two, 2) == first
    # Seeds of one recording are made together, in one pass of PyTorch.
    together = ["generate", two / "speech.wav", "--transcript", two / "speech.txt", "--out", two / "seeds"]
    made([*together, *options[2:], "--seeds", "4", "5", "6"], 2, engine)
    assert hashes(two / "seeds" / "seed_5") == first
    if engine == NUMPY:
        # A batch of two: the second take is made by a warm process, which chooses its engine itself.
        rows = ["audio,transcript,seed,name", *(f"speech.wav,speech.txt,{seed},take_{seed}" for seed in (4, 5))]
        (two / "lines.csv").write_text("\n".join(rows), encoding="utf-8")
        made(["batch", two / "lines.csv", "--out", two / "takes", "--processes", "1", *options], 2)
        assert hashes(two / "takes" / "take_5") == first
