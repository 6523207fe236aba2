"""Fetching the released weights from a server of the same addresses: never unasked, whole, and taken up again."""

import hashlib
import json
import os
import subprocess
import sys
import threading

import pytest

from core.errors import GestureError
from core.files import refused_by_system
from core.model import fetching
from core.model.config import PUBLISHED
from core.model.fetching import RECORD, fetch, look_up
from devtools.hostile.server import OWNER, serving

from ...conftest import ROOT
from .weights_server import BODY_MODEL, COMMIT, REPOSITORY, Hub


@pytest.fixture
def hub(monkeypatch):
    with Hub() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server
        server.shutdown()


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "core", "fetch-weights", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_without_the_users_word_no_server_is_contacted(hub, tmp_path):
    done = command(tmp_path / "weights", "--repository", REPOSITORY)
    assert done.returncode == 2
    assert "non-commercial" in done.stdout
    assert "MB" in done.stdout
    assert "--i-accept-the-licence" in done.stderr
    assert hub.asked == []
    assert not (tmp_path / "weights").exists()


def test_the_six_networks_are_fetched_with_their_hashes(hub, tmp_path):
    folder = tmp_path / "weights"
    done = command(folder, "--repository", REPOSITORY, "--i-accept-the-licence")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Licence: non-commercial")
    assert "cc-by-nc-4.0" in done.stdout
    for name in PUBLISHED.values():
        assert (folder / name).read_bytes() == hub.files[name]
    record = json.loads((folder / RECORD).read_text())
    assert (record["repository"], record["revision"], record["licence"]) == (REPOSITORY, COMMIT, "cc-by-nc-4.0")
    assert record["files"] == {
        name: {"bytes": len(hub.files[name]), "sha256": hub.said[name]} for name in PUBLISHED.values()
    }
    assert not (folder / BODY_MODEL).exists()
    assert sorted(path.name for path in folder.iterdir()) == [RECORD, "mambatalk_100.bin", "pretrained_vq"]
    assert hub.secrets == []

    hub.asked.clear()
    fetch(look_up(REPOSITORY), folder)
    assert len(hub.asked) == 1, "whole files are not fetched again"


def test_a_broken_connection_is_taken_up_again_where_it_broke(hub, tmp_path):
    hub.breaks, hub.breaks_after = 3, 900
    with pytest.raises(GestureError, match="not fetched whole"):
        fetch(look_up(REPOSITORY), tmp_path)
    first = next(iter(PUBLISHED.values()))
    assert not (tmp_path / first).exists()
    assert [start for path, start in hub.asked if path.endswith(first)] == [None, "bytes=900-", "bytes=1800-"]

    # What is left of one version of a file is no beginning of the next version.
    hub.files[first] += b"more"
    hub.said[first] = hashlib.sha256(hub.files[first]).hexdigest()
    offer = look_up(REPOSITORY)
    hub.asked.clear()
    fetch(offer, tmp_path)
    assert [start for path, start in hub.asked if path.endswith(first)] == [None]
    assert (tmp_path / first).read_bytes() == hub.files[first]


def test_a_later_call_completes_what_an_earlier_one_left(hub, tmp_path):
    hub.breaks, hub.breaks_after = 3, 900
    with pytest.raises(GestureError):
        fetch(look_up(REPOSITORY), tmp_path)
    hub.asked.clear()
    fetch(look_up(REPOSITORY), tmp_path)
    first = next(iter(PUBLISHED.values()))
    assert [start for path, start in hub.asked if path.endswith(first)] == ["bytes=2700-"]
    assert (tmp_path / first).read_bytes() == hub.files[first]
    assert list(tmp_path.rglob("*.part")) == []


def test_damaged_files_and_files_in_the_way_are_refused(hub, tmp_path):
    name = PUBLISHED["generator"]
    hub.said[name] = "0" * 64
    with pytest.raises(GestureError, match="damaged"):
        fetch(look_up(REPOSITORY), tmp_path / "a")
    assert not (tmp_path / "a" / name).exists()
    assert list(tmp_path.rglob("*.part")) == []
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / name).write_bytes(b"mine")
    with pytest.raises(GestureError, match="another file"):
        fetch(look_up(REPOSITORY), tmp_path / "b")
    assert (tmp_path / "b" / name).read_bytes() == b"mine"


def test_a_file_that_cannot_be_written_is_named_and_no_connection_is_blamed(hub, tmp_path):
    offer = look_up(REPOSITORY)
    part = fetching._part(tmp_path, offer.files[0])
    part.mkdir(parents=True)
    hub.asked.clear()
    with pytest.raises(OSError, match=r"\.part") as caught:
        fetch(offer, tmp_path)
    assert refused_by_system(caught.value).message.startswith(f"{part} cannot be used: ")
    assert len(hub.asked) == 1


def test_servers_and_repositories_that_do_not_answer_are_named(hub, monkeypatch):
    with pytest.raises(GestureError, match="someone/else"):
        look_up("someone/else")
    with pytest.raises(GestureError, match="is no repository"):
        look_up("../etc")
    del hub.files[PUBLISHED["face"]]
    with pytest.raises(GestureError, match=r"pretrained_vq/face\.bin"):
        look_up(REPOSITORY)
    monkeypatch.setenv("HF_ENDPOINT", "file:///etc")
    with pytest.raises(GestureError, match="HF_ENDPOINT"):
        look_up(REPOSITORY)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(GestureError, match="cannot be reached"):
        look_up(REPOSITORY)


def test_the_server_of_these_tests_answers_as_the_hubs_own_program_expects(hub, tmp_path):
    hub_program = pytest.importorskip("huggingface_hub")
    api = hub_program.HfApi(endpoint=os.environ["HF_ENDPOINT"], token=False)
    info = api.model_info(REPOSITORY, revision="main", files_metadata=True)
    offer = look_up(REPOSITORY)
    theirs = {file.rfilename: (file.size, file.lfs.sha256) for file in info.siblings}
    assert (info.sha, info.card_data["license"]) == (offer.revision, offer.licence)
    assert {file.name: (file.size, file.sha256) for file in offer.files}.items() <= theirs.items()
    name = PUBLISHED["face"]
    path = api.hf_hub_download(REPOSITORY, name, revision=offer.revision, local_dir=tmp_path)
    with open(path, "rb") as file:
        assert file.read() == hub.files[name]


@pytest.mark.parametrize("name", ["endless", "slow", "size_huge", "size_beyond", "size_negative", "deep", "longer"])
def test_a_server_that_lies_ends_in_an_error_and_fills_no_disk(name, monkeypatch, tmp_path):
    monkeypatch.setattr(fetching, "_MOST_ANSWER_S", 1.0)
    with serving() as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(GestureError) as raised:
            fetch(look_up(f"{OWNER}/{name}"), tmp_path)
    assert raised.value.remedy
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 100


def test_a_server_that_gives_almost_nothing_is_left(monkeypatch, tmp_path):
    monkeypatch.setattr(fetching, "_LEAST_WITHIN_S", 0.5)
    with serving() as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(GestureError, match="not fetched whole"):
            fetch(look_up(f"{OWNER}/slow_file"), tmp_path)
