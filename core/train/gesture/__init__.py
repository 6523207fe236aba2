"""A gesture grammar: speech with word times in, whole-body motion out; the starter corpus is made with it."""

from .placement import hashed_placement, projected_placement
from .styles import STYLES, Style
from .synthesis import neutral_pose, synthesise

__all__ = ["STYLES", "Style", "hashed_placement", "neutral_pose", "projected_placement", "synthesise"]
