"""The best path through the words of a text on a stretch of sound, by dynamic programming.

Before, between and after the words are nodes. At a node there may be silence, or other speech that the text does not
hold; between two nodes lies a word in one of its pronunciations, and words that nobody says are passed over:

    node 0 ──── and ────▶ node 1 ──── mister ────▶ node 2 ...
     ↺ silence             ↺ silence                ↺ silence
     ↺ other speech        ↺ other speech           ↺ other speech
     └────────────────── passed over ──────────────▶

Scores are relative to the best sequence of phones (`core.phones.scores`). So other speech costs the same in each frame.
Several stretches are searched at once, because NumPy needs about the same time for one as for some.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .acoustic_model import STATES, acoustic_model
from .scores import PhoneScores, silence_states

NEVER = np.float32(-1e30)
SILENCE_COST = 5.0  # nats for each silence
OTHER_COST = 30.0  # nats for each stretch of other speech,
OTHER_PER_FRAME = 2.0  # and for each of its frames
OVER_COST = 20.0  # nats for words that are passed over,
OVER_PER_WORD = 60.0  # and for each of them
CHECKED_FRAMES = 256  # so often a search asks whether it shall go on


@dataclass(frozen=True)
class Stretch:
    """A stretch of sound and the words that may be in it.

    Attributes:
        start, end: its frames.
        words: pronunciations of each word, as phone numbers.
        entry: (words + 1,) float32, scores of the nodes at which the path may begin; None for the first one alone.
        free_end: whether the path may end at any node.
    """

    start: int
    end: int
    words: Sequence[Sequence[np.ndarray]]
    entry: np.ndarray | None = None
    free_end: bool = False


@dataclass(frozen=True)
class Placed:
    """A word on the path.

    Attributes:
        word: its place in the stretch.
        phones: the numbers of its phones.
        bounds: the frames at which its states begin, three for each phone, and the frame after the last one.
        score: mean score of its frames, nats; 0 is as good as the best phones.
        margin: nats by which its place is better than any place elsewhere; infinite where no other was tried.
    """

    word: int
    phones: np.ndarray
    bounds: np.ndarray
    score: float
    margin: float = math.inf

    @property
    def start(self) -> int:
        """Return the first frame."""
        return int(self.bounds[0])

    @property
    def end(self) -> int:
        """Return the frame after the last one."""
        return int(self.bounds[-1])

    @property
    def frames(self) -> int:
        """Return the number of its frames."""
        return self.end - self.start


def phone_numbers(pronunciation: str) -> np.ndarray:
    """Return the numbers of phones that are separated by spaces.

    Raises:
        ValueError: there is no such phone.
    """
    model = acoustic_model()
    return np.array([model.number(phone) for phone in pronunciation.split()], np.int64)


def search(
    scores: PhoneScores,
    stretches: Sequence[Stretch],
    other: float = OTHER_PER_FRAME,
    over: float = OVER_COST,
    check: Callable[[], None] = lambda: None,
) -> list[list[Placed]]:
    """Find the words of each stretch, in order; words that are passed over are left out.

    Args:
        scores: of the recording.
        stretches: searched at once; they should be about equally long.
        other: nats that each frame of other speech costs.
        over: nats for words that are passed over.
        check: is called now and then; what it raises stops the search.
    """
    found = PathSearch([_network(scores, each, other) for each in stretches], over)
    found.forward(check)
    return found.paths()


@dataclass(frozen=True)
class Way:
    """A word in one of its pronunciations.

    Attributes:
        phones: their numbers.
        columns: the columns of their states' scores, three for each phone.
    """

    phones: np.ndarray
    columns: np.ndarray


@dataclass(frozen=True)
class Network:
    """What may be said in a stretch of sound, with its scores.

    Attributes:
        start: first frame of the stretch.
        scores: (frames, columns) float32 nats.
        words: the ways of each word.
        silence: the column of silence.
        other: the columns of the states of other speech.
        other_cost: nats for each stretch of other speech.
        entry: as in `Stretch`.
        free_end: as in `Stretch`.
    """

    start: int
    scores: np.ndarray
    words: Sequence[Sequence[Way]]
    silence: int
    other: Sequence[int]
    other_cost: float = OTHER_COST
    entry: np.ndarray | None = None
    free_end: bool = False


def _network(scores: PhoneScores, stretch: Stretch, other: float) -> Network:
    """Score a stretch by the phones' own states, those without neighbours."""
    relative = scores.relative(stretch.start, stretch.end)
    own = relative.shape[1]
    quiet = relative[:, silence_states()].max(axis=1, keepdims=True)
    values = np.concatenate([relative, quiet, np.full_like(quiet, -other)], axis=1)
    words = [[Way(way, own_columns(way)) for way in ways] for ways in stretch.words]
    return Network(stretch.start, values, words, own, [own + 1], OTHER_COST, stretch.entry, stretch.free_end)


