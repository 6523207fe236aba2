"""Blender's side: registers in order, imports nothing that needs torch or scipy."""

import importlib

# In the order of registration: properties before the panels that draw them.
_MODULES = (
    *(
        "preferences",
        "rig_map",
        "properties",
        "take_properties",
        "direct_settings",
        "export_settings",
        "face_table",
        "jobs",
        "live",
    ),
    "operators",
    *("panels", "direct_panel", "rig_panel", "face_panel", "smplx_panel", "exchange_panel"),
)


def _modules():
    return [importlib.import_module(f".{name}", __name__) for name in _MODULES]


def register():
    """Register every module; on a failure those already registered are taken back."""
    done = []
    try:
        for module in _modules():
            module.register()
            done.append(module)
    except Exception:
        for module in reversed(done):
            module.unregister()
        raise


def unregister():
    """Stop the worker and unregister every module, last first."""
    for module in reversed(_modules()):
        module.unregister()
