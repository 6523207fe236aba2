"""BVH files, as MotionBuilder and most programs expect them: Y up, centimetres, rotations in the order Z, X, Y."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..body.rotation import matrix_to_euler
from ..errors import GestureError
from ..files import saved_file

_CM = 100.0
# A bone that moves by more than this, metres, relative to its parent gets channels for its place.
_MOVES_M = 5e-5


@dataclass(frozen=True)
class BvhSkeleton:
    """A skeleton at rest, parents before children.

    Attributes:
        names: names of the bones (B,); blanks become underscores in the file.
        parents: (B,) index of each bone's parent, -1 for the one root.
        heads: (B, 3) metres, Y up.
        tails: (B, 3) metres, Y up; only those of bones without children are written.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    heads: np.ndarray
    tails: np.ndarray


def write_bvh(path: Path, skeleton: BvhSkeleton, turns: np.ndarray, heads: np.ndarray, fps: float) -> None:
    """Write a BVH file, whole or not at all.

    Args:
        path: path of the file.
        skeleton: with one root.
        turns: (T, B, 3, 3) rotation of each bone away from rest, in the world.
        heads: (T, B, 3) where each bone begins, metres.
        fps: frames per second.

    Raises:
        GestureError: the skeleton has several roots, or the file cannot be written.
    """
    if list(skeleton.parents).count(-1) != 1:
        raise GestureError(
            "A BVH file holds one root bone, and this armature has several.",
            remedy="Give all bones one common parent, or export FBX.",
        )
    order = _depth_first(skeleton.parents)
    local, places = turns.copy(), heads.copy()
    moving = set()
    for bone, parent in enumerate(skeleton.parents):
        if parent < 0:
            moving.add(bone)
            continue
        back = np.swapaxes(turns[:, parent], -1, -2)
        local[:, bone] = back @ turns[:, bone]
        places[:, bone] = np.einsum("tij,tj->ti", back, heads[:, bone] - heads[:, parent])
        if np.abs(places[:, bone] - (skeleton.heads[bone] - skeleton.heads[parent])).max(initial=0.0) > _MOVES_M:
            moving.add(bone)
    angles = np.degrees(np.unwrap(matrix_to_euler(local, "ZXY"), axis=0))
    columns = []
    for bone in order:
        columns += [places[:, bone] * _CM, angles[:, bone]] if bone in moving else [angles[:, bone]]
    rows = np.concatenate(columns, axis=1)
    lines = ["HIERARCHY", *_hierarchy(skeleton, order[0], 0, moving), "MOTION", f"Frames: {len(rows)}"]
    lines.append(f"Frame Time: {1 / fps:.8f}")
    with saved_file(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        np.savetxt(file, rows, fmt="%.6f")


def _depth_first(parents: tuple[int, ...]) -> list[int]:
    order, waiting = [], [parents.index(-1)]
    while waiting:
        bone = waiting.pop()
        order.append(bone)
        waiting += reversed([child for child, parent in enumerate(parents) if parent == bone])
    return order


def _hierarchy(skeleton: BvhSkeleton, bone: int, depth: int, moving: set[int]) -> list[str]:
    indent = "\t" * depth
    parent = skeleton.parents[bone]
    name = "_".join(skeleton.names[bone].split())
    offset = skeleton.heads[bone] - (skeleton.heads[parent] if parent >= 0 else 0.0)
    channels = "6 Xposition Yposition Zposition" if bone in moving else "3"
    lines = [
        f"{indent}{'JOINT' if parent >= 0 else 'ROOT'} {name}",
        f"{indent}{{",
        f"{indent}\tOFFSET {_row(offset)}",
        f"{indent}\tCHANNELS {channels} Zrotation Xrotation Yrotation",
    ]
    children = [child for child, its_parent in enumerate(skeleton.parents) if its_parent == bone]
    for child in children:
        lines += _hierarchy(skeleton, child, depth + 1, moving)
    if not children:
        end = skeleton.tails[bone] - skeleton.heads[bone]
        lines += [f"{indent}\tEnd Site", f"{indent}\t{{", f"{indent}\t\tOFFSET {_row(end)}", f"{indent}\t}}"]
    return [*lines, f"{indent}}}"]


def _row(point: np.ndarray) -> str:
    return " ".join(f"{value:.6f}" for value in point * _CM)
