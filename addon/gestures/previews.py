"""Pictures of the gestures of the library, for menus."""

from pathlib import Path

import bpy
import bpy.utils.previews

from ...core.gestures.library import gestures
from .own import Saved, picture_file

FOLDER = Path(__file__).parents[1] / "assets" / "gestures"
_pictures: dict[str, bpy.utils.previews.ImagePreviewCollection] = {}


def icon_of(name: str) -> int:
    """Return the number of the icon that shows a gesture; 0 where there is no picture."""
    loaded = _pictures.get("gestures")
    return loaded[name].icon_id if loaded is not None and name in loaded else 0


def icon_of_own(saved: Saved) -> int:
    """Return the number of the icon of a gesture of the animator's own; 0 where there is no picture."""
    loaded, path = _pictures.get("gestures"), picture_file(saved)
    if loaded is None or path is None:
        return 0
    name = path.stem
    return (loaded[name] if name in loaded else loaded.load(name, str(path), "IMAGE")).icon_id


def register() -> None:
    """Load the pictures; Blender reads each file when it is first shown."""
    loaded = bpy.utils.previews.new()
    for name in gestures():
        path = FOLDER / f"{name}.png"
        if path.is_file():
            loaded.load(name, str(path), "IMAGE")
    _pictures["gestures"] = loaded


def unregister() -> None:
    """Free the pictures."""
    bpy.utils.previews.remove(_pictures.pop("gestures"))
