"""The structure of the code: folders import downwards, nothing runs in a circle, no part is too long to read."""

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from devtools import module_map
from tests.conftest import ROOT

# From the bottom up: a folder imports only what stands before it.
ADDON_ROOMS = (
    "blender",
    "language",
    "job",
    "weights",
    "character",
    "rig",
    "skin",
    "face",
    "take",
    "direct",
    "join",
    "gestures",
    "words",
    "finish",
    "check",
    "generate",
    "exchange",
    "batch",
)
CORE_ROOMS = (
    *(
        "errors",
        "stops",
        "parallel",
        "clock",
        "locks",
        "work_folders",
        "files",
        "swap",
        "paths",
        "plain_values",
        "styles",
        "inputs",
        "weights_folder",
        "filters",
        "whittaker",
        "sealed",
        "body",
        "smplx",
        "formats",
        "face",
        "phones",
        "language",
        "text",
        "audio",
        "gestures",
    ),
    *("take", "requests", "request_json", "finish", "clearance", "direct", "check"),
    *("generate", "model", "worker", "batch", "api", "cli"),
)
TRAINING_ROOMS = ("gesture", "corpus", "loop", "data", "evaluation", "stages", "character", "cli")
TREES = {"addon": ADDON_ROOMS, "core": CORE_ROOMS, "training": TRAINING_ROOMS}
# Which trees a tree may import, beside itself.
BELOW = {"core": set(), "addon": {"core"}, "training": {"core"}}
# Programs start here; they may import everything below their tree and are imported by nobody.
ROOTS = {"addon", "core.__main__", "training.__main__", "core.cli.parser"}

MOST_ROOMS = 18
MOST_MODULES = 15
MOST_ARROWS = 88
MOST_LINES = 400
MOST_FUNCTION_LINES = 60


@dataclass(frozen=True)
class Arrow:
    """One import: the module that imports, the module that it names, and the line."""

    source: str
    target: str
    line: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line} imports {self.target}"


