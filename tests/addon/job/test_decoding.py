"""Whatever the sequencer plays is a recording: compressed sound, the sound of a video, the strip of a video."""

import json
from pathlib import Path

import bpy
import numpy as np
import pytest

from ..conftest import HAS_SOUND, ROOT, needs_sound, strips

SPEECH = ROOT / "addon" / "assets" / "demo" / "speech.flac"
RATE = 48000


def encoded(path, container, codec):
    """Four seconds of the bundled recording as a compressed file."""
    import aud

    part = aud.Sound(str(SPEECH)).limit(0, 4)
    part.write(str(path), RATE, 1, aud.FORMAT_S16, getattr(aud, container), getattr(aud, codec), 128000, 4096)
    return path


def new_strip(scene, kind, **options):
    editor = scene.sequence_editor or scene.sequence_editor_create()
    every = editor.strips if hasattr(editor, "strips") else editor.sequences
    return getattr(every, kind)(**options)


@pytest.fixture
def film(scene, tmp_path):
    """A video of four seconds, mp4 with AAC, as cameras and phones write it."""
    scene.render.fps, scene.frame_start, scene.frame_end = 25, 1, 100
    scene.render.resolution_x = scene.render.resolution_y = 32
    new_strip(scene, "new_sound", name="speech", filepath=str(SPEECH), channel=1, frame_start=1)
    color = {"name": "grey", "type": "COLOR", "channel": 2, "frame_start": 1}
    color |= {"length": 100} if bpy.app.version >= (5, 0) else {"frame_end": 101}
    new_strip(scene, "new_effect", **color)
    if bpy.app.version >= (5, 0):
        scene.render.image_settings.media_type = "VIDEO"
    scene.render.image_settings.file_format = "FFMPEG"
    scene.render.ffmpeg.format, scene.render.ffmpeg.audio_codec = "MPEG4", "AAC"
    path = tmp_path / "film.mp4"
    scene.render.filepath = str(path)
    bpy.ops.render.render(animation=True)
    for strip in strips(scene):
        (
            scene.sequence_editor.strips
            if hasattr(scene.sequence_editor, "strips")
            else scene.sequence_editor.sequences
        ).remove(strip)
    return path


def ready(scene, path=None, strip=None):
    settings = scene.mambatalk
    settings.transcript_source = "NONE"
    if path is not None:
        settings.audio_source, settings.audio_file = "FILE", str(path)
    else:
        settings.audio_source, settings.audio_strip = "STRIP", strip


def told(folder):
    return json.loads((folder / "take.json").read_text())["audio"]


