"""What operators on sliders and markers of a take share: change them, write the keys that they ask for, or neither."""

from ...core.errors import GestureError
from ..blender import sequencer
from ..job import report, state
from ..rig import performer
from ..take import info as take_info
from ..take import playback
from . import live
from .resample_operators import why_no_take


class DirectOperator:
    """Mixin: a change of how the take is directed; a failure changes nothing.

    A subclass gives `read(action)`, what there is; `put(action, values)`, which sets it without keys; and
    `wanted(context, take, before)`, what there shall be.
    """

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Whether there is a take."""
        return report.explain(cls, why_no_take(context))

    def execute(self, context):
        """Change it and write keys."""
        try:
            armature = performer.require_target(context)
            action = take_info.active(armature)
            before = self.read(action)
            self.put(action, self.wanted(context, playback.of(armature), before))
            try:
                live.apply(armature)
            except GestureError:
                self.put(action, before)
                raise
        except GestureError as error:
            return report.fail(self, error)
        state.current.error = None
        for note in take_info.rate_notes(action, sequencer.scene_fps(context.scene)):
            self.report({"INFO"}, note)
        return {"FINISHED"}
