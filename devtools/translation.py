"""The texts that an animator reads, and what the catalogs of languages lack; runs in a Python that has bpy.

    python -m devtools.translation --missing de > missing.json     what a catalog lacks, as {"English": ""}
    python -m devtools.translation --merge de FILE.json            add translations, remove what is no text any more

A catalog is `addon/translations/LANGUAGE.json`. Two kinds of texts are collected: what Blender knows of the registered
classes (names, tooltips, items of menus), and the sentences in the code of the add-on and of the worker, with numbers
in place of values: f"{name} has no words" is "{0} has no words".
"""

import argparse
import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
CATALOGS = ROOT / "addon" / "translations"
# What the shell says, what is said with words of English speech, and names that NumPy gives, is not translated.
_NOT_SHOWN = ("core/cli/", "core/text/spoken.py", "core/text/word_parts.py", "core/phones/scores.py")
_PLACE = re.compile(r"\{\d+\}")
# A text starts like a sentence and has at least two words; file formats and phones do not look like this.
_STARTS = re.compile(r"[A-Z“{]")
_WORD = re.compile(r"[a-z]{2,}")
# Lines of files, types, patterns of texts and names of properties.
_TECHNICAL = re.compile(r"[\t\n|\\]|^[A-Z]_\w+ \{|^mambatalk\w*$")


def code_texts() -> set[str]:
    """Return the sentences in the code of the add-on and of what it runs."""
    found = set()
    for tree in ("addon", "core"):
        for path in sorted((ROOT / tree).rglob("*.py")):
            if not path.relative_to(ROOT).as_posix().startswith(_NOT_SHOWN):
                found |= set(_sentences(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def _sentences(tree: ast.Module) -> Iterator[str]:
    """Yield the texts of a module that look like sentences, and are no docstrings; all that a layout draws or that is
    translated where it stands.
    """
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    inside |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) or id(node) not in inside:
            text = _text(node)
            if " " in text.strip() and _STARTS.match(text) and _WORD.search(_PLACE.sub("", text)):
                yield text
        if isinstance(node, ast.keyword) and node.arg in ("text", "placeholder"):
            shown = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "translated":
            shown = node.args[0]
        else:
            continue
        if _WORD.search(_PLACE.sub("", _text(shown))):
            yield _text(shown)


def _text(node: ast.AST) -> str:
    """Return the text of a literal, with numbers in place of values; "" for other nodes."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    pieces, count = [], 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            pieces.append(str(part.value))
        else:
            pieces.append(f"{{{count}}}")
            count += 1
    return "".join(pieces)


def interface_texts(package: str) -> set[str]:
    """Return the names and tooltips of every registered class of the extension.

    Args:
        package: name of the extension's package; its classes are registered.
    """
    import bpy

    kinds = (bpy.types.Operator, bpy.types.Panel, bpy.types.Menu, bpy.types.UIList)
    kinds += (bpy.types.PropertyGroup, bpy.types.AddonPreferences)
    found = set()
    for kind in kinds:
        for entry in _subclasses(kind):
            if entry.__module__.startswith(f"{package}.") and entry.is_registered:
                found |= _class_texts(entry)
    owners = (bpy.types.Scene, bpy.types.Object, bpy.types.Action, bpy.types.Key)
    for owner in owners:
        for item in owner.bl_rna.properties:
            if item.identifier.startswith("mambatalk"):
                found |= _property_texts(item)
    return {text for text in found if _WORD.search(text)}


def _subclasses(kind: type) -> Iterator[type]:
    for entry in kind.__subclasses__():
        yield entry
        yield from _subclasses(entry)


def _class_texts(entry: type) -> set[str]:
    """Return the label and tooltip of a class, and those of its own properties."""
    # Blender gives a menu of presets the name of the preset that was used last as its label.
    found = {getattr(entry, "bl_label", "")} if not hasattr(entry, "preset_subdir") else set()
    if "_OT_" in entry.__name__:
        found.add(getattr(entry, "bl_description", None) or inspect.cleandoc(entry.__doc__ or ""))
    own = {name for base in entry.__mro__ for name in inspect.get_annotations(base)}
    import bpy

    if issubclass(entry, bpy.types.PropertyGroup):
        own.discard("name")  # Blender's own, and described by it
    for item in entry.bl_rna.properties:
        if item.identifier in own:
            found |= _property_texts(item)
    return found


def _property_texts(item) -> set[str]:
    """Return the name and tooltip of a property, and those of its items where these are fixed."""
    found = {item.name, item.description}
    if item.type == "ENUM":
        found |= {text for choice in item.enum_items_static for text in (choice.name, choice.description)}
    return found


def all_texts(package: str) -> set[str]:
    """Return everything that a catalog must hold (see `interface_texts`)."""
    return {text for text in code_texts() | interface_texts(package) if not _TECHNICAL.search(text)}


def catalog(language: str) -> dict:
    """Return the content of a language's file."""
    return json.loads((CATALOGS / f"{language}.json").read_text(encoding="utf-8"))


def merge(language: str, wanted: set[str], added: dict[str, str]) -> None:
    """Write a catalog with all that is wanted and known, sorted, and nothing else."""
    content = catalog(language)
    texts = {**content["texts"], **{text: said for text, said in added.items() if said}}
    content["texts"] = {text: texts[text] for text in sorted(wanted) if text in texts}
    path = CATALOGS / f"{language}.json"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    """Print what a catalog lacks, or add to it."""
    parser = argparse.ArgumentParser(prog="python -m devtools.translation", description=__doc__.partition("\n")[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--missing", metavar="LANGUAGE", help="print the texts that have no translation, as json")
    action.add_argument("--merge", nargs=2, metavar=("LANGUAGE", "FILE"), help="add the translations of a json file")
    options = parser.parse_args(argv)
    wanted = _registered_texts()
    if options.missing:
        known = catalog(options.missing)["texts"]
        json.dump({text: "" for text in sorted(wanted) if text not in known}, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        language, file = options.merge
        merge(language, wanted, json.loads(Path(file).read_text(encoding="utf-8")))
    return 0


def _registered_texts() -> set[str]:
    from . import extension

    with extension.registered_extension() as package:
        assert isinstance(package, ModuleType)
        return all_texts(package.__name__)


if __name__ == "__main__":
    raise SystemExit(main())
