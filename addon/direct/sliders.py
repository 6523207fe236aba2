"""Values of a take's sliders, which are read as plain values or as levels, and set without writing keys."""

import json

import bpy

from ...core.body.parts import AREAS
from ...core.direct.levels import Levels
from ...core.direct.markers import markers_from
from ...core.errors import GestureError
from ..take.properties import changes, level_properties

NAMES = tuple(level_properties())
# Sliders have single precision: 0.7 comes back as 0.699999988.
_DIGITS = 6


def levels_of(action: bpy.types.Action) -> Levels:
    """Return the levels that the sliders of a take ask for."""
    values = read(action)
    return Levels.from_dict({**values, "pose": json.loads(values["pose"]) if values["pose"] else None})


def read(action: bpy.types.Action) -> dict:
    """Return the values of a take's sliders, and its rest pose as JSON."""
    own = action.mambatalk_take
    values = {name: round(getattr(own, name), _DIGITS) for name in NAMES if name != "mirror"}
    return {**values, "mirror": own.mirror, "pose": own.pose}


def put(action: bpy.types.Action, values: dict) -> None:
    """Set sliders of a take without writing keys."""
    with changes.paused():
        for name, value in values.items():
            setattr(action.mambatalk_take, name, value)


def from_directions(directions: dict) -> tuple[dict, list[tuple[str, float, float]]]:
    """Return sliders and markers that direct a take as it was directed from a shell.

    Args:
        directions: `direct` in take.json: levels, markers, areas to keep.

    Returns:
        values for `put`, with locked areas; and entries for `markers.put_entries`.

    Raises:
        GestureError: there is no such level or area, or a marker is impossible.
    """
    levels, kept = Levels.from_dict(directions.get("levels", {})).as_dict(), set(directions.get("keep", ()))
    if unknown := kept - AREAS.keys():
        raise GestureError(f"There is no body part {', '.join(unknown)}.", remedy="Update the extension.")
    pose = "" if levels["pose"] is None else json.dumps(levels["pose"])
    markers = [(m.kind.value, m.start_s, m.end_s) for m in markers_from(directions.get("markers", ()))]
    return {**levels, "pose": pose, "locked": kept}, markers
