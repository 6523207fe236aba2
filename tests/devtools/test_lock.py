"""Lock files: they name what the environments need, and nothing else is installed."""

import hashlib
import sys
import zipfile

import pytest

from devtools import lock
from devtools.environments import ASSETS, BLENDERS, DEVELOPER, TORCH, WORKER, requirements
from devtools.shell import BuildError

ENVIRONMENTS = (WORKER, TORCH, DEVELOPER, ASSETS, *BLENDERS)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: lock.path_of(each.extras).stem)
def test_every_package_of_an_environment_is_locked_with_hashes(environment):
    text = lock.path_of(environment.extras).read_text(encoding="utf-8")
    locked = {pin.partition(" ")[0] for pin in lock.pins_of(text)}
    assert set(requirements(environment)) <= locked
    hashes = lock.hashes_of(text)
    assert all(hashes[lock.plain(pin.partition("==")[0])] for pin in locked)


def wheel(folder):
    """Write the smallest wheel."""
    path = folder / "tiny_thing-1.0-py3-none-any.whl"
    info = "tiny_thing-1.0.dist-info"
    files = {
        "tiny_thing.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny-thing\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_file_that_the_lock_does_not_name_is_not_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    digest = wheel(tmp_path)
    locked = tmp_path / "tiny.txt"
    target = tmp_path / "installed"
    options = ["--no-index", "--find-links", str(tmp_path), "--target", str(target), "--disable-pip-version-check"]

    def install(*pins):
        log = tmp_path / "log.txt"
        lock.install(sys.executable, pins, locked, options, log, "pip failed", "try again", lambda line: None)

    with pytest.raises(BuildError, match="no lock file"):
        install("tiny-thing==1.0")
    locked.write_text(f"tiny-thing==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    with pytest.raises(BuildError, match=r"tiny.txt lacks other==2"):
        install("tiny-thing==1.0", "other==2")
    with pytest.raises(BuildError, match=r"is no file that tiny\.txt names"):
        install("tiny-thing==1.0")
    assert not target.exists()
    locked.write_text(f"tiny-thing==1.0 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{digest}\n")
    install("tiny-thing==1.0")
    assert (target / "tiny_thing.py").is_file()
