"""build.py: pins, arguments, what a failure leaves behind."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from devtools import environments
from devtools.checks import folder_coverage, suites
from devtools.checks.tally import Tally, read_report
from devtools.demo import command as demo
from devtools.shell import BuildError, run_logged

ROOT = Path(__file__).resolve().parents[2]


def build(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(ROOT / "build.py"), *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_every_environment_has_exact_pins():
    for environment in (environments.WORKER, environments.ASSETS, *environments.BLENDERS):
        pins = environments.requirements(environment)
        assert pins
        assert all("==" in pin for pin in pins), pins


def test_the_blender_environments_differ_in_blender_alone():
    first, second = (set(environments.requirements(blender)) for blender in environments.BLENDERS)
    assert {pin.split("==")[0] for pin in first ^ second} == {"bpy"}


def test_build_py_and_what_it_loads_first_need_the_standard_library_alone():
    code = (
        "import sys; sys.path.insert(0, '.'); import build, devtools.environments, devtools.demo.command, "
        "devtools.checks.command, devtools.package.command, devtools.bench.command; "
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'numpy', 'torch', 'bpy', 'pytest', 'scipy'}))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_is_the_same_in_both_places():
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))
    assert manifest["version"] == environments.version()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["demo", "missing.wav", "missing.txt"], "There is no recording missing.wav"),
        (["demo", "README.md", "missing.txt"], "There is no transcript missing.txt"),
        (["demo", "--blender", "no/such/blender"], "is not a program"),
        (["demo", "--out", "README.md"], "is a file"),
        (["demo", "--frames", "3"], "unrecognized arguments: --frames"),
        (["frobnicate"], "invalid choice"),
        ([], "required: COMMAND"),
    ],
)
def test_bad_arguments_end_with_code_2_and_say_why(arguments, says):
    done = build(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_demo_of_bad_input_leaves_nothing_behind(tmp_path):
    (tmp_path / "speech.wav").write_bytes(b"this is no sound file")
    done = build("demo", "speech.wav", "--out", "new folder/out", cwd=tmp_path)
    assert done.returncode == 2
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["speech.wav"]


def test_a_failed_demo_keeps_the_results_of_the_one_before(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "take.fbx").write_text("from before")
    done = build("demo", str(ROOT / "README.md"), "--out", str(out))
    assert done.returncode == 2
    assert (out / "take.fbx").read_text() == "from before"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_new_results_replace_old_ones_and_nothing_else(tmp_path):
    staging, out = tmp_path / "staging", tmp_path / "out"
    for folder, text in ((staging, "new"), (out, "old")):
        (folder / "take").mkdir(parents=True)
        (folder / "take" / "take.json").write_text(text)
        for name in demo.FILES[1:]:
            (folder / name).write_text(text)
    (out / "notes.txt").write_text("mine")
    demo._publish(staging, out)
    assert (out / "take" / "take.json").read_text() == "new"
    assert {(out / name).read_text() for name in demo.FILES[1:]} == {"new"}
    assert (out / "notes.txt").read_text() == "mine"


def test_a_program_that_explains_itself_is_quoted(tmp_path):
    code = "import sys; print('noise'); print('error: The cup is empty.\\nFill it.'); sys.exit(2)"
    with pytest.raises(BuildError) as caught:
        run_logged([sys.executable, "-c", code], tmp_path / "log", failed="x", remedy="y")
    assert (caught.value.message, caught.value.remedy) == ("The cup is empty.", "Fill it.")


def test_a_program_that_crashes_shows_the_end_of_its_log(tmp_path):
    with pytest.raises(BuildError) as caught:
        run_logged([sys.executable, "-c", "1/0"], tmp_path / "log", failed="It broke.", remedy="Mend it.")
    assert caught.value.message == "It broke."
    assert "ZeroDivisionError" in caught.value.detail


def test_an_environment_of_other_pins_is_not_ready(tmp_path, monkeypatch):
    environment = environments.Environment(".venv-x", ("test",), ((3, 11),), "pass")
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\noptional-dependencies = { test = ["pytest==1.0"] }\n')
    environments._project.cache_clear()
    try:
        environment.python.parent.mkdir(parents=True)
        environment.python.touch()
        assert not environments.is_ready(environment)
        stamp = environment.path / environments.STAMP
        stamp.write_text(f"{environments._fingerprint(environment)}\n{environment.path}\n")
        assert environments.is_ready(environment)
        stamp.write_text(f"{environments._fingerprint(environment)}\n/somewhere/else\n")
        assert not environments.is_ready(environment)
        stamp.write_text(f"0000\n{environment.path}\n")
        assert not environments.is_ready(environment)
    finally:
        environments._project.cache_clear()


def test_test_paths_go_to_the_suite_they_belong_to():
    paths, options = suites.split_paths(
        ["tests/addon/exchange/test_fbx.py", "-k", "face", "tests/core/body/test_body.py::test_x"]
    )
    assert paths == ["tests/addon/exchange/test_fbx.py", "tests/core/body/test_body.py::test_x"]
    assert options == ["-k", "face"]
    core, addon = suites.SUITES[0], suites.SUITES[1]
    assert suites.chosen(core, paths) == ["tests/core/body/test_body.py::test_x"]
    assert suites.chosen(addon, paths) == ["tests/addon/exchange/test_fbx.py"]
    assert suites.chosen(core, []) == ["tests/core", "tests/training", "tests/devtools"]


def test_counts_come_from_pytests_report(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/></testsuites>')
    assert read_report(report) == Tally(passed=3, failed=3, skipped=3)
    assert read_report(tmp_path / "none.xml") == Tally()


def test_coverage_is_added_up_by_folder():
    files = {
        "core/direct/levels.py": {"summary": {"num_statements": 10, "covered_lines": 9}},
        "core/direct/markers.py": {"summary": {"num_statements": 30, "covered_lines": 30}},
        "addon/rig/presets/reader.py": {"summary": {"num_statements": 4, "covered_lines": 1}},
        "core/clock.py": {"summary": {"num_statements": 5, "covered_lines": 5}},
    }
    rows = folder_coverage._sums({"files": files})
    assert rows == [("addon/rig", 4, 1), ("core", 5, 5), ("core/direct", 40, 39)]
    assert folder_coverage.table(rows).splitlines()[-1].split() == ["all", "49", "91.8", "%"]
