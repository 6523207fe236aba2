"""A gesture grammar: rules that turn speech with word times into whole-body motion. It makes the starter corpus."""

from training.gesture.styles import STYLES, Style
from training.gesture.synthesis import neutral_pose, synthesise

__all__ = ["STYLES", "Style", "neutral_pose", "synthesise"]
