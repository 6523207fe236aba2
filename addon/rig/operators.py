"""Operators of the mapping of a rig: recognise the bones, fill one side from the other, save, load, forget."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ...core.errors import GestureError
from ..blender.versions import RELATIVE
from ..job import report
from ..job.folder import absolute_path, data_folder
from . import mapping as rig_mapping
from . import performer
from . import presets as rig_presets

_FOLDER = "rigs"


class _RigOperator:
    """Change the mapping of the armature that the panel shows; a mixin, which calls the operator's `change`."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Return whether there is an armature to map."""
        return report.explain(cls, performer.why_not_map(context))

    def execute(self, context):
        """Change the mapping, and report the message that `change` returns; a failure changes nothing."""
        try:
            message = self.change(performer.rig_of(context))
        except GestureError as error:
            return report.fail(self, error)
        if message:
            report.inform(self, message)
        return {"FINISHED"}


class MAMBATALK_OT_detect_rig(_RigOperator, bpy.types.Operator):
    """Recognise the bones of the active armature, and show the mapping so that it can be changed"""

    bl_idname = "mambatalk.detect_rig"
    bl_label = "Detect Rig Bones"

    def change(self, armature):
        """Recognise the bones and store the mapping, or an empty one to be filled by hand."""
        found = rig_mapping.detected(armature)
        if found is None:
            rig_mapping.store(armature, rig_presets.BoneMap("Mapped by hand", {}))
            raise GestureError(
                f"The bones of {armature.name} are not recognised.", remedy="Choose them in the list, one by one."
            )
        rig_mapping.store(armature, found.map)
        return f"{found.map.label}: {len(found.map.names)} bones, {found.score:.0%} of its parts"


def _preset_items(operator, context):
    """Return the presets as Blender's menu wants them; Blender needs the list to stay alive."""
    return _PRESETS


_PRESETS = [(preset.key, preset.label, "") for preset in rig_presets.presets()]


class MAMBATALK_OT_rig_preset(_RigOperator, bpy.types.Operator):
    """Map the bones as a known kind of rig names them"""

    bl_idname = "mambatalk.rig_preset"
    bl_label = "Map Rig Bones by Preset"

    preset: EnumProperty(name="Preset", description="The kind of rig", items=_preset_items)

    def change(self, armature):
        """Fit the preset to the armature and store the mapping."""
        mapping = rig_mapping.load(armature, rig_presets.PRESETS / f"{self.preset}.json")
        return f"{len(mapping.names)} bones"


class MAMBATALK_OT_mirror_rig(_RigOperator, bpy.types.Operator):
    """Fill empty parts of one side with the bones that are opposite to those of the other side"""

    bl_idname = "mambatalk.mirror_rig"
    bl_label = "Fill Other Side of Rig"

    def change(self, armature):
        """Fill the empty parts of the stored mapping."""
        return f"{rig_mapping.mirror(armature)} bones found on the other side"


class MAMBATALK_OT_clear_rig(_RigOperator, bpy.types.Operator):
    """Remove the mapping. The bones are then recognised by their names and places again"""

    bl_idname = "mambatalk.clear_rig"
    bl_label = "Remove Rig Mapping"

    def change(self, armature):
        """Remove the stored mapping."""
        armature.mambatalk_rig.bones.clear()


class MAMBATALK_OT_add_rig_bone(_RigOperator, bpy.types.Operator):
    """Add a bone to this part of the body, after the bones that it has"""

    bl_idname = "mambatalk.add_rig_bone"
    bl_label = "Add Bone to Rig Part"

    part: StringProperty(name="Part", description="The part of the body", options={"HIDDEN"})

    def change(self, armature):
        """Add an empty entry after the last entry of the part."""
        bones = armature.mambatalk_rig.bones
        last = max((index for index, entry in enumerate(bones) if entry.part == self.part), default=len(bones) - 1)
        bones.add().part = self.part
        bones.move(len(bones) - 1, last + 1)


class MAMBATALK_OT_save_rig(_RigOperator, bpy.types.Operator):
    """Save the mapping to a file, for other characters with the same kind of rig"""

    bl_idname = "mambatalk.save_rig"
    bl_label = "Save Rig Mapping"

    filepath: StringProperty(name="File", description="The file of the mapping", subtype="FILE_PATH", options=RELATIVE)
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def invoke(self, context, event):
        """Open the file browser."""
        self.filepath = str(data_folder(_FOLDER) / f"{performer.rig_of(context).name}.json")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def change(self, armature):
        """Write the mapping to the chosen file."""
        path = absolute_path(self.filepath).with_suffix(".json")
        rig_presets.save(rig_mapping.mapping_of(armature), path)
        return f"Saved {path.name}"


class MAMBATALK_OT_load_rig(_RigOperator, bpy.types.Operator):
    """Load a mapping that was saved before"""

    bl_idname = "mambatalk.load_rig"
    bl_label = "Load Rig Mapping"

    filepath: StringProperty(name="File", description="The file of the mapping", subtype="FILE_PATH", options=RELATIVE)
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def invoke(self, context, event):
        """Open the file browser."""
        self.filepath = f"{data_folder(_FOLDER)}/"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def change(self, armature):
        """Read the chosen file, fit it to the armature and store the mapping."""
        mapping = rig_mapping.load(armature, Path(absolute_path(self.filepath)))
        return f"{mapping.label}: {len(mapping.names)} bones"


CLASSES = (
    MAMBATALK_OT_detect_rig,
    MAMBATALK_OT_rig_preset,
    MAMBATALK_OT_mirror_rig,
    MAMBATALK_OT_clear_rig,
    MAMBATALK_OT_add_rig_bone,
    MAMBATALK_OT_save_rig,
    MAMBATALK_OT_load_rig,
)
