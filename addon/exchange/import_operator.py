"""Import an SMPL motion of any program onto the character: by button, import menu or file dropped on the viewport."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ...core.errors import GestureError
from ...core.formats.foreign import read_foreign
from ...core.formats.user_choices import UserChoices
from ..blender.versions import RELATIVE
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
    bl_label = "Import Motion (Mocap)"
    bl_options = {"REGISTER", "UNDO", "PRESET"}

    filepath: StringProperty(name="File", description="A motion saved as npz", subtype="FILE_PATH", options=RELATIVE)
    filter_glob: StringProperty(default="*.npz;*.smpl;*.pt;*.pth;*.pkl", options={"HIDDEN"})
    start_frame: IntProperty(
        name="Start Frame", description="The scene frame of the motion's first frame", default=1, options={"SKIP_SAVE"}
    )
    up: EnumProperty(
        name="Up",
        description="Which axis of the file points up",
        items=[
            ("auto", "Automatic", "Found from the way the body stands"),
            ("y", "Y", "The axes of SMPL-X itself, BEAT2 and GVHMR"),
            ("z", "Z", "The axes of AMASS"),
            ("-y", "-Y", "The axes of a camera"),
        ],
    )
    fps: FloatProperty(
        name="Frame Rate",
        description="Frames per second; 0 means the frame rate that the file states",
        default=0.0,
        min=0.0,
    )
    order_6d: EnumProperty(
        name="6D Rotations",
        description="Order of the numbers in files that store a rotation as six numbers without stating their order",
        items=[
            ("rows", "Rows", "The first two rows of the matrix, as in PantoMatrix and GVHMR"),
            ("columns", "Columns", "The first two columns, one after the other"),
            ("interleaved", "Interleaved", "The first two columns, alternating, as in HMR and SPIN"),
        ],
    )
    on_floor: BoolProperty(
        name="Feet on Floor",
        description="Move the whole motion up or down, so that the feet stand on the floor",
        default=True,
    )
    at_origin: BoolProperty(
        name="Start Here",
        description="Begin where the character stands, instead of the place that the file states",
        default=True,
    )

    @classmethod
    def poll(cls, context):
        """Grey the button while there is no character."""
        return report.explain(cls, None if _target(context) else NO_CHARACTER)

    def invoke(self, context, event):
        """Open the file browser; import a file that was dropped at once."""
        self.start_frame = context.scene.mambatalk.first_frame()
        if self.filepath and self.properties.is_property_set("filepath"):
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        """Read the file, and key its motion on the character."""
        path = absolute_path(self.filepath)
        choices = UserChoices(
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
            foreign = read_foreign(path, choices)
            action = apply_motion(context.scene, armature, foreign.motion, path.stem, self.start_frame)
        except GestureError as error:
            return report.fail(self, error)
        notes = [f"{action.name}: {foreign.summary}", *foreign.notes, *face_channels.notes(armature, foreign.motion)]
        notes += performer.of(armature).held_note(context.scene, action)
        report.show(notes)
        report.inform(self, ". ".join(notes))
        return {"FINISHED"}


def _target(context) -> bpy.types.Object | None:
    """Return the character that other operators use, else the only one in the scene.

    A user who drops a file on the viewport has often selected nothing.
    """
    armature = target(context)
    if armature is None:
        every = [each for each in context.scene.objects if character_armature.is_smplx_armature(each)]
        armature = every[0] if len(every) == 1 else None
    return armature


class MAMBATALK_FH_motion(bpy.types.FileHandler):
    """Import of files that are dropped on a 3D viewport."""

    bl_idname = "MAMBATALK_FH_motion"
    bl_label = "SMPL motion"
    bl_import_operator = "mambatalk.import_motion"
    bl_file_extensions = ".npz;.smpl"

    @classmethod
    def poll_drop(cls, context):
        """Accept files only in a 3D viewport."""
        return context.area is not None and context.area.type == "VIEW_3D"


def _draw_menu(self, context):
    self.layout.operator("mambatalk.import_motion", text="SMPL Motion (.npz, .smpl)")


CLASSES = (MAMBATALK_OT_import_motion, MAMBATALK_FH_motion)
MENUS = ((bpy.types.TOPBAR_MT_file_import, _draw_menu),)
