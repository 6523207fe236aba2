"""The exact clock: frames of motion, samples of sound, seconds; integer arithmetic, so that no take drifts.

A frame of 1/30 s holds 533 1/3 samples of 16 kHz sound. A frame length rounded to 533 would be wrong by a whole frame
after 53 seconds; here the first sample of every frame is computed from the start:

    frame    0    1     2     3
    sample   0  533  1067  1600
"""

FPS = 30
SAMPLE_RATE = 16000


def frame_to_sample(frame: int) -> int:
    """Return the first sample of a frame: round(frame * 16000 / 30).

    >>> [frame_to_sample(frame) for frame in range(4)]
    [0, 533, 1067, 1600]
    """
    return (frame * SAMPLE_RATE * 2 + FPS) // (FPS * 2)


def frame_count(sample_count: int) -> int:
    """Count the frames that cover all of `sample_count` samples; the last one may be part silence.

    >>> frame_count(16000), frame_count(16001)
    (30, 31)
    """
    return -(-sample_count * FPS // SAMPLE_RATE)


def second_to_frame(second: float) -> int:
    """Return the frame nearest to a time.

    >>> second_to_frame(1.02)
    31
    """
    return round(second * FPS)