def own_columns(phones: np.ndarray) -> np.ndarray:
    """Return the columns of the states of phones without neighbours."""
    return (STATES * phones[:, None] + np.arange(STATES)).ravel()


class PathSearch:
    """One search: the networks of all stretches in flat arrays, and the marks from which paths are read back.

    Attributes:
        nodes: (frames + 1, stretches, nodes) float32, the best score of a path that is at a node before a frame.
    """

    def __init__(self, networks: Sequence[Network], over: float):
        self.networks, self.over = networks, np.float32(over)
        self.most = max(len(each.words) for each in networks) + 1
        self.length = max(len(each.scores) for each in networks)
        self.width = max(each.scores.shape[1] for each in networks)
        self.offsets = np.cumsum([0, *(len(each.scores) for each in networks)])
        self.scores = np.zeros((int(self.offsets[-1]), self.width), np.float32)
        for offset, each in zip(self.offsets, networks, strict=False):
            self.scores[offset : offset + len(each.scores), : each.scores.shape[1]] = each.scores
        self._lay_out()

    def _lay_out(self) -> None:
        """List the states of all arcs, and the arcs by the nodes at which they end."""
        columns: list[int] = []
        rows: list[int] = []  # the first row of the stretch's scores
        first, last, source, costs = [], [], [], []
        self.groups: list[int] = []  # the first arc of each node
        self.slots: list[int] = []  # the place of each node among those of all stretches
        self.arc_word: list[tuple[int, Way] | None] = []

        def add(states: Sequence[int], node: int, cost: float, row: int, word: tuple[int, Way] | None) -> None:
            first.append(len(columns))
            columns.extend(states)
            rows.extend([row] * len(states))
            last.append(len(columns) - 1)
            source.append(node)
            costs.append(-cost)
            self.arc_word.append(word)

        for number, network in enumerate(self.networks):
            row, base = int(self.offsets[number]) * self.width, number * self.most
            for node in range(len(network.words) + 1):
                self.groups.append(len(first))
                self.slots.append(base + node)
                for way in network.words[node - 1] if node else ():
                    add(way.columns.tolist(), base + node - 1, 0.0, row, (node - 1, way))
                add([network.silence], base + node, SILENCE_COST, row, None)
                add(network.other, base + node, network.other_cost, row, None)
        self.index = np.array(columns) + np.array(rows)
        self.first, self.last, self.source = np.array(first), np.array(last), np.array(source)
        self.costs = np.array(costs, np.float32)

    def paths(self) -> list[list[Placed]]:
        """Read the best path of each stretch back."""
        return [self._path(number) for number in range(len(self.networks))]

    def forward(self, check: Callable[[], None] = lambda: None) -> None:
        """Go through all frames; keep which states were entered, and the scores of the ends of arcs and of nodes."""
        states, rows = len(self.index), len(self.networks)
        self.came = np.empty((self.length, states), bool)
        self.ends = np.empty((self.length, len(self.last)), np.float32)
        self.nodes = np.full((self.length + 1, rows, self.most), NEVER, np.float32)  # before frames 0, 1, ...
        for number, network in enumerate(self.networks):
            if network.entry is None:
                self.nodes[0, number, 0] = 0
            else:
                self.nodes[0, number, : len(network.entry)] = network.entry
        value = np.full(states, NEVER, np.float32)
        before, sound = np.empty_like(value), np.empty_like(value)
        flat, index = self.scores.ravel(), self.index.copy()
        groups, slots = np.array(self.groups), np.array(self.slots)
        steps = self._steps()
        reached, best, first = (
            np.empty((rows, self.most), np.float32),
            np.empty((rows, self.most), np.float32),
            self.first,
        )
        passed = steps[1:] - self.over
        for frame in range(self.length):
            if frame % CHECKED_FRAMES == 0:
                check()
            # As `_with_passed_over`, without new arrays.
            np.subtract(self.nodes[frame], steps, out=best)
            np.maximum.accumulate(best, axis=1, out=best)
            best[:, :-1] += passed
            reached[:, 0] = self.nodes[frame, :, 0]
            np.maximum(self.nodes[frame, :, 1:], best[:, :-1], out=reached[:, 1:])
            before[1:] = value[:-1]
            before[first] = reached.take(self.source) + self.costs
            np.greater(before, value, out=self.came[frame])
            np.maximum(value, before, out=value)
            flat.take(index, out=sound, mode="clip")
            value += sound
            index += self.width
            value.take(self.last, out=self.ends[frame], mode="clip")
            self.nodes[frame + 1].ravel()[slots] = np.maximum.reduceat(self.ends[frame], groups)

    def _steps(self) -> np.ndarray:
        return np.arange(self.most, dtype=np.float32) * np.float32(-OVER_PER_WORD)

    def _with_passed_over(self, nodes: np.ndarray) -> np.ndarray:
        """Return the scores of nodes (stretches, nodes) where words before them may be passed over."""
        steps = self._steps()
        best = np.maximum.accumulate(nodes - steps, axis=1)
        passed = best[:, :-1] + (steps[1:] - self.over)
        out = nodes.copy()
        np.maximum(out[:, 1:], passed, out=out[:, 1:])
        return out

    def _path(self, number: int) -> list[Placed]:
        """Read the path of one stretch back, from its last frame."""
        network = self.networks[number]
        count = len(network.words)
        frame = len(network.scores)  # the number of frames that are still to be read
        reached = self._with_passed_over(self.nodes[frame, number : number + 1])[0]
        node = int(np.argmax(reached[: count + 1])) if network.free_end else count
        if reached[node] < NEVER / 2:
            return []
        found: list[Placed] = []
        bounds_of_groups = [*self.groups, len(self.last)]
        base = sum(len(each.words) + 1 for each in self.networks[:number])
        while True:
            node = self._before_passing(number, frame, node)
            if not frame:
                break
            low, high = bounds_of_groups[base + node : base + node + 2]
            arc = low + int(np.argmax(self.ends[frame - 1, low:high]))
            entered = self._entered(arc, frame)
            word = self.arc_word[arc]
            if word is not None:
                found.append(self._placed(number, word, entered, frame))
                node -= 1
            frame = entered[0]
        return found[::-1]

    def _before_passing(self, number: int, frame: int, node: int) -> int:
        """Return the node from which words were passed over to this one; the node itself where none were."""
        nodes = self.nodes[frame, number]
        if self._with_passed_over(nodes[None])[0, node] <= nodes[node]:
            return node
        return int(np.argmax(nodes[:node] - self._steps()[:node]))

    def _entered(self, arc: int, frame: int) -> list[int]:
        """Return the frames in which the path entered the states of an arc that it left before `frame`."""
        entered = []
        for state in range(int(self.last[arc]), int(self.first[arc]) - 1, -1):
            frame -= 1
            while not self.came[frame, state]:
                frame -= 1
            entered.append(frame)
        return entered[::-1]

    def _placed(self, number: int, word: tuple[int, Way], entered: list[int], end: int) -> Placed:
        bounds = np.array([*entered, end])
        rows = int(self.offsets[number]) + np.arange(entered[0], end)
        score = float(self.scores[rows, np.repeat(word[1].columns, np.diff(bounds))].mean())
        return Placed(word[0], word[1].phones, bounds + self.networks[number].start, score)
