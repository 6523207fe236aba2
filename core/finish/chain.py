"""The order of finishing: smooth every part, bring wrists to their smoothed paths, then lock the feet."""

from ..body.motion import Motion
from ..stops import check_stop
from .cutoffs import cutoffs_of
from .footlock import lock_feet
from .settings import FinishSettings
from .skeletons import with_skeleton
from .smoothing import smooth_motion
from .wrists import refine_wrists


def finish(motion: Motion, settings: FinishSettings | None = None) -> Motion:
    """Take shake out of every part, hold the root and keep feet where they stand.

    Args:
        motion: any SMPL-X motion; it is not changed. Without `rest_joints` it gets the neutral skeleton.
        settings: the defaults suit talking on the spot.

    Returns:
        The motion, as long as before, with the `rest_joints` it was finished on and the contacts that were held.

    Raises:
        GestureError: a skeleton without legs, or a frame rate that is not positive.
    """
    settings = settings or FinishSettings()
    motion = with_skeleton(motion, settings.floor_m)
    if motion.frame_count == 0:
        return motion
    check_stop()
    cutoffs_hz = cutoffs_of(motion)
    check_stop()
    smoothed = refine_wrists(smooth_motion(motion, settings, cutoffs_hz), motion, settings, cutoffs_hz)
    return smoothed if settings.feet == "off" else lock_feet(smoothed, motion, settings)
