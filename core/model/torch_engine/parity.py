"""A comparison of the PyTorch engine with the published program, on recorded outputs.

Both programs draw the same weights by a rule (`draw`). What the published program computed with them was recorded;
`run` compares the engine's outputs with the recording.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from torch import Tensor

from ...body.motion import Motion
from ...body.parts import Part
from ...body.rotation import rotvec_to_rot6d
from ...errors import GestureError
from ...files import DAMAGED
from ...generate.decode import decode_take
from ...generate.network import Network, WindowOutput
from ...generate.sample import pick_codes
from ...generate.window_inputs import PARITY, PUBLISHED_SEED_FRAMES, PUBLISHED_WINDOW, Speech, parity_frame_count
from ...generate.windows import run_windows
from ...inputs import Npz
from ..config import PUBLISHED, RELEASED
from .checkpoint import LoadedModel, Weights, empty_weights, load_model
from .network import TorchNetwork

CARD = {
    "name": "parity",
    "audio": "amplitude+ctc+wave",
    "words": {"kind": "table"},
    "face_basis": "flame100",
    "fps": 30,
    "window": PUBLISHED_WINDOW,
    "seed_frames": PUBLISHED_SEED_FRAMES,
    "speakers": [str(i) for i in range(RELEASED.speakers)],
    "license": "none",
}
RECORDED_EVERY = 4  # the fixture holds every fourth frame of logits and latents
TOLERANCE = 1e-3
CODES_EQUAL = 0.995
# Middle and spread of those parameters for which the last part of the name decides both.
_BY_LAST_PART = {
    "running_var": (1.0, 0.5),
    "running_mean": (0.0, 0.1),
    "D": (1.0, 0.1),
    "learnable_query": (0.0, 0.1),
}


@dataclass(frozen=True)
class Report:
    """The distance of the outputs from the recorded ones.

    Attributes:
        errors: largest absolute error by the name of the output; of the final motion only where all codes agree.
        codes_equal: share of codes that agree.
    """

    errors: dict[str, float]
    codes_equal: float

    @property
    def good(self) -> bool:
        """Whether all outputs are within tolerance."""
        return self.codes_equal >= CODES_EQUAL and all(error <= TOLERANCE for error in self.errors.values())


class Recorder:
    """A network that keeps its output of every window."""

    ahead = False
    side_by_side = 0

    def __init__(self, network: Network):
        self._network = network
        self.outputs: list[WindowOutput] = []

    def __getattr__(self, name: str):
        return getattr(self._network, name)

    def window(self, conditions, motion, mask) -> WindowOutput:
        """Predict a window, and keep the output."""
        self.outputs.append(self._network.window(conditions, motion, mask))
        return self.outputs[-1]


def draw_weights(seed: int) -> Weights:
    """Make the released architecture with weights drawn by name, so that two programs can draw the same ones."""
    weights = empty_weights(RELEASED)
    for stem, module in weights.modules().items():
        for name, tensor in module.state_dict().items():
            if not name.endswith((".pe", "num_batches_tracked")):
                tensor.copy_(torch.from_numpy(draw(seed, PUBLISHED[stem], name, tensor)))
    return weights


def draw(seed: int, file: str, name: str, like: Tensor) -> np.ndarray:
    """Draw one parameter by the fixture's rule: uniform between the rule's middle minus and plus its spread.

    Args:
        seed: seed of the fixture.
        file: name of the published file that holds the parameter.
        name: name of the parameter.
        like: has the parameter's shape.
    """
    shape = tuple(like.shape)
    generator = np.random.Generator(np.random.PCG64([seed, crc32(f"{file}:{name}".encode())]))
    uniform = (generator.random(math.prod(shape)) * 2 - 1).reshape(shape)
    middle, spread = _middle_and_spread(name, shape)
    return middle + spread * uniform


def _middle_and_spread(name: str, shape: tuple[int, ...]) -> tuple[float | np.ndarray, float]:
    """Return the rule for a parameter: the middle of its values and how far they reach from it.

    The numbers keep every layer's output near 1, so that an error anywhere shows at the end.
    """
    last = name.rsplit(".", 1)[-1]
    if last == "A_log":  # the decay rates of a state space, one for each column
        return np.log(np.arange(1, shape[1] + 1)), 0.1
    if last in _BY_LAST_PART:
        return _BY_LAST_PART[last]
    if name.endswith("dt_proj.bias"):
        return -4.0, 1.0
    if last == "bias" or last.endswith("_bias"):
        return 0.0, 0.05
    if len(shape) == 1:  # scales of norms
        return 1.0, 0.1
    if "text_pre_encoder" in name or "speaker_encoder" in name:
        return 0.0, 0.3
    if name == "quantizer.embedding.weight":
        return 0.0, 1.0
    return 0.0, math.sqrt(3 / math.prod(shape[1:]))


def run(golden_path: Path | str, device: str = "cpu", folder: Path | None = None) -> Report:
    """Generate from the fixture's inputs and compare.

    Args:
        golden_path: the fixture.
        device: "cpu" or "cuda".
        folder: a model folder with the fixture's weights; None to draw these weights.

    Raises:
        GestureError: no such file, or not the fixture.
    """
    golden = _load(Path(golden_path))
    seed_motion = Motion(
        rotations=golden["pose_axis_angle"].astype(np.float64).reshape(-1, 55, 3),
        translation=golden["trans"].astype(np.float64),
        expression=np.zeros((len(golden["trans"]), 100)),
        face_basis="flame100",
        contacts=golden["contact"].astype(np.float64),
    )
    weights = draw_weights(int(golden["seed"])) if folder is None else load_model(folder).weights
    model = LoadedModel(weights, CARD, seed_motion, Path())
    network = Recorder(TorchNetwork(model, device))
    words = golden["word"][: parity_frame_count(len(golden["word"]))]
    audio = golden["audio"].astype(np.float32)
    codes = run_windows(network, Speech(audio, words, int(golden["speaker"])), seed_motion, clock=PARITY)
    motion = decode_take(network, codes, seed_motion.translation[0])
    return _compare(golden, network, codes, motion)


def _compare(golden: dict, network: Recorder, codes: dict[Part, np.ndarray], motion: Motion) -> Report:
    errors, same, whole = {}, [], np.ones(motion.frame_count, bool)
    step = network.info.window - network.info.seed_frames
    books = {part: network.codebook(part) for part in network.info.by_latent}
    picked = [pick_codes(output, books) for output in network.outputs]
    for part in Part:
        for kind, field in (("cls", "logits"), ("rec", "latents")):
            found = np.stack([getattr(output, field)[part][::RECORDED_EVERY] for output in network.outputs])
            errors[f"{kind}_{part}"] = _error(found, golden[f"{kind}_{part}"])
        equal = np.stack([codes[part] for codes in picked]) == golden[f"index_{part}"]
        same.append(equal.mean())
        for index, row in enumerate(equal):
            whole[index * step : index * step + len(row)] &= row
    pose = rotvec_to_rot6d(motion.rotations).reshape(motion.frame_count, -1)
    errors["out_pose_6d"] = _error(pose[whole], golden["out_pose_6d"][whole])
    errors["out_trans"] = _error(motion.translation[whole], golden["out_trans"][whole])
    errors["out_expressions"] = _error(motion.expression[whole], golden["out_expressions"][whole])
    return Report(errors, float(np.mean(same)))


def _error(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.abs(found - wanted).max(initial=0))


def _load(path: Path) -> dict[str, np.ndarray]:
    try:
        data = Npz(path)
        golden = {key: data.read(key) for key in data.names}
        missing = {"audio", "word", "speaker", "seed", "pose_axis_angle", "out_pose_6d"} - set(golden)
    except DAMAGED as error:
        raise GestureError(
            f"{path} cannot be read.", remedy="Give the path of golden_a.npz.", detail=str(error)
        ) from error
    if missing:
        raise GestureError(f"{path.name} holds no golden outputs.", remedy="Give the path of golden_a.npz.")
    return golden


def main(path: Path | str, device: str = "cpu", folder: Path | None = None) -> int:
    """Print the largest error of each output; return 0 when all are within tolerance, else 1."""
    report = run(path, device, folder)
    for name, error in report.errors.items():
        print(f"{name:16} {error:9.2e}  {'ok' if error <= TOLERANCE else 'ABOVE ' + str(TOLERANCE)}")
    print(f"codes equal      {report.codes_equal:.2%}  {'ok' if report.codes_equal >= CODES_EQUAL else 'TOO FEW'}")
    return 0 if report.good else 1
