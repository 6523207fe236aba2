"""One-dimensional filters and peaks in NumPy, equal to scipy's: Blender's own Python has no scipy.

The functions have scipy's names, arguments and order of operations, so their results are scipy's to the bit (the tests
compare them). Only what the project uses is here.
"""

from typing import Any

import numpy as np

from .stops import check_stop

# Samples of a loop between two points at which it stops when its job is cancelled.
_CHECKED = 4096
# Where a kernel ends that is given no radius, in standard deviations.
_TRUNCATE = 4.0
# scipy's names of the ways to continue values past the ends, and NumPy's names of these ways.
_PAD_MODES: dict[str, Any] = {"nearest": "edge", "constant": "constant", "reflect": "symmetric"}


def gaussian_filter1d(
    values: np.ndarray,
    sigma: float,
    axis: int = -1,
    mode: str = "reflect",
    radius: int | None = None,
) -> np.ndarray:
    """Smooth along one axis with a Gaussian, as `scipy.ndimage.gaussian_filter1d` does.

    Args:
        values: array of any shape; integers are smoothed as float64.
        sigma: standard deviation in samples.
        axis: the axis to smooth along.
        mode: how values go on past the ends: "nearest", "constant" (zeros) or "reflect".
        radius: where the kernel ends, in samples; None is 4 standard deviations, as in scipy.

    Returns:
        an array of the same shape; float32 stays float32.
    """
    values = np.asarray(values)
    reach = int(_TRUNCATE * float(sigma) + 0.5) if radius is None else radius
    kernel = _gaussian_kernel(float(sigma), reach)
    kind = values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)
    line = np.moveaxis(values, axis, 0).astype(np.float64)
    length = len(line)
    if length == 0:
        return values.astype(kind)
    padded = _padded(line, reach, reach, mode)
    out = padded[reach : reach + length] * kernel[reach]
    # scipy adds pairs of samples from the outermost pair inwards: the order decides the last bit.
    for tap in range(reach):
        left, right = padded[tap : tap + length], padded[2 * reach - tap : 2 * reach - tap + length]
        out += (left + right) * kernel[tap]
    return np.moveaxis(out.astype(kind, copy=False), 0, axis)


def maximum_filter1d(
    values: np.ndarray, size: int, axis: int = -1, mode: str = "reflect", origin: int = 0
) -> np.ndarray:
    """Take the largest of `size` neighbours, as `scipy.ndimage.maximum_filter1d` does.

    The window of sample i begins at i - size // 2 - origin. The maximum of 1, 2, 4, ... neighbours is built up by
    doubling, so the cost grows with the logarithm of the size.

    Args:
        values: array of any shape.
        size: neighbours in the window, at least 1.
        axis: the axis to filter along.
        mode: how values go on past the ends: "nearest", "constant" (zeros) or "reflect".
        origin: how far the window is moved to the left, in samples.

    Returns:
        an array of the same shape and type.
    """
    line = np.moveaxis(np.asarray(values), axis, 0)
    length = len(line)
    before = size // 2 + origin
    widest = _padded(line, before, size - 1 - before, mode)
    span = 1
    while 2 * span <= size:
        widest = np.maximum(widest[:-span], widest[span:])
        span *= 2
    out = np.maximum(widest[:length], widest[size - span : size - span + length])
    return np.moveaxis(np.ascontiguousarray(out), 0, axis)


def find_peaks(
    values: np.ndarray, height: float | None = None, distance: float | None = None, prominence: float | None = None
) -> np.ndarray:
    """Find local maxima, as `scipy.signal.find_peaks` does; conditions apply in the order of the arguments.

    Args:
        values: (T,).
        height: the least value of a peak.
        distance: the least distance between peaks in samples; the higher peak stays.
        prominence: how far the curve must fall on both sides before it rises above the peak.

    Returns:
        (peaks,) int: the samples of the peaks, ascending; the middle one of a plateau.
    """
    values = np.asarray(values, np.float64)
    peaks = _local_maxima(values)
    if height is not None:
        peaks = peaks[values[peaks] >= height]
    if distance is not None:
        peaks = peaks[_far_apart(peaks, values[peaks], distance)]
    if prominence is not None and len(peaks):
        left = _lowest_since_higher(values, peaks)
        mirrored = (len(values) - 1 - peaks)[::-1]
        right = _lowest_since_higher(values[::-1], mirrored)[::-1]
        peaks = peaks[values[peaks] - np.maximum(left, right) >= prominence]
    return peaks


def _gaussian_kernel(sigma: float, radius: int) -> np.ndarray:
    offsets = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 / (sigma * sigma) * offsets**2)
    return weights / weights.sum()


def _padded(line: np.ndarray, before: int, after: int, mode: str) -> np.ndarray:
    width = [(before, after), *[(0, 0)] * (line.ndim - 1)]
    return np.pad(line, width, mode=_PAD_MODES[mode])


def _local_maxima(values: np.ndarray) -> np.ndarray:
    """Return the middles of plateaus (also of single samples) that are higher than the samples on both sides."""
    if len(values) < 3:
        return np.zeros(0, np.intp)
    changes = np.flatnonzero(np.diff(values) != 0)  # the last sample of every plateau but the final one
    first = np.concatenate([[0], changes + 1])
    last = np.concatenate([changes, [len(values) - 1]])
    level = values[first]
    inner = np.flatnonzero((level[1:-1] > level[:-2]) & (level[1:-1] > level[2:])) + 1
    return (first[inner] + last[inner]) // 2


def _far_apart(peaks: np.ndarray, heights: np.ndarray, distance: float) -> np.ndarray:
    """Return which peaks (N,) bool stay when, from the highest on, each removes its lower neighbours."""
    distance = np.ceil(distance)
    keep = np.ones(len(peaks), bool)
    for number in np.argsort(heights)[::-1]:
        if not keep[number]:
            continue
        for step in (-1, 1):
            other = number + step
            while 0 <= other < len(peaks) and abs(peaks[other] - peaks[number]) < distance:
                keep[other] = False
                other += step
    return keep


def _lowest_since_higher(values: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """Return, for every peak, the lowest value between the last higher sample before it (or the start) and the peak.

    The stack holds pairs (value, lowest value since the sample before that is higher), from high to low:

        values  5 1 3 2 4      at the 4: the pairs of 3 and 2 are merged, the lowest value since the 5 is 1
        stack   (5,5) (3,1) (2,2)  →  (5,5) (4,1)
    """
    wanted, lowest = set(peaks.tolist()), {}
    stack: list[tuple[float, float]] = []
    for number, value in enumerate(values.tolist()):
        if not number % _CHECKED:
            check_stop()
        low = value
        while stack and stack[-1][0] <= value:
            low = min(low, stack.pop()[1])
        stack.append((value, low))
        if number in wanted:
            lowest[number] = low
    return np.array([lowest[peak] for peak in peaks.tolist()])
