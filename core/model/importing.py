"""The released weights as a model folder: what `python -m core import-weights` does.

The published files hold networks only. A model folder also says what the networks take and give, and holds a pose to
start from; both are made here:

    model.json                     sizes, inputs, 25 speakers, licence, hashes of the published files
    *.safetensors                  the networks in float32: rounded matrices would give other codes
    neutral.npz                    a standing pose on a skeleton whose origin lies where SMPL-X has it
    vocabulary.json                numbers of words, from the vocabulary of BEAT2; without it every word is unknown
    ctc/                           a copy of the user's speech recogniser
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..audio.ctc import FOLDER as RECOGNISER
from ..body.motion import Motion
from ..body.skeleton import JOINT, default_rest_joints
from ..errors import GestureError
from ..files import make_folder, remedy_of, sha256_of
from ..generate.speech_features import AMPLITUDE_CTC_WAVE
from ..generate.window_inputs import PUBLISHED_SEED_FRAMES, PUBLISHED_WINDOW
from ..smplx.skeleton import smplx_rest_joints
from ..swap import replaced_folder
from ..text.vocabulary_pickle import read_vocabulary
from ..weights_folder import note_files
from .card import STARTER_FOLDER, read_neutral
from .config import RELEASED, ModelConfig

VOCABULARY = "vocabulary.json"
VOCABULARY_PICKLE = "vocab.pkl"
# Without noise every seed gives the same take; this much leaves most frames as the network wants them most.
VARIATION = 0.5
LICENSE = "non-commercial: the released MambaTalk weights, trained on BEAT2"
# Where SMPL-X's own origin lies: the pelvis of its mean body is this far from it, metres.
SMPLX_PELVIS = np.array([0.003, -0.351, 0.012])
_RECOGNISER_FILES = ("config.json", "model.safetensors", "pytorch_model.bin", "preprocessor_config.json", "vocab.json")


@dataclass(frozen=True)
class Import:
    """What to import.

    Attributes:
        folder: the published files.
        out: the model folder to write; new, or empty.
        vocabulary: vocab.pkl of BEAT2; None for the one in `folder`, if there is one.
        recogniser: folder of wav2vec2-base-960h; None to leave it out.
        smplx: the user's SMPLX_*.npz for the true skeleton; None for the bundled character's, with SMPL-X's origin.
    """

    folder: Path
    out: Path
    vocabulary: Path | None = None
    recogniser: Path | None = None
    smplx: Path | None = None


def import_weights(
    wanted: Import,
    progress: Callable[[float, str], None] = lambda fraction, stage: None,
    config: ModelConfig = RELEASED,
) -> list[str]:
    """Write a model folder of the released weights; whole, or not at all.

    Args:
        wanted: what to import, and where to.
        progress: called with the fraction done and the name of the step.
        config: sizes of the published networks.

    Returns:
        Notes for the user: what was left out, and what that means.

    Raises:
        GestureError: a missing, wrong or hostile file, named with its tensor; or `out` holds something.
    """
    from .torch_engine.checkpoint import save_model
    from .torch_engine.published import find_files, read_weights

    _check_out(wanted.out)
    files = find_files(wanted.folder)
    numbers = _vocabulary(wanted, config.word_vocabulary)
    recogniser = _recogniser_files(wanted.recogniser)
    neutral = standing_pose(wanted.smplx)
    progress(0.1, "Reading the weights")
    weights = read_weights(wanted.folder, config)
    progress(0.6, "Writing the weights")
    card = make_card({stem: sha256_of(path) for stem, path in files.items()}, numbers is not None, config.speakers)
    try:
        with replaced_folder(wanted.out, (), ".weights-") as made:
            save_model(made, weights, card, neutral, half=False)
            if numbers is not None:
                (made / VOCABULARY).write_text(json.dumps({"words": numbers}, ensure_ascii=False), encoding="utf-8")
            for path in recogniser:
                make_folder(made / RECOGNISER)
                shutil.copy2(path, made / RECOGNISER / path.name)
            note_files(made)
    except OSError as error:
        raise GestureError(f"{wanted.out} could not be written.", remedy=remedy_of(error), detail=str(error)) from error
    return _notes(wanted, numbers is not None)


def make_card(sources: dict[str, str], has_vocabulary: bool, speakers: int) -> dict:
    """Return the entries of model.json besides format and sizes.

    Args:
        sources: SHA-256 of each published file, by our name of it.
        has_vocabulary: whether the folder holds a vocabulary.
        speakers: how many there are.
    """
    return {
        "name": "released",
        "audio": AMPLITUDE_CTC_WAVE,
        "words": {"kind": "table", **({"file": VOCABULARY} if has_vocabulary else {})},
        "face_basis": RELEASED.face_basis,
        "fps": 30,
        "window": PUBLISHED_WINDOW,
        "seed_frames": PUBLISHED_SEED_FRAMES,
        "variation": VARIATION,
        "speakers": [f"speaker {number}" for number in range(1, speakers + 1)],
        "license": LICENSE,
        "provenance": {"published_sha256": sources},
    }


def standing_pose(smplx: Path | None) -> Motion:
    """Return the pose that takes start from: the bundled neutral pose, with a face at rest in FLAME's coefficients.

    The networks were trained on motion whose root is SMPL-X's origin, about 35 cm above the pelvis, so the skeleton has
    this origin, too.
    """
    pose = read_neutral(STARTER_FOLDER, PUBLISHED_SEED_FRAMES)
    floor_joints = default_rest_joints()
    joints = (
        floor_joints + (SMPLX_PELVIS - floor_joints[JOINT["pelvis"]])
        if smplx is None
        else smplx_rest_joints(smplx, np.zeros(10))
    )
    # The pelvis stands as high as that of the bundled character, in proportion to the legs.
    scale = _leg_length(joints) / _leg_length(floor_joints)
    pelvis = (floor_joints[JOINT["pelvis"]] + pose.translation[:PUBLISHED_SEED_FRAMES]) * [1, scale, 1]
    return Motion(
        rotations=pose.rotations[:PUBLISHED_SEED_FRAMES],
        translation=pelvis - joints[JOINT["pelvis"]],
        expression=np.zeros((PUBLISHED_SEED_FRAMES, 100)),
        face_basis=RELEASED.face_basis,
        contacts=np.ones((PUBLISHED_SEED_FRAMES, 4)),
        rest_joints=joints,
    )


def _leg_length(joints: np.ndarray) -> float:
    return float(joints[JOINT["pelvis"], 1] - joints[JOINT["left_ankle"], 1])


def _check_out(out: Path) -> None:
    """Make sure that nothing is overwritten.

    Raises:
        GestureError: `out` is a file, or a folder that holds something.
    """
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise GestureError(f"{out} exists and is not an empty folder.", remedy="Choose a new folder.")


def _vocabulary(wanted: Import, most: int) -> dict[str, int] | None:
    """Return the numbers of the words; None where there is no vocabulary."""
    path = wanted.vocabulary
    if path is None:
        beside = wanted.folder / VOCABULARY_PICKLE
        path = beside if beside.is_file() else None
    if path is None:
        return None
    numbers = read_vocabulary(path)
    if max(numbers.values()) >= most:
        raise GestureError(
            f"{path.name} has words beyond number {most - 1}, the last of the weights' table.",
            remedy="Choose the vocab.pkl that belongs to the weights.",
        )
    return numbers


def _recogniser_files(folder: Path | None) -> list[Path]:
    """Return the files of a recogniser that are needed.

    Raises:
        GestureError: the folder holds none.
    """
    if folder is None:
        return []
    files = [folder / name for name in _RECOGNISER_FILES if (folder / name).is_file()]
    names = {path.name for path in files}
    if "config.json" not in names or not names & {"model.safetensors", "pytorch_model.bin"}:
        raise GestureError(
            f"{folder} holds no speech recogniser.",
            remedy="Choose the folder of wav2vec2-base-960h, with config.json and model.safetensors.",
        )
    # One file of weights is enough, and the one that is no pickle is the better one.
    return [path for path in files if path.name != "pytorch_model.bin" or "model.safetensors" not in names]


def _notes(wanted: Import, has_vocabulary: bool) -> list[str]:
    notes = [f"Licence: {LICENSE}"]
    if not has_vocabulary:
        notes.append("Without vocab.pkl every word is an unknown one: gestures follow the voice alone.")
    if wanted.recogniser is None:
        notes.append("Without --ctc nothing can be generated: the weights need the letters of wav2vec2-base-960h.")
    if wanted.smplx is None:
        notes.append("Without --smplx takes stand on the bundled character's bones.")
    return notes
