"""The first frames of a long take, decoded and finished piece by piece while its later windows are predicted.

    windows      ├──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼─ …
    pieces       │ 8 s  │     16 s    │      32 s …      each begins where the one before ended

A piece looks like the finished take, but for the places of the feet and the root near its start, and for strokes and
pauses at its ends (`fitting`): the whole take is finished at once when all of its codes are known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..body.motion import Motion, save_motion
from ..body.parts import Part
from .decode import decode_take
from .fitting import fit_to_speech
from .moments import Moments
from .network import Network

# Frames of the first piece, and of the longest; each piece is twice as long as the one before.
FIRST, LONGEST = 240, 1800
# Shorter takes are made so quickly that pieces of them would only take time.
LEAST_FRAMES = 1800
# Frames before a piece that are decoded and finished with it, so that it joins the one before.
BEFORE = 60
# Frames at the end of what is predicted that wait for the next piece: their decoding depends on later codes.
BEHIND = 16

Codes = dict[Part, np.ndarray]


@dataclass(frozen=True)
class Underway:
    """What is asked and told while a take is predicted.

    Attributes:
        ended: returns True when the take is to end after the window that was predicted last.
        send_piece: is given the path of each piece and the number of its first frame in the take.
    """

    ended: Callable[[], bool] = lambda: False
    send_piece: Callable[[Path, int], None] = lambda motion, first: None


# For callers that want the whole take and no pieces.
TO_THE_END = Underway()


class FirstFrames:
    """Makes pieces while windows are predicted.

    Args:
        network: the autoencoders.
        frame_count: frames of the whole take.
        finish: finishes a decoded motion.
        folder: for the npz files of the pieces.
        send: see `Underway.send_piece`.
        moments: when the recording is stressed, silent and loud.
        speaker: number of the speaker or style.
    """

    def __init__(
        self,
        network: Network,
        frame_count: int,
        finish: Callable[[Motion], Motion],
        folder: Path,
        send: Callable[[Path, int], None],
        moments: Moments,
        speaker: int,
    ):
        self._network, self._finish, self._folder, self._send = network, finish, folder, send
        self._moments, self._speaker = moments, speaker
        self._wanted = frame_count >= LEAST_FRAMES
        self._shown, self._length, self._count = 0, FIRST, 0
        self._root = network.info.neutral.translation[0]  # of the first frame that the next piece decodes

    def windows_made(self, windows: Sequence[Codes]) -> None:
        """Make the next piece if enough frames are predicted; `windows` are all codes (N,) of the take up to now."""
        late = self._network.info.late_frames
        stop = sum(len(each[Part.FACE]) for each in windows) - late - BEHIND
        if not self._wanted or stop - self._shown < self._length:
            return
        first = max(self._shown - BEFORE, 0)
        codes = {}
        for part in Part:
            shift = 0 if part is Part.FACE else late
            codes[part] = np.concatenate([each[part] for each in windows])[first + shift : stop + shift]
        raw = decode_take(self._network, codes, self._root)
        raw = fit_to_speech(raw, self._moments.since(first), self._network.info, self._speaker)
        finished = self._finish(raw)
        rows = slice(self._shown - first, None)
        piece = finished.replace(
            rotations=finished.rotations[rows],
            translation=finished.translation[rows],
            expression=finished.expression[rows],
            contacts=None if finished.contacts is None else finished.contacts[rows],
        )
        self._count += 1
        path = self._folder / f"piece_{self._count}.npz"
        save_motion(piece, path, compress=False)
        self._send(path, self._shown)
        self._root = raw.translation[max(stop - BEFORE, 0) - first]
        self._shown, self._length = stop, min(2 * self._length, LONGEST)
