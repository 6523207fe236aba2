"""The whole way from a recording to a take needs none of the packages that only training and PyTorch's engine need."""

import json
import subprocess
import sys

from tests.conftest import ROOT

# Imports every module of the folders that inference uses, then makes five seconds of a take, while the packages cannot
# be imported.
CODE = """
import importlib, json, pkgutil, sys
from importlib.machinery import PathFinder
from pathlib import Path

BANNED = ("torch", "scipy", "librosa", "soxr", "fasttext", "safetensors", "srt", "training")
find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *more: None if name.split(".")[0] in BANNED else find(name, *more)
import core

OPTIONAL = ("core.model.torch_engine", "core.__main__", "core.worker.__main__")
for info in pkgutil.walk_packages(core.__path__, "core."):
    if not info.name.startswith(OPTIONAL):
        importlib.import_module(info.name)

from core import requests
from core.generate.pipeline import generate
from core.model.loading import Models

demo = Path("addon/assets/demo")
text = (demo / "transcript.txt").read_text(encoding="utf-8")
request = requests.Generate(
    audio=demo / "speech.flac",
    out=Path(sys.argv[1]),
    transcript_text=text[: text.index(".") + 1],
    duration_s=8.0,
    allow_no_words=True,
)
take = generate(request, lambda *_: None, models=Models())
loaded = sorted({name.split(".")[0] for name in sys.modules} & set(BANNED))
print(json.dumps({"frames": take.finished.frame_count, "words": len(take.words), "loaded": loaded}))
"""


# Asks for training while PyTorch cannot be imported.
TRAIN = """
import sys
from importlib.machinery import PathFinder

find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *more: None if name.split(".")[0] == "torch" else find(name, *more)
from core.cli.parser import main

sys.exit(main(["train", "all", "--data", sys.argv[1], "--config", "small", "--out", sys.argv[1]]))
"""


def test_training_without_pytorch_says_what_to_install(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no module torch" in done.stderr
    assert "build.py setup --torch" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_take_is_made_while_pytorch_and_its_companions_cannot_be_imported(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path / "take")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["frames"] == 240
    assert answer["words"] > 10
    assert answer["loaded"] == []
    assert (tmp_path / "take" / "motion.npz").is_file()
