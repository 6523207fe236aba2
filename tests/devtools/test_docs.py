"""README and docs say what is there: links, commands, options and messages exist; generated parts are up to date."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import build
from devtools.docs import messages, tables
from devtools.docs.command import SCREENSHOTS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
MOST_BYTES = 4_600_000
LINK = re.compile(r'!?\[[^\]]*\]\(([^)\s]+)\)|<img src="([^"]+)"')
# `python build.py demo --out DIR` and `.venv/bin/python -m core generate --speaker 1`, up to the end of line or code.
BUILD = re.compile(r"(?:python |`)build\.py ([a-z][\w-]*)([^`\n|#]*)")
CORE = re.compile(r"-m core ([a-z][\w-]*)([^`\n|#]*)")
MODULE = re.compile(r"-m ((?:devtools|training)[\w.]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")
named = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def links(page: Path) -> list[str]:
    """Where the links and the pictures of a page lead."""
    return [link or picture for link, picture in LINK.findall(text(page))]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.+)$", text(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@named
def test_every_link_leads_to_a_file_or_a_heading(page):
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


@named
def test_every_file_of_the_project_that_is_named_exists(page):
    if page.name in ("CHANGELOG.md", "finding-files.md"):
        pytest.skip("it names files of the past")
    for path in re.findall(
        r"`((?:docs|addon|core|training|devtools|tests|weights|examples|presets)/[\w./-]+)`", text(page)
    ):
        assert (ROOT / path).exists() or (ROOT / f"{path}.py").exists(), f"{page.name}: {path}"


@cache
def build_options() -> dict[str, set[str]]:
    """The options of each command of build.py."""
    commands = next(
        action for action in build._parser()._actions if action.choices and action.dest == "command"
    ).choices
    return {name: set(parser._option_string_actions) for name, parser in commands.items()}


@cache
def core_options(command: str) -> set[str]:
    """The options of a command of `python -m core`."""
    done = subprocess.run(
        [sys.executable, "-m", "core", *command.split(), "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(OPTION.findall(done.stdout)) | {"--help"}


@named
def test_every_command_of_build_py_exists_with_its_options(page):
    for command, rest in BUILD.findall(text(page)):
        assert command in build_options(), f"{page.name}: build.py {command}"
        # Other arguments of `test` go to pytest.
        wrong = set(OPTION.findall(rest)) - build_options()[command] if command != "test" else set()
        assert not wrong, f"{page.name}: build.py {command} {wrong}"


@named
def test_every_command_of_core_exists_with_its_options(page):
    for command, rest in CORE.findall(text(page)):
        kind = rest.split()[0] if command == "train" and rest.split() and rest.split()[0].isalpha() else ""
        wrong = set(OPTION.findall(rest)) - core_options(f"{command} {kind}".strip())
        assert not wrong, f"{page.name}: core {command} {kind} {wrong}"


@named
def test_every_module_that_is_run_exists(page):
    for module in MODULE.findall(text(page)):
        path = ROOT / module.rstrip(".").replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), f"{page.name}: {module}"


def test_every_message_that_readme_quotes_is_in_the_code():
    code = " ".join(text(path) for tree in ("addon", "core") for path in (ROOT / tree).rglob("*.py"))
    quoted = re.findall(r"“([^”]+)”", text(ROOT / "README.md"))
    assert len(quoted) > 3
    for message in quoted:
        for piece in message.split("…"):
            assert piece.strip() in code, message


def test_the_generated_page_and_tables_are_up_to_date():
    assert text(messages.PAGE) == messages.page(), "run python build.py docs --only pages"
    for path, wanted in tables.pages().items():
        assert text(path) == wanted, f"{path.name}: run python build.py docs --only pages"


def test_the_page_of_messages_holds_every_error_of_the_extension():
    page = text(messages.PAGE)
    assert page.count("\n| ") > 150
    for message, remedy in messages.messages(ROOT / "addon" / "generate" / "operators.py"):
        assert message in page
        assert remedy in page


def test_the_pictures_are_there_and_small():
    images = [path for path in (ROOT / "docs").rglob("*") if path.suffix in (".png", ".webp", ".gif", ".jpg", ".mp4")]
    names = {path.stem for path in images}
    assert {"picture", "clip", *SCREENSHOTS} <= names
    assert sum(path.stat().st_size for path in images) < MOST_BYTES
    shown = {Path(link).name for page in PAGES for link in links(page)}
    assert {path.name for path in images} <= shown
