"""The animator's settings of a face: the table of shape keys, stored on the mesh, and the share of phone lips."""

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty


class MambaTalkFaceRow(bpy.types.PropertyGroup):
    """One row of the table: a shape key and the expression that it plays."""

    key: StringProperty(name="Shape Key", description="The shape key that is animated")
    source: StringProperty(
        name="Expression",
        description="What the shape key plays: an ARKit shape (jawOpen), a mouth shape (viseme_aa), an SMPL-X "
        "coefficient (flame_000), or a sum of them: eyeBlinkLeft*0.5 + eyeBlinkRight*0.5",
    )
    gain: FloatProperty(name="Gain", description="Factor on the expression", default=1.0, soft_min=0.0, soft_max=2.0)
    offset: FloatProperty(
        name="Offset",
        description="Number that is added to the value of the shape key",
        default=0.0,
        soft_min=-1.0,
        soft_max=1.0,
    )
    use: BoolProperty(name="Animate", description="Whether takes animate the shape key", default=True)


class MambaTalkFace(bpy.types.PropertyGroup):
    """Settings of the face in a scene."""

    lips: FloatProperty(
        name="Phone Lips",
        description="How much of the mouth follows the times of the spoken sounds. The rest is generated",
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
