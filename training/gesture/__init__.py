"""A gesture grammar: speech with word times in, whole-body motion out; the starter corpus is made with it."""

from .styles import STYLES, Style
from .synthesis import neutral_pose, synthesise

__all__ = ["STYLES", "Style", "neutral_pose", "synthesise"]
