"""The Blender side of MambaTalk: one folder for each feature; nothing here needs torch or scipy."""

import importlib
from contextlib import ExitStack

from .blender.registration import register_module

# The order of registration: properties come before the operators and panels that use them.
_MODULES = (
    "blender.translation",
    "language.pronunciations",
    "job.preferences",
    "rig.mapping",
    "character.mood",
    "generate.settings",
    "take.properties",
    "take.switching",
    "direct.settings",
    "exchange.settings",
    "batch.settings",
    "face.table",
    "job.state",
    "rig.selection",
    "direct.live",
    "gestures.own",
    "gestures.previews",
    "gestures.settings",
    "gestures.timeline_markers",
    "words.settings",
    "check.findings",
    "words.overlay",
    "words.live",
    "job.operators",
    "job.message_operators",
    "weights.operators",
    "weights.fetch_operators",
    "character.operators",
    "exchange.smplx_body_operator",
    "rig.operators",
    "generate.growing",
    "generate.leftovers",
    "generate.removal",
    "generate.removal_operators",
    "generate.frame_operator",
    "generate.stretching_operator",
    "generate.operators",
    "generate.pronunciation_operators",
    "generate.recogniser_operator",
    "generate.example_operator",
    "finish.operators",
    "exchange.retarget_operator",
    "direct.resample_operators",
    "direct.take_operators",
    "direct.edit_operators",
    "direct.level_operators",
    "direct.marker_operators",
    "gestures.operators",
    "gestures.library_operators",
    "gestures.own_operators",
    "join.operators",
    "words.operators",
    "check.operators",
    "words.drag_operator",
    "words.spelling_operators",
    "exchange.import_operator",
    "exchange.export_operator",
    "exchange.editor_operators",
    "batch.operators",
    "face.operators",
    "direct.face_operators",
    "generate.menu",
    "generate.panel",
    "batch.panel",
    "weights.panel",
    "take.panel",
    "direct.panel",
    "words.panel",
    "gestures.panel",
    "gestures.own_panel",
    "join.panel",
    "finish.panel",
    "check.panel",
    "rig.panel",
    "face.panel",
    "character.panel",
    "exchange.panel",
)


# One call for each thing that was registered; `unregister` makes them in reverse order.
_undo = ExitStack()


def register():
    """Register every module; after an error, nothing stays registered."""
    with ExitStack() as undo:
        for name in _MODULES:
            register_module(importlib.import_module(f".{name}", __name__), undo)
        _undo.push(undo.pop_all())


def unregister():
    """Stop the worker and unregister every module, the last one first."""
    _undo.close()
