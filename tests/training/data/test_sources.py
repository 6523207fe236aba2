"""Data folders: BEAT2 as published, a studio's manifest, our own corpus; what cannot be used is told, not dropped."""

import csv
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio.cues import WIDTH as CUES
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion, save_motion
from core.body.parts import CONTACT_JOINTS, Part
from core.body.skeleton import default_rest_joints
from core.errors import GestureError
from core.generate.chance_curves import WIDTH as CHANCE
from core.text.timing import save_words
from training.data.feature_files import Library, grounded
from training.data.recordings import MANIFEST_COLUMNS, Performance, Recording, list_recordings
from training.data.sources import Source
from training.stages.log_metrics import take_motion
from training.stages.neutral_pose import neutral_of

from ..tiny_corpus import BEAT2_SECONDS as SECONDS
from ..tiny_corpus import (
    STYLES,
    UP,
    WORDS,
    make_beat2,
    make_corpus,
    make_vectors,
    motion,
    motion_path,
    speech,
    write_csv,
)


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    pytest.importorskip("fasttext")
    return make_vectors(tmp_path_factory.mktemp("words") / "words.bin")


def source(folder: Path, vectors: Path, tmp_path: Path, **options) -> Source:
    return Source(folder, tmp_path / "features", vectors, reports=tmp_path / "reports", **options)


def reported(tmp_path: Path, split: str = "train") -> dict[str, str]:
    with (tmp_path / "reports" / f"data_{split}.csv").open() as file:
        return {row["name"]: row["reason"] for row in csv.DictReader(file)}


def test_beat2_is_read_as_published(tmp_path, vectors):
    folder = make_beat2(tmp_path / "BEAT2")
    data = source(folder, vectors, tmp_path)
    train, held_out = data.load("train"), data.load("held_out")
    assert train.speakers == ("scott", "ayana")
    assert [clip.name for clip in train.clips] == ["12_ayana_0_0_0", "2_scott_0_0_0"]
    assert [clip.name for clip in held_out.clips] == ["12_ayana_0_1_1", "2_scott_0_1_1"]
    assert train.face_basis == "flame100"
    assert train.takes[0].channels[Part.FACE].shape == (120, 106)
    assert train.clips[0].audio.shape == (120, CUES)
    words = np.asarray(train.clips[0].words, float)
    assert np.abs(words[20:28]).max() > 0  # "hand"
    assert np.abs(words[32:44]).max() == 0  # silence
    assert reported(tmp_path) == {}
    assert train.facts["left_out"] == 0


@pytest.mark.parametrize("wanted", [("2",), ("scott",)])
def test_one_speaker_of_beat2_by_number_or_by_name(tmp_path, vectors, wanted):
    corpus = source(make_beat2(tmp_path / "BEAT2"), vectors, tmp_path, speakers=wanted).load(sound=False)
    assert corpus.speakers == ("scott",)
    assert [clip.name for clip in corpus.clips] == ["2_scott_0_0_0"]
    with pytest.raises(GestureError, match="nothing of 7"):
        source(tmp_path / "BEAT2", vectors, tmp_path, speakers=("7",)).load(sound=False)


def test_samples_instead_of_cues(tmp_path, vectors):
    corpus = source(make_beat2(tmp_path / "BEAT2"), vectors, tmp_path, audio="amplitude+onset").load()
    assert corpus.clips[0].audio.shape == (16000 * SECONDS, 2)


