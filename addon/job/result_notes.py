"""Lines for the user about results of the worker."""

from ...core.language.languages import ENGLISH, name_of
from .report import Detail


def worker_lines(result: dict) -> list[str]:
    """Return what a worker that was checked can use, and which modules do not load."""
    lines = [
        f"Worker ready: {result['engine']}, Python {result['python']}, {', '.join(result['devices'])}",
        Detail(f"Selective scan: {result['scan']}"),
        *result["notes"],
    ]
    for broken in result["missing"]:
        file = f" ({broken['file']})" if broken["file"] else ""
        lines.append(f"{broken['module']} does not load{file}: {broken['reason']}. {broken['remedy']}")
    return lines


def lacking(result: dict) -> list[str]:
    """Return the packages that a Python chosen for PyTorch lacks: PyTorch, or what the worker needs."""
    return [name for name, version in result["packages"].items() if version is None]


def take_lines(result: dict) -> list[str]:
    """Return how long a generated take is, whether it has words, and why the processor took a card's place.

    What finishing improved is a detail.
    """
    take = result["take"]
    lines = [f"Take ready: {take['frames'] / take['fps']:.0f} s", *result.get("notes", ())]
    said = take["alignment"]
    if said.get("language", ENGLISH) != ENGLISH:
        lines.append(f"The words are in {name_of(said['language'])}.")
    if said.get("words") == "estimated":
        lines.append("The times of the words are estimated from pauses and syllables.")
        lines.append(said["reason"])
    elif "reason" in said:
        lines.append(f"Made without words. {said['reason']}")
    if take["settings"]["finish"]:
        lines.append(Detail(improvement_line(result)))
    return lines


def improvement_line(result: dict) -> str:
    """Return how much foot slide and drift finishing removed."""
    before, after = result["before"], result["after"]
    return (
        f"Foot slide {before['slide_mean_cm_s']:.1f} → {after['slide_mean_cm_s']:.1f} cm/s, "
        f"drift {before['drift_cm_min']:.0f} → {after['drift_cm_min']:.0f} cm/min"
    )
