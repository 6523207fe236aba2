"""Files whose content is good and whose form or place is odd: texts of JSON, links, sparse files, traps in folders."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

# Good content, and this much emptiness behind it, which takes no room on the disk.
_SPARSE_BYTES = 5 << 40


def json_forms(value: dict) -> dict[str, tuple[bytes, bool | None]]:
    """Return texts of nearly the same object, each with whether it must be accepted; None where both are right.

    Args:
        value: a mapping with an entry "name" or another text, whose first entry is a number.
    """
    text = json.dumps(value)
    first = next(iter(value))
    one = json.dumps({first: value[first]})[1:-1]
    inner = text[1:-1]
    return {
        "plain": (text.encode(), True),
        "lines of Windows": (json.dumps(value, indent=1).replace("\n", "\r\n").encode(), True),
        "a mark": (b"\xef\xbb\xbf" + text.encode(), None),
        "utf-16": (text.encode("utf-16"), None),
        "utf-32": (text.encode("utf-32"), None),
        "latin": (f'{{{inner}, "note": "caf\u00e9"}}'.encode("latin-1"), False),
        "an entry twice": (f"{{{one}, {inner}}}".encode(), None),
        "an entry twice, other": (f'{{"{first}": 77, {inner}}}'.encode(), False),
        "an entry in another case": (text.replace(f'"{first}"', f'"{first.upper()}"', 1).encode(), None),
        "single quotes": (text.replace('"', "'").encode(), False),
        "a comment": (f"// so\n{text}".encode(), False),
        "a comma at the end": (f"{{{inner},}}".encode(), False),
        "two objects": (f"{text}{text}".encode(), False),
        "a zero behind": (text.encode() + b"\0", False),
        "no end": (text.encode()[:-1], False),
        "20 MB of blanks": (b" " * (20 << 20) + text.encode(), None),
        "a name of 9 MB": (f'{{"{"x" * 9_000_000}": 1, {inner}}}'.encode(), None),
        "200,000 names": (
            ("{" + ", ".join(f'"n{number}": 1' for number in range(200_000)) + f", {inner}}}").encode(),
            None,
        ),
        "a number of 6,000 digits": (f'{{"{first}": {"1" * 6000}, {inner.partition(", ")[2]}}}'.encode(), False),
        "a number beyond": (f'{{{inner}, "more": 1e400}}'.encode(), False),
        "minus infinity": (f'{{{inner}, "more": -Infinity}}'.encode(), False),
        "half a character": (f'{{{inner}, "more": "\\ud800"}}'.encode(), None),
        "half a name": (f'{{{inner}, "\\udfff": 1}}'.encode(), None),
        "bytes that are no text": (text.encode()[:-1] + b', "more": "\xff\xfe"}', False),
        "a control character": (f'{{{inner}, "more": "\x01"}}'.encode(), False),
        "deep below a name": (f'{{{inner}, "more": {"[" * 150}{"]" * 150}}}'.encode(), False),
        "names of Python": (
            f'{{{inner}, "__class__": "os", "__proto__": {{"a": 1}}, "py/object": "os.system"}}'.encode(),
            None,
        ),
    }


def odd_places(folder: Path, good: Path) -> dict[str, tuple[str, bool | None]]:
    """Return ways to name a file or a folder that works, and copies of it that are odd.

    Args:
        folder: for the copies; new.
        good: a file or a folder.
    """
    folder.mkdir(parents=True)
    inside = f"{good.parent}/../{good.parent.name}/./{good.name}"
    (folder / "one").symlink_to(good)
    (folder / "two").symlink_to("one")
    named: dict[str, tuple[str, bool | None]] = {
        "dots": (inside, True),
        "two slashes": (f"/{good.parent}//{good.name}", None),
        "links of links": (str(folder / "two"), None),
        "the root of a process": (f"/proc/self/root{good}", None),
        "a home that is none": (f"~nobody-here/{good.name}", False),
        "an address": (f"file://{good}", False),
        "backslashes": (str(good).replace("/", "\\"), False),
        "a drive": (f"C:{good}", False),
        "a share": (f"\\\\server\\share\\{good.name}", False),
        "a blank behind": (f"{good} ", False),
        "a line end behind": (f"{good}\n", False),
        "a star": (f"{good.parent}/*", False),
    }
    for title, name in {
        "a line": "a\nb",
        "a picture": "\U0001f3ad",
        "signs": "a;b&c$(d)`e`'f\"",
        "dashes": "--x",
    }.items():
        named[f"a name with {title}"] = (str(_copy(good, folder / f"{name}{good.suffix}")), True)
    if good.is_file():
        os.link(good, folder / f"hard{good.suffix}")
        named["a hard link"] = (str(folder / f"hard{good.suffix}"), True)
        for name, when in (("1901", -(2**31)), ("2242", 2**33)):
            old = _copy(good, folder / f"{name}{good.suffix}")
            os.utime(old, (when, when))
            named[f"of the year {name}"] = (str(old), True)
        named["a slash behind"] = (f"{good}/", None)
        named["5 TB of emptiness behind"] = (str(_sparse(_copy(good, folder / f"sparse{good.suffix}"))), None)
    return named


def folders_with_traps(folder: Path, good: Path) -> Iterator[tuple[str, Path]]:
    """Give copies of a folder in which one file is a pipe, a link to a device, a folder, or endless.

    Args:
        folder: for the copies.
        good: a folder that works; its files become links.
    """
    for each in sorted(path for path in good.iterdir() if path.is_file() and path.suffix != ".md"):
        for kind in ("pipe", "device", "folder", "sparse", "itself"):
            copy = folder / f"{each.name} {kind}"
            copy.mkdir(parents=True)
            for other in good.iterdir():
                if other != each:
                    (copy / other.name).symlink_to(other)
            if kind == "pipe":
                os.mkfifo(copy / each.name)
            elif kind == "folder":
                (copy / each.name).mkdir()
            elif kind == "sparse":
                _sparse(_copy(each, copy / each.name))
            else:
                (copy / each.name).symlink_to("/dev/zero" if kind == "device" else each.name)
            yield f"{each.name}: {kind}", copy


def _copy(good: Path, path: Path) -> Path:
    return Path(shutil.copytree(good, path) if good.is_dir() else shutil.copyfile(good, path))


def _sparse(path: Path) -> Path:
    with path.open("r+b") as file:
        file.truncate(_SPARSE_BYTES)
    return path
