"""Whole takes, body and face: switched, put into the NLA and taken back, copied and discarded."""

from collections.abc import Sequence

import bpy

from ...core.errors import GestureError
from ..blender import nla, timeline, versions
from ..face import channels as face_channels
from ..rig import performer
from . import info as take_info
from . import recording


def switch(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    """Let a character perform a take, body and face, with the keys that it has.

    Its sliders may have moved while nobody performed it: `direct.directed_keys.catch_up` writes their keys.

    Raises:
        GestureError: the take is not for such a character, or a strip of it is being tweaked.
    """
    nla.require_assignable(armature)
    if not versions.switch_action(armature, action):
        raise GestureError(f"{action.name} has no keys for {armature.name}.", remedy="Choose a take of this character.")
    for keys in face_channels.face_keys(armature):
        if not face_channels.is_editable(keys):
            continue
        own = versions.action_for(action, keys)
        if own is None or not versions.switch_action(keys, own):
            _leave(keys)
    performer.of(armature).prepare()
    for scene in armature.users_scene:
        timeline.include(scene, *action.frame_range)
        recording.play_performed(scene)


def _leave(keys: bpy.types.Key) -> None:
    """Remove the action of a face, because it belongs to another take and the new take has no keys for this face."""
    if keys.animation_data is not None and keys.animation_data.action is not None:
        versions.animate(keys, None)


def why_not_pushed(armature: bpy.types.Object) -> str | None:
    """Return the reason why the take that a character performs cannot go into the NLA; None where it can."""
    action = take_info.active(armature)
    if action is None:
        return f"{armature.name} performs no take"
    return None if versions.assigned_action(armature) == action else f"{action.name} is in the NLA already"


def push_to_nla(armature: bpy.types.Object) -> bpy.types.Action:
    """Put the take that a character performs into strips of the NLA, on tracks with its name, body and face.

    The take stays the character's take, and can be directed further. Return its action.

    Raises:
        GestureError: the character performs no take of its own, the take is in the NLA already, or is being tweaked.
    """
    nla.require_assignable(armature)
    if reason := why_not_pushed(armature):
        raise GestureError(f"{reason}.", remedy="Let the character perform a take, without the NLA, and try again.")
    action = take_info.active(armature)
    for id_block in (armature, *face_channels.face_keys(armature)):
        own = versions.action_for(action, id_block)
        if own is not None and versions.assigned_action(id_block) == own:
            versions.push_down(id_block, action.name)
            id_block.animation_data.use_nla = True
    return action


def why_not_taken_back(armature: bpy.types.Object) -> str | None:
    """Return the reason why no take of a character can be taken from the NLA; None where one can."""
    action = take_info.active(armature)
    if action is None:
        return f"{armature.name} performs no take"
    own = versions.assigned_action(armature)
    if own == action:
        return f"{action.name} is not in the NLA"
    return None if own is None else f"{own.name} plays above the NLA: push it down, or take it off the character"


def take_from_nla(armature: bpy.types.Object) -> list[str]:
    """Let a character perform the take of its topmost strip without the NLA, body and face; the strips go.

    Return a note where the strip was scaled or moved: the take is then back at the frames of its keys.

    Raises:
        GestureError: no take plays through a strip, a strip is being tweaked, or another action plays above.
    """
    nla.require_assignable(armature)
    if reason := why_not_taken_back(armature):
        raise GestureError(f"{reason}.", remedy="Only a take that plays through its NLA strip can be taken back.")
    action = take_info.active(armature)
    change = take_info.displacement(armature, action)
    for id_block in (armature, *face_channels.face_keys(armature)):
        own = versions.action_for(action, id_block)
        strip = None if own is None else nla.strip_of(id_block, own)
        if strip is not None and versions.assigned_action(id_block) is None:
            versions.take_up(id_block, strip)
    return [] if change is None else [f"{change}; now the take is back at the frames of its keys"]


def copy(action: bpy.types.Action) -> bpy.types.Action:
    """Copy a take with its keys; where the face has an action of its own, copy it, too."""
    new = action.copy()
    new.use_fake_user = True
    own = versions.face_action(action)
    if own is not None:
        other = own.copy()
        other.name = f"{new.name} face"
        versions.link_face(new, other)
    return new


def discard(armature: bpy.types.Object, actions: Sequence[bpy.types.Action]) -> None:
    """Delete takes; a character that performs one of them goes on with another one.

    Raises:
        GestureError: another character performs one of the takes, too, or a take belongs to another file.
    """
    for action in actions:
        take_info.require_own(action)
        if others := others_performing(armature, action):
            raise GestureError(
                f"{others[0].name} performs {action.name}, too.", remedy="Let it perform another take first."
            )
    current = take_info.active(armature)
    rest = [each for each in take_info.of_character(armature) if each not in actions]
    if current in actions and rest:
        switch(armature, rest[0])
    for action in actions:
        face = versions.face_action(action)
        for id_block in (armature, *face_channels.face_keys(armature)):
            nla.remove_strips(id_block, action if face is None or id_block == armature else face)
        delete(action)
    for scene in armature.users_scene:
        recording.play_performed(scene)


def delete(action: bpy.types.Action) -> None:
    """Delete a take that no character performs, with the action of its face where that is another one."""
    face = versions.face_action(action)
    bpy.data.actions.remove(action)
    if face is not None and not versions.takes_with(face):
        bpy.data.actions.remove(face)


def others_performing(armature: bpy.types.Object, action: bpy.types.Action) -> list[bpy.types.Object]:
    """Return other characters in the scenes that use a take: a copied character shares takes with the first."""
    return [each for each in take_info.users(action) if each != armature and each.users_scene]


@bpy.app.handlers.persistent
def _link_faces(*_arguments) -> None:
    """Let takes of earlier versions refer to their faces, so that names do not matter from now on."""
    for action in bpy.data.actions:
        if take_info.stored(action) is not None:
            versions.adopt_face(action)
    for each in bpy.data.objects:
        action = take_info.active(each) if each.type == "ARMATURE" else None
        for keys in [] if action is None else face_channels.face_keys(each):
            versions.adopt_face(action, versions.action_of(keys))


def register():
    """Check the takes of each file that is opened."""
    bpy.app.handlers.load_post.append(_link_faces)


def unregister():
    """Stop checking."""
    bpy.app.handlers.load_post.remove(_link_faces)
