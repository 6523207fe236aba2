"""build.py: pins, arguments, what a failure leaves behind."""

import subprocess
import sys
import tomllib
from dataclasses import replace
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
    for environment in (environments.DEVELOPER, environments.ASSETS, *environments.BLENDERS):
        pins = environments.requirements(environment)
        assert pins
        assert all("==" in pin for pin in pins), pins


def test_the_blender_environments_differ_in_blender_and_its_numpy_alone():
    first, *others = (set(environments.requirements(blender)) for blender in environments.BLENDERS)
    for other in others:
        assert {pin.split("==")[0] for pin in first ^ other} == {"bpy", "numpy"}


def test_each_package_is_pinned_once_and_the_first_list_counts():
    for environment in (environments.DEVELOPER, *environments.BLENDERS):
        names = [pin.split("==")[0] for pin in environments.requirements(environment)]
        assert len(names) == len(set(names))
    assert "numpy==1.24.3" in environments.requirements(environments.BLENDERS[0])


def test_making_takes_needs_what_the_zip_brings_and_numpy_alone():
    from devtools.package.wheels import packages

    names = {pin.split("==")[0].replace("-", "_") for pin in environments.requirements(environments.WORKER)}
    assert names - {"numpy"} <= set(packages())
    for name in names - {"numpy"}:
        assert f"{name.replace('_', '-')}=={packages()[name]['version']}" in {
            pin.replace("_", "-") for pin in environments.requirements(environments.WORKER)
        }


def test_the_larger_sets_of_the_same_folder_contain_the_smaller_ones():
    small, middle, large = (
        set(environments.requirements(each))
        for each in (environments.WORKER, environments.TORCH, environments.DEVELOPER)
    )
    assert small < middle < large
    assert not any(pin.startswith(("torch", "scipy", "librosa")) for pin in small)


def test_a_python_of_pyenv_is_found(tmp_path, monkeypatch):
    other = next(version for version in ((3, 12), (3, 13)) if version != sys.version_info[:2])
    program = tmp_path / "versions" / f"{other[0]}.{other[1]}.9" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho {program}\necho {other[0]} {other[1]}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    environments.find_python.cache_clear()
    try:
        assert environments.find_python((other,)) == program
    finally:
        environments.find_python.cache_clear()


def test_the_blenders_of_a_test_run_can_be_chosen(monkeypatch):
    def versions(names):
        return [suite.environment.folder.rpartition("-")[2] for suite in suites.suites(names)[1:]]

    monkeypatch.setattr(suites, "can_be_made", lambda environment: environment.pythons == ((3, 11),))
    assert versions("oldest-newest") == ["4.2", "5.0"]
    assert versions("all") == ["4.2", "4.5", "5.0", "5.2"]
    assert versions("5.0,5.2") == ["5.0", "5.2"]
    # Coverage is measured once, in the newest Blender that can be made.
    assert [suite.covers for suite in suites.suites("all")[1:]] == [False, False, True, False]
    # Tests that do not depend on the version run once, too, unless all of them are asked for.
    assert [suite.dependent_only for suite in suites.suites()[1:]] == [True, False]
    for everything in (suites.suites(whole=True), suites.suites("all"), suites.suites("4.2,5.0")):
        assert not any(suite.dependent_only for suite in everything)
    with pytest.raises(BuildError, match=r"no tests for Blender 4\.9"):
        suites.suites("4.9")


def test_suites_without_a_python_are_left_out_by_name(monkeypatch, capsys):
    from devtools.checks import command

    monkeypatch.setattr(command, "can_be_made", lambda environment: not environment.is_blender)
    monkeypatch.setattr(command, "ensure", lambda environment: sys.executable)
    assert command.run_tests(["tests/addon/test_register.py"], blenders="4.2,5.2") == suites.NO_TESTS
    printed = capsys.readouterr().out
    assert "left out: tests/addon in .venv-bpy-4.2, which needs Python 3.11" in printed
    assert "left out: tests/addon in .venv-bpy-5.2, which needs Python 3.13" in printed


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


@pytest.fixture
def folder_of(tmp_path, monkeypatch):
    """Return a function that makes an environment in an empty checkout, whose lists pin pytest and coverage."""
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    lists = '{ test = ["pytest==1.0"], more = ["coverage==2.0"] }'
    (tmp_path / "pyproject.toml").write_text(f"[project]\noptional-dependencies = {lists}\n")
    environments._project.cache_clear()

    def make(*extras: str) -> environments.Environment:
        environment = environments.Environment(".venv-x", extras, ((3, 11),), "pass")
        environment.python.parent.mkdir(parents=True, exist_ok=True)
        environment.python.touch()
        return environment

    def install(python, requirements, lock, options, run):
        run([python, "-m", "pip", "install", *options, *requirements])

    # Lock files have tests of their own.
    monkeypatch.setattr(environments.lock_files, "install", install)
    yield make
    environments._project.cache_clear()


