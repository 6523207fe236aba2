"""Our CUDA kernels, compiled for a processor and started through the functions that start them on a card."""

import ctypes
import shutil
import subprocess

import pytest
import torch

from core.model.torch_engine import nvrtc
from core.model.torch_engine.kernels import SOURCE, convolve_by, packed, scan_by
from core.model.torch_engine.scan import convolve, scan_by_doublings, selective_scan_reference
from core.model.torch_engine.scan_choice import _works

from .scan_inputs import arguments

# What CUDA knows besides C++, and a function that runs the threads of a grid one after the other.
SHIM = """
#include <cmath>
#include <cstring>
#define __global__
struct Place { unsigned x, y, z; };
static Place threadIdx, blockIdx, blockDim;
#include "SOURCE"
typedef float* F;
#define FLOATS(i) (*(F*)given[i])
#define INT(i) (*(int*)given[i])
extern "C" int start(const char* name, unsigned gx, unsigned gy, unsigned gz, unsigned threads, void** given) {
    const bool scan = !strcmp(name, "selective_scan");
    if (!scan && strcmp(name, "causal_conv")) return 1;
    blockDim = {threads, 1, 1};
    for (unsigned z = 0; z < gz; ++z) for (unsigned y = 0; y < gy; ++y) for (unsigned x = 0; x < gx; ++x)
        for (unsigned t = 0; t < threads; ++t) {
            blockIdx = {x, y, z}; threadIdx = {t, 0, 0};
            if (scan)
                selective_scan(FLOATS(0), FLOATS(1), FLOATS(2), FLOATS(3), FLOATS(4), FLOATS(5), FLOATS(6), FLOATS(7),
                               INT(8), INT(9), INT(10), INT(11), INT(12), INT(13));
            else
                causal_conv(FLOATS(0), FLOATS(1), FLOATS(2), FLOATS(3), INT(4), INT(5), INT(6), INT(7));
        }
    return 0;
}
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """A function that returns what starts the kernels of a number of states on the processor."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "shim.cpp").write_text(SHIM.replace("SOURCE", SOURCE.as_posix()))

    def launch_for(states):
        library = folder / f"kernels{states}.so"
        options = ["-O1", "-shared", "-fPIC", "-w", f"-DSTATES={states}"]
        subprocess.run(["g++", *options, str(folder / "shim.cpp"), "-o", str(library)], check=True)
        start = ctypes.CDLL(str(library)).start

        def launch(name, grid, threads, given):
            values, pointers = packed(given)
            assert start(name.encode(), *grid, threads, pointers) == 0
            del values

        return launch

    return launch_for


@pytest.mark.parametrize("sizes", [(2, 9, 130, 4), (1, 64, 70, 16)])
def test_the_scan_kernel_gives_the_numbers_of_the_definition_in_double_precision(started, sizes):
    given = [tensor.detach() for tensor in arguments(*sizes)]
    states = sizes[3]
    wide = torch.cat([given[3], given[4]], -1)  # the weights over time are slices of one projection
    given[3], given[4] = wide[..., :states], wide[..., states:]
    wanted = selective_scan_reference(*(tensor.double() for tensor in given))
    y = scan_by(started(states), *given)
    assert (y.double() - wanted).norm() / wanted.norm() < 1e-6


def test_the_convolution_kernel_gives_the_numbers_of_the_plain_one(started):
    launch, draw = started(1), torch.Generator().manual_seed(0)
    wide = torch.randn(2, 10, 300, generator=draw)
    weight, bias = torch.randn(150, 1, 4, generator=draw), torch.randn(150, generator=draw)
    for x in (wide.chunk(2, -1)[1], wide.transpose(0, 1)[..., :150]):
        for given in ((x, weight, bias), (x, weight, None)):
            wanted = convolve(*(None if tensor is None else tensor.double() for tensor in given))
            y = convolve_by(launch, *given)
            assert (y.double() - wanted).norm() / wanted.norm() < 1e-6


def test_a_kernel_is_used_only_where_it_runs_and_gives_right_numbers(caplog):
    def broken(*given):
        raise RuntimeError("no such function")

    def trial(device, wants_gradient):
        return scan_by_doublings, tuple(tensor.detach() for tensor in arguments(1, 5, 6, 4))

    cpu = torch.device("cpu")
    assert _works("good", selective_scan_reference, trial, cpu, False)
    assert not _works("wrong", lambda x, *rest: x, trial, cpu, False)
    assert not _works("broken", broken, trial, cpu, False)
    assert "wrong gives other numbers" in caplog.text
    assert "no such function" in caplog.text


def test_code_is_compiled_once_and_broken_files_are_made_again(tmp_path):
    made = []

    def make():
        made.append(1)
        return b"code\n" + bytes([len(made)])

    assert nvrtc.kept(tmp_path / "cache", "key", make) == nvrtc.kept(tmp_path / "cache", "key", make) == b"code\n\1"
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert nvrtc.kept(tmp_path / "cache", "key", make) == b"code\n\2"
    assert nvrtc.kept(tmp_path / "cache", "other key", make) == b"code\n\3"
    (tmp_path / "file").touch()
    assert nvrtc.kept(tmp_path / "file" / "cache", "key", make) == b"code\n\4"


def test_nvrtc_compiles_the_kernels_for_cards_old_and_new(tmp_path, monkeypatch):
    try:
        nvrtc._library()
    except nvrtc.CompileError:
        pytest.skip("NVRTC is not installed")
    monkeypatch.setattr(nvrtc, "cache_folder", lambda: tmp_path)
    source = SOURCE.read_text(encoding="utf-8")
    for capability in ((7, 5), (9, 0), (12, 0)):
        code = nvrtc.machine_code(source, capability, ["-DSTATES=4"])
        assert code.startswith(b"\x7fELF")
        assert b"selective_scan" in code
    assert b".entry selective_scan" in nvrtc.machine_code(source, (99, 0), ["-DSTATES=4"])
    with pytest.raises(nvrtc.CompileError, match="too old"):
        nvrtc.machine_code(source, (2, 0), [])
    with pytest.raises(nvrtc.CompileError, match="undefined"):
        nvrtc.machine_code("void f() { undefined(); }", (7, 5), [])
