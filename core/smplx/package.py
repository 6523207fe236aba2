"""From a user's SMPLX_*.npz to a body, through the research package `smplx`, which alone knows the file's layouts.

The package is no dependency: its licence is non-commercial, and only users who have such a file need it.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..body.skeleton import JOINT_COUNT
from ..errors import GestureError
from ..files import save_arrays
from ..inputs import Npz
from .body import CORRECTIVE_COUNT, SmplxBody
from .model_errors import MOST_METRES, not_a_model, other_joint_count, reading

GENDERS = ("neutral", "female", "male")
# The extra `smplx` of pyproject.toml.
_PACKAGE = "smplx==0.1.28"
# The number of coefficients to ask for: files have up to so many, and the package returns those that a file has.
_ALL_EXPRESSIONS = 100
_FEWEST_BETAS = 10
_NEEDED = ("v_template", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table", "f")
# The package also needs these arrays, but uses them only for hands as few coefficients and for landmarks.
_UNUSED = {
    "hands_meanl": (45,),
    "hands_meanr": (45,),
    "hands_componentsl": (45, 45),
    "hands_componentsr": (45, 45),
    "lmk_faces_idx": (51,),
    "lmk_bary_coords": (51, 3),
}


def read_smplx_body(
    path: Path, betas: np.ndarray, progress: Callable[[float, str], None] = lambda fraction, stage: None
) -> SmplxBody:
    """Make a person's body from a model file.

    Args:
        path: SMPLX_NEUTRAL.npz or another of its kind; layouts with 10 + 10 and with 300 + 100 coefficients.
        betas: any number of shape coefficients; missing ones are zero, those that the file lacks are left out.
        progress: gets 0-1 and the step's name.

    Raises:
        GestureError: no such file, a pickle, not an SMPL-X model, or the package `smplx` is not installed.
    """
    progress(0.0, "Reading the SMPL-X model")
    arrays = _read(path)
    model_class = _model_class()
    progress(0.4, "Shaping the body")
    with tempfile.TemporaryDirectory(prefix="mambatalk-") as folder:
        # The package unpickles what it finds; a copy of the plain numbers alone is safe to open.
        copy = Path(folder) / "SMPLX_NEUTRAL.npz"
        save_arrays(copy, arrays, compress=False)
        try:
            model = model_class(
                str(copy), ext="npz", num_betas=max(len(betas), _FEWEST_BETAS), num_expression_coeffs=_ALL_EXPRESSIONS,
                use_pca=False, flat_hand_mean=True,
            )  # fmt: skip
        except (AttributeError, IndexError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise not_a_model(path, f"{type(error).__name__}: {error}") from error
    progress(0.8, "Shaping the body")
    return _body(path, arrays, model, betas)


def gender_of(path: Path, arrays: dict[str, np.ndarray]) -> str:
    """Return the gender of a model: by the file's own entry, else by its name, else "neutral"."""
    said = str(arrays["gender"]).lower() if "gender" in arrays else path.stem.lower()
    # "female" must come first, because it contains "male".
    return next((gender for gender in GENDERS if gender in said), "neutral")


def _body(path: Path, arrays: dict[str, np.ndarray], model, betas: np.ndarray) -> SmplxBody:
    names = ("v_template", "shapedirs", "expr_dirs", "posedirs", "J_regressor", "lbs_weights")
    template, shapes, expressions, correctives, regressor, weights = (
        getattr(model, name).numpy().astype(np.float64) for name in names
    )
    shapes, expressions = np.moveaxis(shapes, 2, 0), np.moveaxis(expressions, 2, 0)
    own = np.zeros(len(shapes))
    count = min(len(own), len(betas))
    own[:count] = np.asarray(betas, np.float64)[:count]
    return SmplxBody(
        template=template,
        faces=np.asarray(arrays["f"]).astype(np.int32),
        weights=weights,
        betas=own,
        shapes=shapes,
        rest_joints=regressor @ (template + np.tensordot(own, shapes, 1)),
        expressions=expressions,
        expression_joints=np.einsum("jv,evc->ejc", regressor, expressions),
        correctives=correctives.reshape(len(correctives), -1, 3),
        uv=_uv(arrays),
        gender=gender_of(path, arrays),
    )


def _read(path: Path) -> dict[str, np.ndarray]:
    """Read and check the plain numbers of a model file."""
    if path.suffix.lower() in (".pkl", ".pickle"):
        raise GestureError(
            f"{path.name} is a pickle, which is never opened: it may run any program.",
            remedy="Download the npz version of the SMPL-X model (SMPLX_NEUTRAL.npz).",
        )
    with reading(path):
        data = Npz(path)
        # Tables of part names are Python objects, and nothing needs them.
        arrays = {name: data.read(name) for name in data.names}
    if missing := [name for name in _NEEDED if name not in arrays]:
        raise not_a_model(path, f"without {', '.join(missing)}")
    _check(path, arrays)
    for name, shape in _UNUSED.items():
        arrays.setdefault(name, np.zeros(shape, np.int64 if name.endswith("idx") else np.float64))
    return arrays


def _check(path: Path, arrays: dict[str, np.ndarray]) -> None:
    vertices = len(arrays["v_template"])
    directions = arrays["shapedirs"].shape
    wanted = {
        "v_template": (vertices, 3),
        "shapedirs": (vertices, 3, *directions[2:3]),
        "posedirs": (vertices, 3, CORRECTIVE_COUNT),
        "J_regressor": (JOINT_COUNT, vertices),
        "weights": (vertices, JOINT_COUNT),
    }
    for name, shape in wanted.items():
        if arrays[name].shape != shape or arrays[name].dtype.kind not in "fiu":
            joints = len(np.atleast_1d(arrays["J_regressor"]))
            if joints != JOINT_COUNT:
                raise other_joint_count(path, joints)
            raise not_a_model(path, f"{name} is {arrays[name].shape}, not {shape}")
        if arrays[name].size and not -MOST_METRES <= arrays[name].min() <= arrays[name].max() <= MOST_METRES:
            raise not_a_model(path, f"{name} holds values that are not numbers, or far away")
    faces = np.asarray(arrays["f"])
    if faces.ndim != 2 or faces.shape[1] != 3 or (faces.size and not 0 <= faces.min() <= faces.max() < vertices):
        raise not_a_model(path, f"f is {faces.shape} for {vertices} vertices")


def _uv(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Return texture coordinates of the faces' corners (F, 3, 2); (0, 3, 2) when the file has none that fit."""
    faces, points, corners = arrays["f"], arrays.get("vt"), arrays.get("ft")
    if points is None or corners is None or corners.shape != faces.shape or corners.max(initial=0) >= len(points):
        return np.zeros((0, 3, 2))
    return np.asarray(points, np.float64)[corners.astype(np.int64)]


def _model_class() -> type:
    try:
        from smplx import SMPLXLayer
    except ImportError as error:
        raise GestureError(
            "The worker has no package `smplx`, which reads SMPL-X models (its licence is non-commercial).",
            remedy=f"Install it into a Python with PyTorch (PYTHON -m pip install {_PACKAGE}), and choose this Python "
            "in the extension's preferences.",
            detail=str(error),
        ) from error
    return SMPLXLayer
