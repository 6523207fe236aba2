"""`python -m training.character`: write the rest skeleton and the character asset."""

from pathlib import Path

import numpy as np

from core.body.skeleton import REST_JOINTS_FILE
from training.character.anny_body import load_source
from training.character.build import build_character

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Build both files in place."""
    source = load_source(ROOT / "cache" / "anny")
    rest_joints = build_character(source, ROOT / "addon" / "assets" / "character.npz")
    np.save(REST_JOINTS_FILE, rest_joints)


if __name__ == "__main__":
    main()
