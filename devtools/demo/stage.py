"""The demo's stage in Blender: a floor, three lights, and a camera that sees the whole take."""

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix, Vector

BACKDROP = (0.21, 0.235, 0.27)
FLOOR = (0.2, 0.215, 0.235)
FLOOR_RADIUS_M = 0.5
# The camera is to the character's left front, a little above the chest, and points down a little.
AZIMUTH, ELEVATION = math.radians(14), math.radians(7)
LENS_MM, SENSOR_MM = 65.0, 36.0
# Distance of the body's surface from a joint, metres, and the share of the picture that the figure fills.
FLESH_M, FILL = 0.06, 0.97
HEAD_TOP_M = 0.22


@dataclass(frozen=True)
class Light:
    """A distant light: its direction (degrees around and above, 0° = in front), strength, colour and width."""

    name: str
    azimuth: float
    elevation: float
    strength: float
    colour: tuple[float, float, float]
    angle: float

    @property
    def direction(self) -> Vector:
        """Unit vector towards the light."""
        return _towards(math.radians(self.azimuth), math.radians(self.elevation))


LIGHTS = (
    Light("Key", -38, 48, 3.0, (1.0, 0.955, 0.89), 2.0),
    Light("Fill", 55, 22, 0.9, (0.86, 0.93, 1.0), 30.0),
    Light("Rim", 158, 38, 1.6, (0.9, 0.95, 1.0), 6.0),
)


def _towards(azimuth: float, elevation: float) -> Vector:
    flat = math.cos(elevation)
    return Vector((math.sin(azimuth) * flat, -math.cos(azimuth) * flat, math.sin(elevation)))


def build(scene: bpy.types.Scene, points: np.ndarray, floor_radius_m: float = FLOOR_RADIUS_M) -> None:
    """Add floor, lights, backdrop and camera around the places where a take moves.

    Args:
        scene: gets the objects, in a collection of their own.
        points: (N, 3) metres, the places of all joints in all frames, Blender axes.
        floor_radius_m: radius of the round piece of floor.
    """
    collection = bpy.data.collections.new("Stage")
    scene.collection.children.link(collection)
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    rim = add_floor(collection, centre, floor_radius_m)
    for light in LIGHTS:
        add_light(collection, light)
    set_backdrop(scene)
    scene.camera = _add_camera(scene, collection, np.concatenate([points, rim]))


def add_floor(collection: bpy.types.Collection, centre: np.ndarray, radius_m: float = FLOOR_RADIUS_M) -> np.ndarray:
    """Add a round piece of floor below a place, and return the points of its rim: (96, 3) metres, Blender axes."""
    angles = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    rim = [(radius_m * math.cos(a), radius_m * math.sin(a), 0.0) for a in angles]
    mesh = bpy.data.meshes.new("Floor")
    mesh.from_pydata(rim, [], [list(range(len(rim)))])
    material = bpy.data.materials.new("Floor")
    if material.node_tree is None:
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (*FLOOR, 1.0)
    shader.inputs["Roughness"].default_value = 0.9
    material.diffuse_color = (*FLOOR, 1.0)
    mesh.materials.append(material)
    floor = bpy.data.objects.new("Floor", mesh)
    floor.location = (centre[0], centre[1], 0.0)
    collection.objects.link(floor)
    return np.array(rim) + np.array([centre[0], centre[1], 0.0])


def add_light(collection: bpy.types.Collection, light: Light) -> None:
    """Add a distant light, under its own name."""
    data = bpy.data.lights.new(light.name, "SUN")
    data.energy, data.color, data.angle = light.strength, light.colour, math.radians(light.angle)
    lamp = bpy.data.objects.new(light.name, data)
    lamp.rotation_euler = light.direction.to_track_quat("Z", "Y").to_euler()
    lamp.location = light.direction * 4 + Vector((0, 0, 1))
    collection.objects.link(lamp)


def set_backdrop(scene: bpy.types.Scene) -> None:
    """Give the scene a world of one dark colour."""
    world = bpy.data.worlds.new("Backdrop")
    if world.node_tree is None:
        world.use_nodes = True
    background = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
    background.inputs["Color"].default_value = (*BACKDROP, 1.0)
    world.color = BACKDROP
    scene.world = world


def _add_camera(scene: bpy.types.Scene, collection: bpy.types.Collection, points: np.ndarray) -> bpy.types.Object:
    data = bpy.data.cameras.new("Camera")
    data.lens, data.sensor_width, data.sensor_fit = LENS_MM, SENSOR_MM, "VERTICAL"
    data.sensor_height = SENSOR_MM
    back = _towards(AZIMUTH, ELEVATION)
    turn = back.to_track_quat("Z", "Y").to_matrix()
    tangent_y = SENSOR_MM / 2 / LENS_MM * FILL
    tangent_x = tangent_y * scene.render.resolution_x / scene.render.resolution_y
    place = camera_place(points @ np.array(turn), (tangent_x, tangent_y))
    camera = bpy.data.objects.new("Camera", data)
    camera.matrix_world = Matrix.Translation(turn @ Vector(place)) @ turn.to_4x4()
    collection.objects.link(camera)
    return camera


def camera_place(points: np.ndarray, tangents: tuple[float, float]) -> np.ndarray:
    """Return the nearest place from which a camera that looks along -Z sees every point.

    Args:
        points: (N, 3) in the camera's axes, X right, Y up.
        tangents: tangents of half the horizontal and half the vertical angle of view.

    Returns:
        (3,) the camera's place in the same axes.
    """
    place = np.empty(3)
    depth = []
    for axis, tangent in enumerate(tangents):
        # A point at height y and depth z is in sight where |y - camera| <= tangent * (camera z - z), so the extremes
        # of y + tangent z and y - tangent z decide.
        upper = (points[:, axis] + FLESH_M + tangent * points[:, 2]).max()
        lower = (points[:, axis] - FLESH_M - tangent * points[:, 2]).min()
        place[axis] = (upper + lower) / 2
        depth.append((upper - lower) / (2 * tangent))
    place[2] = max(depth)
    return place
