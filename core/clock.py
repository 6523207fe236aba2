"""The exact clock: frames of motion, samples of sound, seconds; integer arithmetic, so that no take drifts."""

FPS = 30
SAMPLE_RATE = 16000


def frame_to_sample(frame: int) -> int:
    """First sample of a frame: round(frame * 16000 / 30)."""
    return (frame * SAMPLE_RATE * 2 + FPS) // (FPS * 2)


def frame_count(sample_count: int) -> int:
    """Frames that cover all of `sample_count` samples; the last one may be part silence."""
    return -(-sample_count * FPS // SAMPLE_RATE)


def second_to_frame(second: float) -> int:
    """The frame nearest to a time."""
    return round(second * FPS)
