"""A gesture grammar: speech with word times in, whole-body motion out; the starter corpus is made with it."""

from training.gesture.styles import STYLES, Style
from training.gesture.synthesis import neutral_pose, synthesise

__all__ = ["STYLES", "Style", "neutral_pose", "synthesise"]
