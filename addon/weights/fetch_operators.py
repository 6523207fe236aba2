"""Fetch the released weights: only where Blender may go online, and only when the user has accepted their licence.

Fetch ── dialog: licence, size, where from ── OK ──▶ worker: weights, recogniser ──▶ import ──▶ chosen
"""

from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty

from ...core import requests
from ...core.errors import GestureError
from ..blender.layout import wrap
from ..job import preferences, report, state
from ..job.folder import absolute_path, data_folder
from ..job.job_mixin import JobOperator

# What the user must know before anything is fetched.
TERMS = (
    "The released MambaTalk weights may be used for non-commercial purposes only. Read their licence where they are "
    "published. Takes made with them are bound to it, too.",
    "About 1.2 GB are fetched: the six networks, and the speech recogniser that they need. Nothing is sent but the "
    "requests for these files. A broken connection or a cancel loses nothing: fetching goes on where it ended.",
)
OFFLINE = "Allow Online Access in the preferences of Blender, under System"
NO_TORCH = "Choose a Python with PyTorch in the preferences first: the released weights need it"
_DIALOG_PX, _LINE_PX = 460, 430


def why_not_fetch(context: bpy.types.Context) -> str | None:
    """Return the reason why nothing can be fetched; None when it can."""
    if not bpy.app.online_access:
        return OFFLINE
    if reason := state.why_not_start(context):
        return reason
    return None if preferences.runtime(context).may_have_torch else NO_TORCH


class MAMBATALK_OT_fetch_weights(bpy.types.Operator):
    """Fetch the released MambaTalk weights from where they are published. Their licence is shown first"""

    bl_idname = "mambatalk.fetch_weights"
    bl_label = "Fetch Released Weights"
    bl_options = {"REGISTER"}

    repository: StringProperty(
        name="Repository",
        description="Owner and name of the repository with the weights, as the README of MambaTalk says it: OWNER/NAME",
    )
    accepted: BoolProperty(
        name="I Accept the Licence",
        description="Without this nothing is fetched, and no server is contacted",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context):
        """Grey the button, with the reason, where Blender may not go online, or no worker can start."""
        return report.explain(cls, why_not_fetch(context))

    def invoke(self, context, event):
        """Show the licence and the size, and ask."""
        return context.window_manager.invoke_props_dialog(self, width=_DIALOG_PX)

    def draw(self, context):
        """Draw the terms, and what the user must fill in."""
        layout, scale = self.layout, context.preferences.system.ui_scale
        for text in TERMS:
            column = layout.column(align=True)
            for number, line in enumerate(wrap(text, _LINE_PX * scale, scale)):
                column.label(text=line, icon="BLANK1" if number else "INFO")
        layout.prop(self, "repository")
        layout.prop(self, "accepted")

    def execute(self, context):
        """Start fetching, unless the licence is not accepted."""
        if not self.accepted:
            error = GestureError(
                "Nothing was fetched: the licence is not accepted.",
                remedy="Read it where the weights are published, and tick I Accept the Licence.",
            )
            return report.fail(self, error)
        # It goes on by itself: it is modal in a window.
        outcome = bpy.ops.mambatalk.fetch_accepted("INVOKE_DEFAULT", repository=self.repository.strip(), accepted=True)
        return {"CANCELLED"} if outcome == {"CANCELLED"} else {"FINISHED"}


class MAMBATALK_OT_fetch_accepted(JobOperator, bpy.types.Operator):
    """Fetch the released weights, whose licence was accepted, make a folder of weights of them and choose it"""

    bl_idname = "mambatalk.fetch_accepted"
    bl_label = "Fetch Weights Whose Licence Is Accepted"
    bl_options = {"INTERNAL"}
    job_label = "Fetching the weights"
    task_count = 3

    repository: StringProperty(name="Repository", description="Owner and name of the repository with the weights")
    recogniser: StringProperty(
        name="Recogniser",
        description="Owner and name of the repository with the speech recogniser",
        default="facebook/wav2vec2-base-960h",
    )
    folder: StringProperty(
        name="Folder",
        description="Where the files are kept; when empty, the extension's own folder",
        subtype="DIR_PATH",
    )
    accepted: BoolProperty(name="Accepted", description="Whether the user has accepted the licence")

    @classmethod
    def poll(cls, context):
        """Grey the button, with the reason, where Blender may not go online, or no worker can start."""
        return report.explain(cls, why_not_fetch(context))

    def task(self, context):
        """Return the request for the weights."""
        place = absolute_path(self.folder) if self.folder else data_folder("weights")
        self._published, self._recogniser = place / "published", place / "recogniser"
        self._out = _new_folder(place)
        self._smplx = preferences.smplx_model(context)
        self._left = [
            requests.FetchWeights(self._recogniser, self.recogniser, recogniser=True, accepted=self.accepted),
            requests.ImportWeights(
                self._published, self._out, recogniser=self._recogniser, smplx=_existing(self._smplx)
            ),
        ]
        return requests.FetchWeights(self._published, self.repository, accepted=self.accepted)

    def following(self, result):
        """Return the request for the recogniser, and then the one that makes a folder of weights."""
        return self._left.pop(0) if self._left else None

    def apply(self, context, result):
        """Choose the new folder."""
        preferences.choose_weights(context, result["folder"])
        return ["The released weights are used from now on", *result["notes"]]


def _existing(path: Path | None) -> Path | None:
    return path if path is not None and path.is_file() else None


def _new_folder(place: Path) -> Path:
    number = 1
    while (folder := place / f"released_{number}").exists():
        number += 1
    return folder


CLASSES = (MAMBATALK_OT_fetch_weights, MAMBATALK_OT_fetch_accepted)
