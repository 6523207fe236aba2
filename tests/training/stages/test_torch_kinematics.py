"""Rotations and kinematics in PyTorch agree with those in NumPy."""

import numpy as np
import torch

from core.body.kinematics import forward_kinematics
from core.body.parts import SPECS, Part
from core.body.rotation import rot6d_to_matrix as numpy_matrix
from core.body.rotation import rotvec_to_rot6d
from core.body.skeleton import JOINT, default_rest_joints
from training.stages.torch_kinematics import PartKinematics, rot6d_to_matrix


def test_torch_kinematics_agree_with_numpys():
    random = np.random.default_rng(1)
    rest = default_rest_joints()
    for part in Part:
        kinematics = PartKinematics(part, rest)
        rotvec = np.zeros((5, 55, 3))
        joints = list(SPECS[part].joints)
        rotvec[:, joints] = random.normal(size=(5, len(joints), 3))
        positions, _ = forward_kinematics(rotvec, np.zeros((5, 3)), rest)
        rot6d = torch.tensor(rotvec_to_rot6d(rotvec[:, joints]), dtype=torch.float32)
        placed = kinematics(rot6d_to_matrix(rot6d)).numpy()[:, : len(joints)]
        hangs_from = {Part.FACE: ["head"], Part.HANDS: ["left_wrist"] * 15 + ["right_wrist"] * 15}.get(part, ["pelvis"])
        wanted = positions[:, joints] - positions[:, [JOINT[name] for name in hangs_from]]
        assert np.abs(placed - wanted).max() < 1e-5


def test_torch_rot6d_agrees_with_numpys():
    rot6d = np.random.default_rng(2).normal(size=(50, 6))
    assert np.abs(rot6d_to_matrix(torch.tensor(rot6d)).numpy() - numpy_matrix(rot6d)).max() < 1e-6
