"""What the user decided about a face: the table of shape keys, kept on the mesh, and the settings of the lips."""

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty


class MambaTalkFaceRow(bpy.types.PropertyGroup):
    """One shape key."""

    key: StringProperty(name="Shape Key", description="The shape key that is animated")
    source: StringProperty(
        name="Expression",
        description="What it plays: an ARKit shape (jawOpen), a mouth shape (viseme_aa), an SMPL-X coefficient "
        "(flame_000), or a sum of them: eyeBlinkLeft*0.5 + eyeBlinkRight*0.5",
    )
    gain: FloatProperty(name="Gain", description="How strongly it plays", default=1.0, soft_min=0.0, soft_max=2.0)
    offset: FloatProperty(
        name="Offset", description="What is added to its value", default=0.0, soft_min=-1.0, soft_max=1.0
    )
    use: BoolProperty(name="Animate", description="Whether takes animate it", default=True)


class MambaTalkFace(bpy.types.PropertyGroup):
    """The face settings of a scene."""

    lips: FloatProperty(
        name="Phone Lips",
        description="How much of the mouth comes from the times of the spoken sounds instead of the network",
        default=0.5,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )


CLASSES = (MambaTalkFaceRow, MambaTalkFace)
PROPERTIES = (
    (bpy.types.Key, "mambatalk_face", CollectionProperty(type=MambaTalkFaceRow)),
    (bpy.types.Key, "mambatalk_face_index", IntProperty()),
    (bpy.types.Scene, "mambatalk_face", PointerProperty(type=MambaTalkFace)),
)
