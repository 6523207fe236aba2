"""Putting any maker's SMPL motion onto the character: from a file, a drop, or Blender's import menu."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ...core.errors import GestureError
from ...core.formats.foreign import read_foreign
from ...core.formats.reading import Reading
from ..character import armature as character_armature
from ..face import channels as face_channels
from ..job import preferences, report
from ..job.folder import absolute_path
from ..rig import performer
from ..rig.performer import NO_CHARACTER, target
from ..take.keying import apply_motion


class MAMBATALK_OT_import_motion(bpy.types.Operator):
    """Key an SMPL, SMPL-H or SMPL-X motion (AMASS, BEAT2, EMAGE, GVHMR, WHAM, …) on the character"""

    bl_idname = "mambatalk.import_motion"
    bl_label = "Import Motion"
    bl_options = {"REGISTER", "UNDO", "PRESET"}

    filepath: StringProperty(name="File", description="A motion saved as npz", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.npz;*.smpl;*.pt;*.pth;*.pkl", options={"HIDDEN"})
    start_frame: IntProperty(
        name="Start Frame", description="The scene frame of the motion's first frame", default=1, options={"SKIP_SAVE"}
    )
    up: EnumProperty(
        name="Up",
        items=[
            ("auto", "Automatic", "Told by how the body stands"),
            ("y", "Y", "SMPL-X's own axes, BEAT2, GVHMR"),
            ("z", "Z", "AMASS"),
            ("-y", "-Y", "A camera's view"),
        ],
    )
    fps: FloatProperty(name="Frame Rate", description="Frames per second; 0: the file's own", default=0.0, min=0.0)
    order_6d: EnumProperty(
        name="6D Rotations",
        description="Only for files with rotations of six numbers, which do not say which six",
        items=[
            ("rows", "Rows", "The first two rows of the matrix: PantoMatrix, GVHMR"),
            ("columns", "Columns", "The first two columns, one after the other"),
            ("interleaved", "Interleaved", "The first two columns, number by number: HMR, SPIN"),
        ],
    )
    on_floor: BoolProperty(name="Feet on Floor", description="Move the motion up or down to the floor", default=True)
    at_origin: BoolProperty(
        name="Start Here", description="Begin where the character stands, not at the file's own place", default=True
    )

    @classmethod
    def poll(cls, context):
        """Whether there is a character."""
        return report.explain(cls, None if _target(context) else NO_CHARACTER)

    def invoke(self, context, event):
        """Choose a file; one that was dropped is keyed at once."""
        self.start_frame = context.scene.mambatalk.start_frame
        if self.filepath and self.properties.is_property_set("filepath"):
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        """Read, convert and key it."""
        path = absolute_path(self.filepath)
        reading = Reading(
            up=self.up,
            order6d=self.order_6d,
            fps=self.fps or None,
            on_floor=self.on_floor,
            at_origin=self.at_origin,
            model=preferences.smplx_model(context),
        )
        try:
            armature = _target(context)
            if armature is None:
                raise GestureError(f"{NO_CHARACTER}.", remedy="Then import again.")
            character_armature.require_editable(armature)
            foreign = read_foreign(path, reading)
            action = apply_motion(context.scene, armature, foreign.motion, path.stem, self.start_frame)
        except GestureError as error:
            return report.fail(self, error)
        notes = [f"{action.name}: {foreign.summary}", *foreign.notes, *face_channels.notes(armature, foreign.motion)]
        notes += performer.of(armature).held_note(context.scene, action)
        report.show(notes)
        self.report({"INFO"}, ". ".join(notes))
        return {"FINISHED"}


def _target(context) -> bpy.types.Object | None:
    """The character as everywhere, else the only one in the scene: who drops a file has often selected nothing."""
    armature = target(context)
    if armature is None:
        every = [each for each in context.scene.objects if character_armature.is_smplx_armature(each)]
        armature = every[0] if len(every) == 1 else None
    return armature


class MAMBATALK_FH_motion(bpy.types.FileHandler):
    """Files dropped on a 3D viewport."""

    bl_idname = "MAMBATALK_FH_motion"
    bl_label = "SMPL motion"
    bl_import_operator = "mambatalk.import_motion"
    bl_file_extensions = ".npz;.smpl"

    @classmethod
    def poll_drop(cls, context):
        """Whether the file was dropped where there are characters."""
        return context.area is not None and context.area.type == "VIEW_3D"


def _draw_menu(self, context):
    self.layout.operator("mambatalk.import_motion", text="SMPL Motion (.npz, .smpl)")


CLASSES = (MAMBATALK_OT_import_motion, MAMBATALK_FH_motion)
MENUS = ((bpy.types.TOPBAR_MT_file_import, _draw_menu),)