def test_what_is_broken_is_left_out_and_reported_with_its_reason(tmp_path, vectors, capsys):
    folder = make_beat2(tmp_path / "BEAT2")
    rows = [(f"2_scott_0_0_{i}", "train") for i in range(10)] + [("2_scott_0_1_1", "val"), ("2_gone_0_0_0", "train")]
    random = np.random.default_rng(2)
    for name, _ in rows[1:10]:
        for place, ending in (("smplxflame_30", "npz"), ("wave16k", "wav"), ("textgrid", "TextGrid")):
            shutil.copy(folder / place / f"2_scott_0_0_0.{ending}", folder / place / f"{name}.{ending}")
    whole = motion(random, 120, "flame100")
    motion_path(folder, rows[1][0]).write_bytes(b"PK\x03\x04 torn")
    save_motion(motion(random, 40, "flame100"), motion_path(folder, rows[2][0]))
    with np.load(motion_path(folder, rows[0][0])) as data:
        np.savez(motion_path(folder, rows[3][0]), **{**data, "trans": data["trans"] * np.nan})
    jumping = whole.translation.copy()
    jumping[60:] += 2
    save_motion(whole.replace(translation=jumping), motion_path(folder, rows[4][0]))
    (folder / "wave16k" / f"{rows[5][0]}.wav").write_bytes(b"")
    soundfile.write(folder / "wave16k" / f"{rows[6][0]}.wav", speech(random, 12), 16000)
    (folder / "textgrid" / f"{rows[7][0]}.TextGrid").unlink()
    save_motion(motion(random, 120, "arkit52"), motion_path(folder, rows[8][0]))
    save_motion(whole.replace(rotations=0 * whole.rotations), motion_path(folder, rows[9][0]))
    write_csv(folder / "train_test_split.csv", ("id", "type"), rows)
    corpus = source(folder, vectors, tmp_path, speakers=("2",)).load()
    assert [clip.name for clip in corpus.clips] == ["2_scott_0_0_0"]
    reasons = reported(tmp_path)
    expected = {
        rows[1][0]: "not an SMPL-X motion",
        rows[2][0]: "lasts 1.3 s",
        rows[3][0]: "not numbers",
        rows[4][0]: "jumps",
        rows[5][0]: "empty file",
        rows[6][0]: "12.0 s, its motion 4.0 s",
        rows[7][0]: "no file",
        rows[8][0]: "arkit52",
        rows[9][0]: "Nothing moves",
        "2_gone_0_0_0": "missing",
    }
    for name, part in expected.items():
        assert part in reasons[name], (name, reasons[name])
    # recordings that the split file does not list
    assert "does not list" in reasons["2_scott_0_2_2"]
    assert corpus.facts["left_out"] == len(reasons)
    assert f"left out: {rows[1][0]}" in capsys.readouterr().out


def manifest(folder: Path, count: int = 6, split: bool = False) -> Path:
    folder.mkdir()
    random = np.random.default_rng(3)
    rows = []
    for number in range(count):
        soundfile.write(folder / f"take{number}.flac", speech(random, SECONDS), 16000)
        save_words(WORDS, folder / f"take{number}.words.json")
        save_motion(motion(random, 30 * SECONDS, rest_joints=default_rest_joints()), folder / f"take{number}.npz")
        row = (f"take{number}.flac", f"take{number}.words.json", f"take{number}.npz", ("Ann", "Bo")[number % 2])
        rows.append((*row, "val" if number == 1 else "train") if split else row)
    columns = ("audio", "transcript", "motion", "speaker", "split")
    write_csv(folder / "manifest.csv", columns if split else columns[:4], rows)
    return folder


def test_a_studio_trains_on_its_own_captures(tmp_path, vectors):
    data = source(manifest(tmp_path / "own", split=True), vectors, tmp_path)
    train, held_out = data.load(), data.load("held_out")
    assert train.speakers == ("Ann", "Bo")
    assert (len(train.clips), len(held_out.clips)) == (5, 1)
    assert [take.speaker for take in train.takes] == [0, 0, 1, 0, 1]
    assert train.face_basis == "arkit52"


def test_where_nothing_says_what_to_hold_out_a_little_is_held_out_by_name(tmp_path, vectors):
    data = source(manifest(tmp_path / "own"), vectors, tmp_path)
    train, held_out = ({clip.name for clip in data.load(split, sound=False).clips} for split in ("train", "held_out"))
    assert len(train) + len(held_out) == 6
    assert held_out
    assert not train & held_out


