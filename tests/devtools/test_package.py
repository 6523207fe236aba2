"""The zips: which wheels each platform gets, and what their manifests say."""

import tomllib

import pytest

from devtools.docs import licences
from devtools.package import wheels
from devtools.package.archive import build_zip, check_platform, manifest
from devtools.package.wheels import PLATFORMS, Wheel, fetch, packages, wheels_for
from devtools.shell import ROOT, BuildError

PYTHONS = ("3.11", "3.13")


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_every_platform_and_python_gets_every_package_once(platform, python):
    found = [wheel.package for wheel in wheels_for(platform, python)]
    assert found == list(packages())


def test_no_wheel_replaces_a_package_of_blenders():
    assert not {"numpy", "requests", "certifi", "idna", "urllib3", "charset_normalizer"} & set(packages())


def test_every_package_names_its_licence_and_its_purpose():
    for entry in packages().values():
        assert entry["license"]
        assert entry["purpose"]


def test_the_page_of_licences_names_all_that_ships():
    assert licences.PAGE.read_text(encoding="utf-8") == licences.page()
    shipped = [path for path in (ROOT / "addon" / "assets").iterdir() if path.suffix != ".md"]
    named = " ".join(place for place, *_ in licences.OWN)
    assert [path.name for path in shipped if path.name not in named] == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_manifests_name_platform_and_wheels(platform):
    found = wheels_for(platform)
    read = tomllib.loads(manifest(platform, found))
    assert read["platforms"] == [platform]
    assert read["wheels"] == [f"./wheels/{wheel.name}" for wheel in found]
    assert "!/wheels" in read["build"]["paths_exclude_pattern"]
    assert {"copyright", "tags", "permissions", "license", "tagline"} <= set(read)
    assert "website" not in read


def test_other_platforms_get_a_sentence(tmp_path):
    for platform in ("linux-arm64", "windows-arm64", "plan9"):
        with pytest.raises(BuildError, match="no zip for"):
            check_platform(platform)
        with pytest.raises(BuildError, match="no zip for"):
            build_zip(tmp_path, platform)


def test_a_kept_file_that_is_another_one_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(wheels, "CACHE", tmp_path)
    monkeypatch.setattr(wheels, "run_logged", lambda *_, **__: None)  # nothing arrives: no network here
    wheel = Wheel("webvtt_py", "0.6.0", "webvtt_py-0.6.0-py3-none-any.whl", "0" * 64, ("linux-x64",))
    (tmp_path / wheel.name).write_bytes(b"something else")
    with pytest.raises(BuildError, match="is not the file"):
        fetch(wheel, "linux-x64")
