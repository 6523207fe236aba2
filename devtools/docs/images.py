"""Small pictures for the pages: `python -m devtools.docs.images clip FRAMES FILE.webp` or `picture IN.png OUT.webp`.

Runs in the developers' environment, whose plotting package brings Pillow.
"""

import sys
from pathlib import Path

from PIL import Image

CLIP_QUALITY, PICTURE_QUALITY = 70, 88
CLIP_FPS = 12


def write_clip(frames: Path, file: Path) -> None:
    """Join the pictures of a folder, in the order of their names, to a clip that repeats."""
    first, *others = [Image.open(path).convert("RGB") for path in sorted(frames.glob("*.png"))]
    durations = [round(1000 / CLIP_FPS)] * (len(others) + 1)
    first.save(file, save_all=True, append_images=others, duration=durations, loop=0, quality=CLIP_QUALITY, method=6)


def write_picture(source: Path, file: Path) -> None:
    """Write a picture in a format that takes little room; small letters stay sharp."""
    Image.open(source).convert("RGB").save(file, quality=PICTURE_QUALITY, method=6)


def main(arguments: list[str]) -> None:
    """Write one file."""
    kind, source, file = arguments
    {"clip": write_clip, "picture": write_picture}[kind](Path(source), Path(file))


if __name__ == "__main__":
    main(sys.argv[1:])