def test_rows_of_a_manifest_that_cannot_be_used_are_reported(tmp_path, vectors):
    folder = manifest(tmp_path / "own")
    with (folder / "manifest.csv").open("a", newline="") as file:
        rows = [
            ("", "", "take0.npz", "Ann"),
            ("take0.flac", "gone.txt", "take1.npz", "Ann"),
            ("take0.flac", "", "", ""),
        ]
        csv.writer(file).writerows(rows)
    source(folder, vectors, tmp_path).load()
    reasons = list(reported(tmp_path).values())
    assert any("Row 8 lacks" in reason for reason in reasons)
    assert any("gone.txt" in reason for reason in reasons)
    assert len(reasons) == 3


def test_rows_with_the_same_motion_get_names_of_their_own_however_many_there_are(tmp_path):
    for name in ("a.wav", "a.npz", "a+2.npz"):
        (tmp_path / name).touch()
    rows = [("a.wav", "", "a.npz", f"speaker {number % 9}") for number in range(5_000)]
    write_csv(tmp_path / "manifest.csv", MANIFEST_COLUMNS, [("a.wav", "", "a+2.npz", "Ann"), *rows])
    names = [recording.name for recording in list_recordings(tmp_path).recordings]
    assert names[:4] == ["a+2", "a", "a+3", "a+4"]
    assert len(set(names)) == 5_001


def test_a_manifest_with_other_columns_or_a_strange_folder_is_an_error_with_a_remedy(tmp_path, vectors):
    (tmp_path / "manifest.csv").write_text("sound,text\na,b\n")
    with pytest.raises(GestureError, match="lacks the columns audio"):
        list_recordings(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(GestureError, match="not a data folder") as error:
        list_recordings(tmp_path / "empty")
    assert "smplxflame_30" in error.value.remedy
    with pytest.raises(GestureError, match="There is no data folder"):
        list_recordings(tmp_path / "nowhere")


def test_a_manifest_whose_every_file_is_missing_says_which(tmp_path):
    (tmp_path / "manifest.csv").write_text("audio,transcript,motion,speaker\na.wav,,a.npz,Ann\nb.wav,,b.npz,Ann\n")
    with pytest.raises(GestureError, match=r"a\.wav.* 1 more") as error:
        list_recordings(tmp_path)
    assert "manifest" in error.value.remedy


def test_our_own_corpus_keeps_its_styles_and_its_chance(tmp_path, vectors):
    folder = make_corpus(tmp_path / "corpus")
    chance = np.random.default_rng(0).random((180, CHANCE)).astype(np.float16)
    np.save(folder / "clip0.lively.chance.npy", chance)
    corpus = source(folder, vectors, tmp_path).load()
    assert corpus.speakers == STYLES
    lively = next(take for take in corpus.takes if take.clip == 0 and take.speaker == 1)
    assert np.allclose(lively.chance, chance)
    calm = next(take for take in corpus.takes if take.clip == 0 and take.speaker == 0)
    assert np.abs(calm.chance).max() > 0.1  # nobody knows it: drawn, so that networks learn to do without


def swing(fps: int, seconds: float = 3.0) -> Motion:
    time = np.arange(int(seconds * fps)) / fps
    rotations = np.zeros((len(time), 55, 3))
    rotations[:, 16, 2] = np.sin(2 * time)
    rotations[:, 1, 0] = 0.3 * np.cos(3 * time)
    place = np.stack([0.2 * np.sin(time), 0 * time, 0.1 * time], 1)
    return Motion(rotations, place, 0.5 + 0 * rotations[:, :52, 0], rest_joints=default_rest_joints(), fps=fps)


@pytest.mark.parametrize("fps", [24, 60, 120])
def test_motion_of_another_rate_is_brought_to_30(tmp_path, fps):
    wanted = swing(30)
    path = tmp_path / "swing.npz"
    save_motion(swing(fps), path)
    found = Library(tmp_path / "features").motion(Recording("swing", path, None, (), "train"), Performance("Ann", path))
    frames = len(found.translation)
    assert abs(frames - 90) <= 1
    assert np.abs(found.translation - wanted.translation[:frames]).max() < 2e-3
    upper = found.channels[Part.UPPER].reshape(frames, 13, 6)
    assert np.abs(upper[:, 7, 0] - np.cos(wanted.rotations[:frames, 16, 2])).max() < 5e-3


def test_a_motion_without_a_skeleton_stands_on_the_floor_of_the_default_one():
    moving = swing(30)
    floating = grounded(moving.replace(translation=moving.translation + UP, rest_joints=None))
    assert np.allclose(floating.skeleton, default_rest_joints())
    joints, _ = forward_kinematics(floating.rotations, floating.translation, floating.skeleton)
    feet = joints[:, list(CONTACT_JOINTS[2:]), 1].min(1)
    assert abs(np.median(feet) - default_rest_joints()[list(CONTACT_JOINTS[2:]), 1].min()) < 1e-6
    assert np.allclose(np.diff(floating.translation, axis=0), np.diff(moving.translation, axis=0))


def test_features_are_mapped_and_made_again_only_when_the_content_changes(tmp_path, vectors):
    folder = manifest(tmp_path / "own")
    data = source(folder, vectors, tmp_path)
    corpus = data.load()
    for values in (corpus.takes[0].channels[Part.HANDS], corpus.clips[0].audio, corpus.clips[0].words):
        base = values
        while not isinstance(base, np.memmap) and base.base is not None:
            base = base.base
        assert isinstance(base, np.memmap)
        assert not values.flags.writeable

    def stored() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in (tmp_path / "features").glob("*.npy")}

    before = stored()
    os.utime(folder / "take1.npz", (1, 1))
    data.load()
    assert stored() == before
    shutil.copy(folder / "take2.npz", folder / "take1.npz")
    data.load()
    assert len(set(stored()) - set(before)) == 1


