"""MambaTalk: speech to full-body animation. Blender calls register() and unregister(); nothing happens at import."""


def register():
    """Switch the extension on."""
    try:
        import numpy  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "This Blender's Python has no NumPy. On Debian and Ubuntu: sudo apt install python3-numpy. "
            "Then start Blender again."
        ) from error
    from . import addon

    addon.register()


def unregister():
    """Switch the extension off; nothing stays behind."""
    from . import addon

    addon.unregister()