def test_an_environment_of_other_pins_is_not_ready(folder_of):
    environment = folder_of("test")
    assert not environments.is_ready(environment)
    stamp = environment.path / environments.STAMP
    stamp.write_text(f"{environment.path}\npytest==1.0\n")
    assert environments.is_ready(environment)
    stamp.write_text("/somewhere/else\npytest==1.0\n")
    assert not environments.is_ready(environment)
    stamp.write_text(f"{environment.path}\npytest==0.9\n")
    assert not environments.is_ready(environment)


def test_an_environment_that_holds_more_is_ready_and_keeps_it(folder_of, monkeypatch):
    small, large = folder_of("test"), folder_of("test", "more")
    stamp = small.path / environments.STAMP
    stamp.write_text(f"{small.path}\npytest==1.0\n")
    assert not environments.is_ready(large)
    stamp.write_text(f"{small.path}\ncoverage==2.0\npytest==0.9\n")
    monkeypatch.setattr(environments, "run_logged", lambda command, log, **_: log.touch())
    monkeypatch.setattr(environments, "_version_of", lambda python: (3, 11))
    monkeypatch.setattr(environments, "find_python", lambda versions: Path(sys.executable))
    environments.ensure(small)
    assert stamp.read_text().splitlines() == [str(small.path), "pytest==1.0", "coverage==2.0"]
    assert environments.is_ready(large)


def test_the_build_of_a_package_for_nvidia_cards_stays_where_any_build_will_do(folder_of, monkeypatch):
    lists = '{ any = ["torch==2.0"], nvidia = ["torch==2.0+cu1"] }'
    (environments.ROOT / "pyproject.toml").write_text(f"[project]\noptional-dependencies = {lists}\n")
    either, nvidia = folder_of("any"), replace(folder_of("nvidia"), wheels="https://some.where/cu1")
    commands = []

    def run(command, log, **_):
        commands.append(command)
        log.touch()

    monkeypatch.setattr(environments, "run_logged", run)
    monkeypatch.setattr(environments, "_version_of", lambda python: (3, 11))
    monkeypatch.setattr(environments, "find_python", lambda versions: Path(sys.executable))
    environments.ensure(either)
    assert not environments.is_ready(nvidia)
    assert "--extra-index-url" not in commands[0]
    environments.ensure(nvidia)
    install = next(command for command in commands if "torch==2.0+cu1" in command)
    assert install[install.index("--extra-index-url") + 1] == "https://some.where/cu1"
    assert environments.is_ready(either)
    assert environments.is_ready(nvidia)


def test_pytorch_for_nvidia_cards_comes_from_the_index_of_its_build(monkeypatch):
    (torch,) = (pin for pin in environments.requirements(environments.CUDA) if pin.startswith("torch=="))
    assert environments.CUDA.wheels.endswith(torch.partition("+")[2])
    assert set(environments.requirements(environments.WORKER)) < set(environments.requirements(environments.CUDA))
    assert torch.partition("+")[0] in environments.requirements(environments.TORCH)
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(BuildError, match="Linux and Windows"):
        environments.setup(cuda=True)


def test_test_paths_go_to_the_suite_they_belong_to():
    paths, options = suites.split_paths(
        ["tests/addon/exchange/test_fbx.py", "-k", "face", "tests/core/body/test_body.py::test_x"]
    )
    assert paths == ["tests/addon/exchange/test_fbx.py", "tests/core/body/test_body.py::test_x"]
    assert options == ["-k", "face"]
    core, addon = suites.suites()[:2]
    assert suites.chosen(core, paths) == ["tests/core/body/test_body.py::test_x"]
    assert suites.chosen(addon, paths) == ["tests/addon/exchange/test_fbx.py"]
    assert suites.chosen(core, []) == ["tests/core", "tests/training", "tests/devtools"]


def test_counts_come_from_pytests_report(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/></testsuites>')
    assert read_report(report) == Tally(passed=3, failed=3, skipped=3)
    assert read_report(tmp_path / "none.xml") == Tally()


def test_tests_that_only_the_newest_blender_runs_are_counted(tmp_path):
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "conftest.py").write_text("from devtools.checks.any_blender import *  # pytest finds the functions\n")
    (folder / "test_x.py").write_text(
        "import pytest\n\n\n@pytest.mark.any_blender\ndef test_a(): pass\n\n\ndef test_b(): pass\n\n\n"
        '@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.any_blender)])\ndef test_c(n): pass\n'
    )
    report = tmp_path / "report.xml"
    for options, tally in (((), Tally(passed=4)), (("--version-dependent",), Tally(passed=2, newest_only=2))):
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-c",
            str(ROOT / "pyproject.toml"),
            str(folder),
            f"--junitxml={report}",
            *options,
        ]
        assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
        assert read_report(report) == tally


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
