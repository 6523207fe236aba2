"""The operator that moves a word, or one of its edges, with the mouse in the word track."""

from dataclasses import dataclass

import bpy

from ...core.errors import GestureError
from ...core.take import word_edits
from ..blender.translation import translated
from ..job import report, state
from ..rig import performer
from ..take import info as take_info
from ..take import performed
from . import change, overlay, track

# So far, in pixels at a scale of 1, the mouse moves before a press is a drag.
_STILL_PX = 3.0


@dataclass(frozen=True)
class _Frames:
    """Frames of the scene for the seconds of a take: its first frame, and frames a second."""

    first: int
    fps: float

    def frame_of(self, second: float) -> float:
        """Return the frame, with its fraction, of a time."""
        return self.first + second * self.fps

    def second_of(self, frame: float) -> float:
        """Return the time of a frame."""
        return (frame - self.first) / self.fps


class MAMBATALK_OT_drag_word(bpy.types.Operator):
    """Drag a word or its edges in the track of words. Ctrl: whole frames. Alt: leave the touching word where it is"""

    bl_idname = "mambatalk.drag_word"
    bl_label = "Drag Word"
    bl_options = {"UNDO", "INTERNAL"}

    @classmethod
    def poll(cls, context):
        """Return whether the track is there, and the take may be changed; without it, the mouse is not for us."""
        return overlay.is_on() and state.current.job is None and take_info.why_not_directed(context) is None

    def invoke(self, context, event):
        """Hold the word under the mouse; where there is none, the mouse does what it does without the track."""
        found = overlay.words_of(context)
        if found is None:
            return {"PASS_THROUGH"}
        take, words = found
        self._view = overlay.view_of(context)
        hit = track.under(words, self._view, event.mouse_region_x, event.mouse_region_y)
        if hit is None:
            return {"PASS_THROUGH"}
        (self._index, self._grip), self._from = hit, event.mouse_region_x
        rate, first = take.info.fps, take.info.start_frame
        self._frames = _Frames(first, rate)
        self._words = [
            {"start_s": (start - first) / rate, "end_s": (end - first) / rate}
            for start, end in zip(words.starts.tolist(), words.ends.tolist(), strict=True)
        ]
        self._times = float(words.starts[self._index]), float(words.ends[self._index])
        self._length_s, self._name, self._moved = change.length_s(take), take.action.name, False
        self._together = not event.alt and self._grip is not track.Grip.WORD
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        """Show the word where the mouse holds it; the release changes the take, Esc and the right button do not."""
        if event.type in ("ESC", "RIGHTMOUSE"):
            return self._end(context, {"CANCELLED"})
        if event.type == "MOUSEMOVE":
            by_px = event.mouse_region_x - self._from
            self._moved |= abs(by_px) >= _STILL_PX * self._view.scale
            if self._moved:
                by = self._view.to_frame(by_px) - self._view.to_frame(0)
                self._show(context, *track.moved(*self._times, self._grip, by, event.ctrl))
        elif event.type == "LEFTMOUSE" and event.value == "RELEASE":
            return self._release(context, event)
        return {"RUNNING_MODAL"}

    def cancel(self, context):
        """Forget the word when Blender ends the operator."""
        overlay.state.drag = None

    def _show(self, context, start: float, end: float) -> None:
        """Draw the word, and its neighbours that give way, as they will be."""
        wanted = (self._frames.second_of(frame) for frame in (start, end))
        words = word_edits.retimed(self._words, self._index, *wanted, self._length_s, self._together)
        near = range(max(self._index - 1, 0), min(self._index + 2, len(words)))
        frames = self._frames
        edges = {i: (frames.frame_of(words[i]["start_s"]), frames.frame_of(words[i]["end_s"])) for i in near}
        overlay.state.drag = overlay.Drag(self._index, edges)
        start, end = edges[self._index]
        context.area.header_text_set(f"{translated('Word')}: {start:.1f} - {end:.1f}")
        overlay.redraw()

    def _release(self, context, event):
        action = bpy.data.actions.get(self._name)
        drag = overlay.state.drag
        if action is None:
            return self._end(context, {"CANCELLED"})
        own = action.mambatalk_take
        if drag is None:
            own.word_index = self._index
            if event.shift:
                own.words[self._index].chosen ^= True
            self._end(context, set())
            report.redraw(context)
            return {"CANCELLED"}
        try:
            take = performed.of(performer.require_target(context))
            times_s = [self._frames.second_of(frame) for frame in drag.edges[self._index]]
            change.retime(take, self._index, *times_s, together=self._together)
            own.word_index = self._index
        except GestureError as error:
            self._end(context, set())
            return report.fail(self, error)
        self._end(context, set())
        report.redraw(context)
        return {"FINISHED"}

    def _end(self, context, outcome: set[str]) -> set[str]:
        overlay.state.drag = None
        if context.area is not None:
            context.area.header_text_set(None)
        overlay.redraw()
        return outcome


CLASSES = (MAMBATALK_OT_drag_word,)
