"""Directing of a take: levels, markers, mood and kept areas, applied to its finished motion and recorded in it.

    take.finished ── directions ─→ take.directed

Directions are always applied to the finished motion, never to a directed one, so that they do not add up.
"""

from dataclasses import dataclass, field, replace

from .. import requests
from ..body.motion import Motion
from ..clearance.body import default_body
from ..clearance.hands_out import Pushed, hands_out
from ..direct.chain import direct
from ..direct.clip_statistics import clip_statistics
from ..direct.kept_motion import Kept
from ..direct.levels import Levels
from ..direct.markers import Marker, markers_from
from ..direct.mood import Mood, mood_from
from ..take.files import check_out
from ..take.take import Take, read_take, write_take


@dataclass(frozen=True)
class Directions:
    """What an animator asks of a take.

    Attributes:
        levels: how broad, still and smooth the motion is.
        markers: where to gesture, hold or rest.
        keep: rows of `core.body.parts.AREAS` that stay as they are finished.
        mood: the mood over time.
    """

    levels: Levels = field(default_factory=Levels)
    markers: tuple[Marker, ...] = ()
    keep: tuple[str, ...] = ()
    mood: Mood = field(default_factory=Mood)

    def as_dict(self) -> dict:
        """Return plain values, as they go into take.json."""
        return {
            "levels": self.levels.as_dict(),
            "markers": [marker.as_dict() for marker in self.markers],
            "keep": list(self.keep),
            "mood": self.mood.as_list(),
        }

    @classmethod
    def from_dict(cls, values: dict) -> "Directions":
        """Make directions from plain values, as they come from take.json.

        Raises:
            GestureError: a level or mood is unknown, or a marker is not a marker.
        """
        return cls(
            Levels.from_dict(values.get("levels", {})),
            markers_from(values.get("markers", ())),
            tuple(map(str, values.get("keep", ()))),
            mood_from(values.get("mood", ())),
        )


def direct_take(request: requests.Direct) -> Take:
    """Direct a take, and write it to `request.out`.

    Raises:
        GestureError: bad input, with a remedy; nothing has been written.
    """
    check_out(request.out)
    take = read_take(request.take)
    info = {name: value for name, value in take.info.items() if name != "direct"}
    directions = Directions.from_dict({name: getattr(request, name) for name in ("levels", "markers", "keep")})
    mood = take.info.get("direct", {}).get("mood", ()) if request.mood is None else request.mood
    directions = replace(directions, mood=mood_from(mood))
    if directions != Directions():
        info["direct"] = directions.as_dict()
    take = directed(replace(take, info=info))
    write_take(take, request.out)
    return take


def directed(take: Take) -> Take:
    """Compute the directed motion of a take; it is None where directing changes nothing.

    A take that nobody directed has hands that stay out of the body, too; only takes that are not finished are left
    alone.
    """
    directions = Directions.from_dict(take.info.get("direct", {}))
    info = {name: value for name, value in take.info.items() if name not in ("direct", "hands")}
    motion, pushed = take.finished, None
    if directions != Directions():
        motion, pushed = _directed_motion(take, directions)
    elif take.info.get("settings", {}).get("finish", True):
        motion, pushed = hands_out(take.finished, default_body(take.finished.skeleton))
    if directions == Directions() and motion is take.finished:
        return replace(take, directed=None, info=info)
    info["direct"] = directions.as_dict()
    if pushed is not None:
        info["hands"] = pushed.as_dict()
    return replace(take, directed=motion, info=info)


def _directed_motion(take: Take, directions: Directions) -> tuple[Motion, Pushed | None]:
    kept = Kept.areas(take.finished, directions.keep) if directions.keep else None
    subject = clip_statistics(take.finished, [(word.start_s, word.end_s) for word in take.words])
    body = default_body(take.finished.skeleton)
    result = direct(subject, directions.levels, kept, markers=directions.markers, mood=directions.mood, body=body)
    return result.motion, result.pushed