def test_the_neutral_pose_is_a_quiet_one(tmp_path, vectors):
    folder = tmp_path / "own"
    folder.mkdir()
    random = np.random.default_rng(5)
    moving = motion(random, 400, rest_joints=default_rest_joints())
    rotations = moving.rotations.copy()
    rotations[100:200] = rotations[100]  # a rest
    save_motion(moving.replace(rotations=rotations), folder / "a.npz")
    soundfile.write(folder / "a.wav", speech(random, 400 / 30), 16000)
    write_csv(folder / "manifest.csv", ("audio", "transcript", "motion", "speaker"), [("a.wav", "", "a.npz", "Ann")])
    corpus = source(folder, vectors, tmp_path).load()
    neutral = neutral_of(corpus)
    assert neutral.frame_count == 4
    shown = take_motion(corpus.takes[0], corpus).rotations[150]
    assert np.abs(neutral.rotations[0] - shown)[:22].max() < 1e-5
    assert neutral.translation[0, [0, 2]].tolist() == [0, 0]


def test_a_real_recording_in_the_published_layout(tmp_path, vectors, real_dir):
    real, folder, name = real_dir, tmp_path / "BEAT2", "2_scott_0_2_2"
    for place, file, ending in (
        ("smplxflame_30", f"gt_{name}", "npz"),
        ("wave16k", name, "wav"),
        ("textgrid", name, "TextGrid"),
    ):
        (folder / place).mkdir(parents=True)
        shutil.copy(real / f"{file}.{ending}", folder / place / f"{name}.{ending}")
    write_csv(folder / "train_test_split.csv", ("id", "type"), [(name, "train")])
    corpus = source(folder, vectors, tmp_path).load()
    assert corpus.facts["minutes_of_motion"] == 1.0
    assert reported(tmp_path) == {}
    neutral = neutral_of(corpus)
    joints, _ = forward_kinematics(neutral.rotations, neutral.translation, neutral.skeleton)
    assert abs(joints[0, list(CONTACT_JOINTS[2:]), 1].min() - 0.027) < 0.03
    assert joints[0, 20:22, 1].max() < joints[0, 9, 1]  # hands below the chest