def close(decoded, part):
    """How alike two sounds (N,) are, wherever a codec's delay of some milliseconds puts them, and that delay, s."""
    size = 1 << int(np.ceil(np.log2(len(decoded) + len(part))))
    crossed = np.fft.irfft(np.fft.rfft(decoded, size) * np.conj(np.fft.rfft(part, size)))
    alike = crossed.max() / np.sqrt((decoded**2).sum() * (part**2).sum())
    at = int(crossed.argmax())
    return alike, (at if at < size // 2 else at - size) / RATE


@needs_sound
@pytest.mark.parametrize(
    ("name", "container", "codec", "is_decoded"),
    [
        ("speech.aac", "CONTAINER_AAC", "CODEC_AAC", True),
        ("speech.mka", "CONTAINER_MATROSKA", "CODEC_AAC", True),
        ("speech.ac3", "CONTAINER_AC3", "CODEC_AC3", True),
        ("speech.wav", "CONTAINER_MATROSKA", "CODEC_OPUS", True),
        ("speech.mp3", "CONTAINER_MP3", "CODEC_MP3", False),
        ("speech.ogg", "CONTAINER_OGG", "CODEC_VORBIS", False),
        ("speech.flac", "CONTAINER_FLAC", "CODEC_FLAC", False),
    ],
)
def test_a_part_of_a_compressed_file_is_decoded_where_the_worker_cannot_read_it(
    scene, tmp_path, name, container, codec, is_decoded
):
    import aud
    from mambatalk_ext.addon.job import decoding

    path = encoded(tmp_path / name, container, codec)
    found = decoding.for_worker(path, 1.0, 2.0)
    assert (found is not None) == is_decoded
    if is_decoded:
        sound = aud.Sound(str(found)).data()
        assert abs(len(sound) - 2 * RATE) <= 1
        wanted = aud.Sound(str(SPEECH)).resample(RATE, 2).data()[RATE : 3 * RATE, 0]
        alike, late_s = close(sound[:, 0].astype(float), wanted.astype(float))
        assert alike > 0.97
        assert abs(late_s) < 0.03
        assert decoding.for_worker(path, 1.0, 2.0) == found


@pytest.mark.any_blender
@needs_sound
def test_only_the_newest_files_are_kept(scene, tmp_path):
    from mambatalk_ext.addon.job import decoding

    path = encoded(tmp_path / "speech.aac", "CONTAINER_AAC", "CODEC_AAC")
    made = [decoding.for_worker(path, 0.1 * number, 1.0) for number in range(decoding.MOST_KEPT + 3)]
    assert len(set(made)) == len(made)
    assert sum(each.exists() for each in made) == decoding.MOST_KEPT
    assert made[-1].exists()
    assert Path(bpy.app.tempdir) in made[-1].parents


@needs_sound
def test_a_take_of_a_video_names_the_video_plays_it_and_is_made_anew_in_part(scene, character, weights, film, tmp_path):
    ready(scene, film)
    assert bpy.ops.mambatalk.generate(folder=str(tmp_path / "made")) == {"FINISHED"}
    assert told(tmp_path / "made")["path"] == str(film)
    assert [Path(bpy.path.abspath(strip.sound.filepath)) for strip in strips(scene)] == [film]
    assert bpy.ops.mambatalk.resample(parts={"hands"}, seed=3) == {"FINISHED"}
    moved = film.rename(tmp_path / "moved.mp4")
    assert bpy.ops.mambatalk.find_recording(filepath=str(moved)) == {"FINISHED"}
    assert scene.mambatalk.audio_file == str(moved)
    assert bpy.ops.mambatalk.resample(parts={"hands"}, seed=4) == {"FINISHED"}


@needs_sound
def test_the_strip_of_a_video_is_a_recording_from_its_first_visible_frame_on(scene, character, weights, film, tmp_path):
    movie = new_strip(scene, "new_movie", name="film", filepath=str(film), channel=1, frame_start=11)
    movie.frame_final_start = 36
    ready(scene, strip="film")
    assert bpy.ops.mambatalk.generate(folder=str(tmp_path / "made")) == {"FINISHED"}
    audio = told(tmp_path / "made")
    assert (audio["path"], round(audio["offset_s"], 3), round(audio["duration_s"], 1)) == (str(film), 1.0, 3.0)
    (sound,) = [strip for strip in strips(scene) if strip.type == "SOUND"]
    assert (sound.frame_final_start, sound.mute) == (36, False)


@needs_sound
def test_the_sound_strip_beside_a_video_is_the_sound_of_its_take(scene, character, weights, film, tmp_path):
    new_strip(scene, "new_movie", name="film", filepath=str(film), channel=2, frame_start=1)
    new_strip(scene, "new_sound", name="film sound", filepath=str(film), channel=1, frame_start=1)
    ready(scene, strip="film")
    assert bpy.ops.mambatalk.generate(folder=str(tmp_path / "made")) == {"FINISHED"}
    assert [strip.name for strip in strips(scene) if strip.type == "SOUND"] == ["film sound"]


@pytest.mark.any_blender
def test_what_cannot_be_read_is_named_with_a_remedy(scene, character, weights, tmp_path, job_state):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\0\0\0 ftypisom and no film at all")
    ready(scene, path)
    with pytest.raises(RuntimeError):
        bpy.ops.mambatalk.generate(folder=str(tmp_path / "made"))
    assert "film.mp4" in job_state.current.error.message
    assert ("without" in job_state.current.error.message) == (not HAS_SOUND)
    assert "Convert it" in job_state.current.error.remedy
    assert not (tmp_path / "made").exists()


@pytest.mark.any_blender
@pytest.mark.parametrize(
    ("head", "is_read"),
    [
        (b"RIFF....WAVEfmt ", True),
        (b"RIFF....AVI LIST", False),
        (b"FORM....AIFFCOMM", True),
        (b"fLaC", True),
        (b"ID3\x04", True),
        (b"\xff\xfb\x90\x64", True),
        (b"\xff\xf1\x50\x80", False),
        (b"OggS\0\2................\x01vorbis", True),
        (b"OggS\0\2................\x80theora", False),
        (b"\0\0\0\x20ftypM4A ", False),
        (b"\x1aE\xdf\xa3", False),
        (b"\xff", False),
    ],
)
def test_the_first_bytes_say_what_the_worker_reads(extension, head, is_read):
    from mambatalk_ext.addon.job.decoding import is_read_by_worker

    assert is_read_by_worker(head) == is_read
