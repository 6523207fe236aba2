"""Lock files: they name what the environments need, and nothing else is installed."""

import hashlib
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from devtools import lock_files, pytorch_index
from devtools.environments import ASSETS, BLENDERS, DEVELOPER, TORCH, WORKER, requirements
from devtools.shell import BuildError, run_logged

ENVIRONMENTS = (WORKER, TORCH, DEVELOPER, ASSETS, *BLENDERS)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: lock_files.path_of(each.extras).stem)
def test_every_package_of_an_environment_is_locked_with_hashes(environment):
    text = lock_files.path_of(environment.extras).read_text(encoding="utf-8")
    locked = {pin.partition(" ")[0] for pin in lock_files.pins_of(text)}
    assert set(requirements(environment)) <= locked
    hashes = lock_files.hashes_of(text)
    assert all(hashes[lock_files.plain(pin.partition("==")[0])] for pin in locked)


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
        run = partial(run_logged, log=tmp_path / "log.txt", failed="pip failed", remedy="try again")
        lock_files.install(sys.executable, pins, locked, options, run)

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


PAGE = """<!DOCTYPE html>
<html><body><h1>Links for torch</h1>
<a href="/whl/cpu/torch-2.13.0%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl#sha256={a}"
   data-dist-info-metadata="sha256={c}">torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl</a><br/>
<a href="https://host.test/whl/cpu/torch-2.13.0-cp312-none-macosx_11_0_arm64.whl#sha256={b}">torch</a><br/>
<a href="/whl/cpu/torch-2.13.01%2Bcpu-cp311-cp311-win_amd64.whl#sha256={c}">of another version</a><br/>
<a href="/whl/cpu/torch-2.12.0%2Bcpu-cp311-cp311-win_amd64.whl#sha256={c}">of another version</a><br/>
<a href="/whl/cpu/torchvision-2.13.0-cp311-cp311-win_amd64.whl">of another package</a>
</body></html>""".format(a="a" * 64, b="b" * 64, c="c" * 64)
OF_CPU, OF_MAC = (
    "torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl",
    "torch-2.13.0-cp312-none-macosx_11_0_arm64.whl",
)


def test_the_page_of_an_index_names_all_wheels_of_a_version_and_their_hashes():
    assert pytorch_index.files_in(PAGE, "torch", "2.13.0") == {OF_CPU: "a" * 64, OF_MAC: "b" * 64}
    assert pytorch_index.files_in("<html>502 Bad Gateway</html>", "torch", "2.13.0") == {}
    with pytest.raises(ValueError, match="no hash"):
        pytorch_index.files_in(PAGE.replace("#sha256=" + "b" * 64, ""), "torch", "2.13.0")


def test_an_index_that_is_reached_replaces_what_was_kept_and_one_that_is_not_leaves_it(tmp_path, monkeypatch):
    kept, pages = tmp_path / "kept.txt", tmp_path / "index"
    kept.write_text(f"torch==2.13.0 single files\n    {OF_CPU} sha256:{'d' * 64}\n")
    monkeypatch.setattr(pytorch_index, "ADDRESS", "http://127.0.0.1:9")
    said = pytorch_index.renew(["torch==2.13.0", "numpy==2.4.6"], kept)
    assert "1 files stay" in said[0]
    assert pytorch_index.kept(kept) == {"torch==2.13.0": pytorch_index.Files({OF_CPU: "d" * 64}, whole=False)}
    (pages / "torch").mkdir(parents=True)
    (pages / "torch" / "index.html").write_text(PAGE)
    handler = partial(SimpleHTTPRequestHandler, directory=pages)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(pytorch_index, "ADDRESS", f"http://127.0.0.1:{server.server_address[1]}")
        said = pytorch_index.renew(["torch==2.13.0"], kept)
        server.shutdown()
    assert "2 files" in said[0]
    whole = pytorch_index.Files({OF_CPU: "a" * 64, OF_MAC: "b" * 64}, whole=True)
    assert pytorch_index.kept(kept) == {"torch==2.13.0": whole}


def test_where_the_whole_index_is_known_a_file_of_it_that_is_not_named_is_refused():
    place = {"url": f"https://{pytorch_index.HOST}/whl/cpu/{OF_CPU}", "archive_info": {"hashes": {"sha256": "e" * 64}}}
    report = {"install": [{"metadata": {"name": "torch", "version": "2.13.0+cpu"}, "download_info": place}]}
    single = {"torch==2.13.0": pytorch_index.Files({OF_MAC: "b" * 64})}
    assert lock_files.checked(report, {}, "x.txt", single) == [f"torch @ {place['url']} --hash=sha256:{'e' * 64}"]
    with pytest.raises(BuildError, match=r"no file that x\.txt names"):
        lock_files.checked(report, {}, "x.txt", {"torch==2.13.0": pytorch_index.Files({OF_MAC: "b" * 64}, whole=True)})
    assert lock_files.hashes_of("torch==2.13.0 \\\n")["torch"] >= set(
        pytorch_index.kept()["torch==2.13.0"].hashes.values()
    )
