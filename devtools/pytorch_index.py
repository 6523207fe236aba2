"""PyTorch's index of wheels for the processor: which files it has of a version, and the hash of each.

`devtools/locks/pytorch-cpu.txt` keeps what was read last, one file a line, for each package:

    torch==2.13.0 whole index
        torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl sha256:6746…

Where it says "single files" instead, the index was not read: only the named files are known.
"""

import re
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .shell import ROOT

HOST = "download.pytorch.org"
ADDRESS = f"https://{HOST}/whl/cpu"
KEPT = ROOT / "devtools" / "locks" / "pytorch-cpu.txt"
PACKAGES = ("torch",)
_HEAD = "# Files of PyTorch's index for the processor; `python -m devtools.lock --write` makes this file.\n"
_WHOLE, _SINGLE = "whole index", "single files"
_MOST_BYTES = 32 << 20
_PATIENCE_S = 30.0


@dataclass(frozen=True)
class Files:
    """What is known of the files of one version of a package.

    Attributes:
        hashes: SHA-256 of each file, 64 hexadecimal digits, by the file's name.
        whole: whether these are all files that the index has; else some copies of them.
    """

    hashes: dict[str, str] = field(default_factory=dict)
    whole: bool = False


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a link goes."""
        if tag == "a":
            self.addresses += [value for name, value in attrs if name == "href" and value]


def files_in(page: str, name: str, version: str) -> dict[str, str]:
    """Return the SHA-256 of each wheel of a version, by its name, from the page of a package in a simple index.

    Args:
        page: HTML as the standard of simple indexes has it: each link ends in `#sha256=` and the hash.
        name: of the package.
        version: without what follows a plus; wheels of `2.13.0+cpu` are of version 2.13.0.

    Raises:
        ValueError: a wheel of the version has no hash.
    """
    links = _Links()
    links.feed(page)
    wanted = re.compile(rf"{re.escape(name)}-{re.escape(version)}(\+[A-Za-z0-9.]+)?-[^/]+\.whl", re.IGNORECASE)
    found = {}
    for address in links.addresses:
        parts = urlsplit(address)
        file = unquote(parts.path.rpartition("/")[2])
        if not wanted.fullmatch(file):
            continue
        digest = re.fullmatch(r"sha256=([0-9a-f]{64})", parts.fragment)
        if digest is None:
            raise ValueError(f"{file} has no hash in the index")
        found[file] = digest[1]
    return found


def read_index(name: str, version: str) -> Files:
    """Ask the index itself for all files of a version.

    Raises:
        OSError: the index cannot be reached.
        ValueError: what it says is no page of an index, or names no file of the version.
    """
    with urllib.request.urlopen(f"{ADDRESS}/{name}/", timeout=_PATIENCE_S) as answer:
        page = answer.read(_MOST_BYTES).decode("utf-8")
    hashes = files_in(page, name, version)
    if not hashes:
        raise ValueError(f"the index names no file of {name} {version}")
    return Files(hashes, whole=True)


def kept(path: Path = KEPT) -> dict[str, Files]:
    """Return what was read last, by `name==version`."""
    found: dict[str, Files] = {}
    pin = ""
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        if match := re.fullmatch(rf"(\S+==\S+) ({_WHOLE}|{_SINGLE})", line):
            pin = match[1]
            found[pin] = Files({}, match[2] == _WHOLE)
        elif match := re.fullmatch(r"    (\S+) sha256:([0-9a-f]{64})", line):
            found[pin].hashes[match[1]] = match[2]
    return found


def renew(pins: Iterable[str], path: Path = KEPT) -> list[str]:
    """Read the index for some pins and keep what it says; where it cannot be reached, what was kept stays.

    Args:
        pins: such as `torch==2.13.0`; others than of `PACKAGES` are left out.
        path: of the file.

    Returns:
        A sentence for each pin: what is known of it now.
    """
    before, now, said = kept(path), {}, []
    for pin in sorted({pin for pin in pins if pin.partition("==")[0] in PACKAGES}):
        try:
            now[pin] = read_index(*pin.split("=="))
            said.append(f"{pin}: {len(now[pin].hashes)} files of {ADDRESS}")
        except (OSError, ValueError) as error:
            now[pin] = before.get(pin, Files())
            said.append(
                f"{pin}: {ADDRESS} could not be read ({error}); {len(now[pin].hashes)} files stay as they were. "
                "Run the command again where it can be reached."
            )
    lines = [_HEAD]
    for pin, files in now.items():
        lines.append(f"{pin} {_WHOLE if files.whole else _SINGLE}\n")
        lines += [f"    {file} sha256:{digest}\n" for file, digest in sorted(files.hashes.items())]
    path.write_text("".join(lines), encoding="utf-8")
    return said
