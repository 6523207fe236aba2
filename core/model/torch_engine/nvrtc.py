"""CUDA source to machine code by NVRTC, the compiler that comes with PyTorch for CUDA; kept in the user's cache folder.

NVRTC is a library: neither a CUDA toolkit nor a C compiler is needed. Machine code is kept under the hash of source,
options, card and compiler, so that a card compiles once.
"""

import ctypes
import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...errors import GestureError
from ...files import make_folder, saved_file

_NAMES = ("libnvrtc.so.13", "libnvrtc.so.12", "nvrtc64_130_0.dll", "nvrtc64_120_0.dll")


class CompileError(RuntimeError):
    """NVRTC is missing, or it refuses the source."""


def machine_code(source: str, capability: tuple[int, int], options: Sequence[str]) -> bytes:
    """Return the code of a CUDA source for a card, from the cache where it is there.

    Args:
        source: CUDA C++ without headers.
        capability: the card's compute capability, such as (8, 6).
        options: further options of the compiler.

    Raises:
        CompileError: there is no NVRTC, or it refuses the source.
    """
    library = _library()
    architecture = _architecture(library, capability)
    major, minor = ctypes.c_int(), ctypes.c_int()
    _check(library, library.nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)))
    options = [f"--gpu-architecture={architecture}", *options]
    key = repr((source, options, major.value, minor.value))
    return kept(cache_folder(), key, lambda: _compile(library, source, options))


def kept(folder: Path, key: str, make: Callable[[], bytes]) -> bytes:
    """Return what `make` makes; under the same key it is made once and then read from a file.

    A folder that cannot be written costs only the time to make it again.
    """
    path = folder / f"{hashlib.sha256(key.encode()).hexdigest()}.bin"
    try:
        digest, code = path.read_bytes().split(b"\n", 1)
        if digest.decode("ascii", "replace") == hashlib.sha256(code).hexdigest():
            return code
    except (OSError, ValueError):
        pass  # not made yet, or broken: it is made again
    code = make()
    try:
        make_folder(folder)
        with saved_file(path) as temporary:
            temporary.write_bytes(hashlib.sha256(code).hexdigest().encode() + b"\n" + code)
    except GestureError:
        pass
    return code


def cache_folder() -> Path:
    """Return the folder for machine code in the user's cache folder."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "mambatalk" / "cuda"


@cache
def _library() -> Any:
    """Load NVRTC: first the one that PyTorch brings, then one of the system.

    Raises:
        CompileError: there is none.
    """
    for file in _files():
        # NVRTC loads its builtins by name when it compiles; they lie beside it.
        for builtins in (*file.parent.glob("libnvrtc-builtins.so.*"), *file.parent.glob("nvrtc-builtins64_*.dll")):
            _load(str(builtins))
        if (library := _load(str(file))) is not None:
            return library
    for name in _NAMES:
        if (library := _load(name)) is not None:
            return library
    raise CompileError("the compiler that PyTorch brings (NVRTC) was not found")


def _files() -> Iterator[Path]:
    """Yield files of NVRTC in the folders of PyTorch and of NVIDIA's packages."""
    folders: list[Path] = []
    if (torch := find_spec("torch")) is not None and torch.origin:
        folders.append(Path(torch.origin).parent / "lib")
    if (nvidia := find_spec("nvidia")) is not None:
        for place in nvidia.submodule_search_locations or ():
            folders += [*Path(place).glob("*/lib"), *Path(place).glob("*/bin"), *Path(place).glob("*/bin/x86_64")]
    for folder in folders:
        for pattern in ("libnvrtc.so.*", "libnvrtc-*.so.*", "nvrtc64_*.dll"):
            yield from (
                file
                for file in sorted(folder.glob(pattern), reverse=True)
                if "builtins" not in file.name and ".alt." not in file.name
            )


def _load(name: str) -> Any:
    try:
        return ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return None


def _architecture(library: Any, capability: tuple[int, int]) -> str:
    """Return the target for a card: its own, or for a card newer than NVRTC, code that the driver translates."""
    count = ctypes.c_int()
    _check(library, library.nvrtcGetNumSupportedArchs(ctypes.byref(count)))
    known = (ctypes.c_int * count.value)()
    _check(library, library.nvrtcGetSupportedArchs(known))
    wanted = 10 * capability[0] + capability[1]
    if wanted in known:
        return f"sm_{wanted}"
    older = [number for number in known if number <= wanted]
    if not older:
        raise CompileError(f"the card is too old for this PyTorch (compute capability {wanted / 10})")
    return f"compute_{max(older)}"


def _compile(library: Any, source: str, options: Sequence[str]) -> bytes:
    """Compile a source to machine code (for a target sm_…) or to PTX (for compute_…).

    Raises:
        CompileError: NVRTC refuses it; the text is NVRTC's.
    """
    program = ctypes.c_void_p()
    _check(library, library.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"kernels.cu", 0, None, None))
    try:
        encoded = [option.encode() for option in options]
        failed = library.nvrtcCompileProgram(program, len(encoded), (ctypes.c_char_p * len(encoded))(*encoded))
        if failed:
            text = _result(library, program, "ProgramLog").rstrip(b"\0").decode(errors="replace")
            raise CompileError(f"the compiler (NVRTC) refuses the kernels: {text}")
        return _result(library, program, "CUBIN" if "=sm_" in options[0] else "PTX")
    finally:
        library.nvrtcDestroyProgram(ctypes.byref(program))


def _result(library: Any, program: ctypes.c_void_p, kind: str) -> bytes:
    """Return what NVRTC keeps of a program: its log, machine code or PTX."""
    size = ctypes.c_size_t()
    _check(library, getattr(library, f"nvrtcGet{kind}Size")(program, ctypes.byref(size)))
    content = ctypes.create_string_buffer(size.value)
    _check(library, getattr(library, f"nvrtcGet{kind}")(program, content))
    return content.raw


def _check(library: Any, result: int) -> None:
    if result:
        library.nvrtcGetErrorString.restype = ctypes.c_char_p
        raise CompileError(
            f"the compiler (NVRTC) failed: {library.nvrtcGetErrorString(result).decode(errors='replace')}"
        )
