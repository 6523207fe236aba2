"""MambaTalk: speech to full-body animation. Blender calls register() and unregister(); nothing happens at import."""


def register():
    """Switch the extension on."""
    from . import addon

    addon.register()


def unregister():
    """Switch the extension off; nothing stays behind."""
    from . import addon

    addon.unregister()
