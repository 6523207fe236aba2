"""Mixins of panels and operators on the take that the character performs; after an error nothing is changed.

TakePanel             is shown where there is a take, and greyed while its keys cannot be changed
OnTake                needs a performed take: the `poll` of the operators below, and of those that only read a take
TakeOperator          changes anything about the take, and reports notes
DirectionOperator     changes sliders or markers together with the keys that they ask for
MarkersOperator       changes the take's list of markers so
"""

from ...core.errors import GestureError
from ..blender import sequencer
from ..blender.layout import DIRECT, ClosedPanel, put_labels_beside
from ..job import report, state
from ..rig import performer
from ..take import info as take_info
from ..take import performed
from . import directed_keys, markers


class TakePanel(ClosedPanel):
    """Mixin of a panel on the take that the character performs; a subclass has `draw_take`."""

    bl_parent_id = DIRECT

    @classmethod
    def poll(cls, context):
        """Show the panel where the character performs a take."""
        return take_info.active(performer.target(context)) is not None

    def draw(self, context):
        """Draw what `draw_take` draws, greyed while a job is running, or where an NLA strip was scaled or moved."""
        layout = self.layout
        put_labels_beside(layout)
        layout.enabled = state.current.job is None and take_info.displacement(performer.target(context)) is None
        self.draw_take(layout, context, take_info.active(performer.target(context)))


class OnTake:
    """Mixin of an operator that needs a performed take."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Return whether the character performs a take, with its keys at the frames of the scene."""
        return report.explain(cls, take_info.why_not_directed(context))


class TakeOperator(OnTake):
    """Mixin of an operator on the performed take; a subclass has `change(context, take)`, which returns notes."""

    def execute(self, context):
        """Change the take, and report the notes; an error is reported, and then nothing is changed."""
        try:
            notes = self.change(context, performed.of(performer.require_target(context)))
        except GestureError as error:
            return report.fail(self, error)
        return report.finish(self, notes)


class DirectionOperator(OnTake):
    """Mixin of an operator that changes sliders or markers of a take; after an error nothing is changed.

    A subclass has three methods: `read(action)` returns the present values; `put(action, values)` sets values without
    writing keys; `wanted(context, take, before)` returns the new values.
    """

    def execute(self, context):
        """Set the new values and write the keys that they ask for."""
        try:
            armature = performer.require_target(context)
            action = take_info.active(armature)
            before = self.read(action)
            self.put(action, self.wanted(context, performed.of(armature), before))
            try:
                directed_keys.write_keys(armature)
            except GestureError:
                self.put(action, before)
                raise
        except GestureError as error:
            return report.fail(self, error)
        state.current.error = None
        for note in take_info.rate_notes(action, sequencer.scene_fps(context.scene)):
            report.inform(self, note)
        return {"FINISHED"}


class MarkersOperator(DirectionOperator):
    """Mixin of an operator that changes the list of markers of a take; a subclass has `wanted`."""

    read, put = staticmethod(markers.read_entries), staticmethod(markers.put_entries)

    def chosen_row(self, take: performed.Performed) -> int:
        """Return the position in the list that was given as `index`, else that of the chosen row."""
        return self.index if self.properties.is_property_set("index") else take.action.mambatalk_take.marker_index