def modules(tree: str) -> dict[str, Path]:
    """Dotted name → file of every module below a folder of the checkout."""
    found = {}
    for path in sorted((ROOT / tree).rglob("*.py")):
        parts = list(path.relative_to(ROOT).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@functools.cache
def every_module() -> dict[str, Path]:
    return {name: path for tree in TREES for name, path in modules(tree).items()}


def named_by(node: ast.AST, package: list[str]) -> list[str]:
    """The dotted names that an import statement of a module of `package` asks for."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = package[: len(package) - node.level + 1] if node.level else []
    start = ".".join([*base, *([node.module] if node.module else [])])
    return [f"{start}.{alias.name}" for alias in node.names]


@functools.cache
def arrows() -> tuple[Arrow, ...]:
    """Every import between modules of the project, those inside functions too."""
    known, found = every_module(), set()
    for name, path in known.items():
        package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for wanted in named_by(node, package):
                # `from .module import name` names a module and then something in it.
                target = wanted if wanted in known else wanted.rpartition(".")[0]
                if target in known and target != name:
                    found.add(Arrow(name, target, node.lineno))
    return tuple(sorted(found, key=str))


def room(name: str) -> str:
    """The folder right below the tree that a module is in."""
    return name.split(".")[1] if "." in name else ""


def is_roof(name: str) -> bool:
    """Whether a module of the add-on holds operators or panels."""
    last = name.rpartition(".")[2]
    return name.startswith("addon.") and last.endswith(("operator", "operators", "panel"))


def test_trees_import_only_the_trees_below_them():
    across = [
        arrow
        for arrow in arrows()
        if arrow.source.split(".")[0] != arrow.target.split(".")[0]
        and arrow.target.split(".")[0] not in BELOW[arrow.source.split(".")[0]]
        and arrow.source not in ROOTS
    ]
    assert not across, "\n".join(map(str, across))


@pytest.mark.parametrize("tree", TREES)
def test_every_folder_has_a_place_in_the_order(tree):
    rooms = {room(name) for name in modules(tree) if name not in ROOTS} - {""}
    assert rooms == set(TREES[tree])


@pytest.mark.parametrize("tree", TREES)
def test_folders_import_only_folders_below_them(tree):
    place = {name: number for number, name in enumerate(TREES[tree])}
    upward = [
        arrow
        for arrow in arrows()
        if arrow.source.startswith(f"{tree}.")
        and arrow.target.startswith(f"{tree}.")
        and arrow.source not in ROOTS
        and not is_roof(arrow.source)
        and place[room(arrow.target)] > place[room(arrow.source)]
    ]
    assert not upward, "\n".join(map(str, upward))


def test_operators_and_panels_are_imported_by_nobody():
    used = [arrow for arrow in arrows() if is_roof(arrow.target)]
    assert not used, "\n".join(map(str, used))


def test_modules_do_not_import_each_other_in_a_circle():
    wanted: dict[str, set[str]] = {}
    for arrow in arrows():
        wanted.setdefault(arrow.source, set()).add(arrow.target)
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join([*path[path.index(name) :], name])
        if name not in done:
            for target in sorted(wanted.get(name, ())):
                visit(target, (*path, name))
            done.add(name)

    for name in every_module():
        visit(name, ())


def test_the_add_on_is_a_handful_of_small_rooms():
    counts: dict[str, int] = {}
    for name, path in modules("addon").items():
        if room(name) and path.name != "__init__.py":
            counts[room(name)] = counts.get(room(name), 0) + 1
    assert len(counts) <= MOST_ROOMS
    assert max(counts.values()) <= MOST_MODULES, counts
    between = {
        (room(arrow.source), room(arrow.target))
        for arrow in arrows()
        if arrow.source.startswith("addon.") and arrow.target.startswith("addon.") and arrow.source not in ROOTS
    }
    between = {(source, target) for source, target in between if source != target}
    assert len(between) <= MOST_ARROWS, len(between)
    place = {name: number for number, name in enumerate(ADDON_ROOMS)}
    back = [(source, target) for source, target in between if place[source] < place[target]]
    assert not back, back


@pytest.mark.parametrize("tree", [*TREES, "devtools", "tests"])
def test_no_module_or_function_is_too_long_to_read(tree):
    long = []
    for name, path in modules(tree).items():
        text = path.read_text(encoding="utf-8")
        if (count := len(text.splitlines())) > MOST_LINES:
            long.append(f"{name}: {count} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > MOST_FUNCTION_LINES:
                long.append(f"{name}.{node.name}: {node.end_lineno - node.lineno + 1} lines")
    assert not long, "\n".join(long)


@pytest.mark.parametrize("tree", ["addon", "core", "training"])
def test_no_two_modules_of_a_folder_share_a_public_class_name(tree):
    owners: dict[tuple[str, str], list[str]] = {}
    for name, path in modules(tree).items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                owners.setdefault((name.rpartition(".")[0], node.name), []).append(name)
    shared = {key: names for key, names in owners.items() if len(names) > 1}
    assert not shared, shared


@pytest.mark.parametrize("tree", [*TREES, "devtools"])
def test_every_folder_says_in_one_sentence_what_it_is(tree):
    silent = []
    for path in (ROOT / tree).rglob("__init__.py"):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if not said:
            silent.append(str(path.relative_to(ROOT)))
    assert not silent, silent


def test_the_page_on_architecture_lists_every_module():
    page = module_map.PAGE.read_text(encoding="utf-8")
    assert module_map.with_modules(page) == page, "run python -m devtools.module_map --write"


def test_files_that_the_pages_name_exist():
    missing = []
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for name in re.findall(
            r"`((?:addon|core|training|devtools|tests|docs)/[\w/.*]+)`", page.read_text(encoding="utf-8")
        ):
            if "*" not in name and "data_train" not in name and not (ROOT / name).exists():
                missing.append(f"{page.name}: {name}")
    assert not missing, missing


def test_tests_share_helpers_by_modules_that_are_no_tests():
    shared = [
        f"{path.relative_to(ROOT)}: {node.module}"
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").rpartition(".")[2].startswith("test_")
    ]
    assert shared == []
