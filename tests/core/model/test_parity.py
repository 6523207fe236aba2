import numpy as np
import pytest

from core.errors import GestureError
from core.model.torch_engine.parity import Report, main, run


def test_the_model_computes_what_the_published_one_computes(data_dir, capsys):
    assert main(data_dir / "golden_a.npz") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert all(line.endswith("ok") for line in lines)


def test_a_report_above_tolerance_is_not_good():
    assert Report({"cls_face": 1e-4}, 0.995).good
    assert not Report({"cls_face": 2e-3}, 1.0).good
    assert not Report({"cls_face": 1e-4}, 0.99).good


def test_another_file_than_the_fixture_is_refused(tmp_path):
    with pytest.raises(GestureError):
        run(tmp_path / "none.npz")
    np.savez(tmp_path / "other.npz", audio=np.zeros(3))
    with pytest.raises(GestureError, match="golden"):
        run(tmp_path / "other.npz")
