"""What results of the worker mean, as lines for the user."""

from .report import Detail


def worker_lines(result: dict) -> list[str]:
    """Say what a worker that was checked can use, and which packages it lacks."""
    packages = result["packages"]
    missing = [name for name, version in packages.items() if version is None]
    lines = [f"Worker ready: Python {result['python']}, PyTorch {packages['torch']}, {', '.join(result['devices'])}"]
    if missing:
        lines.append(f"Missing: {', '.join(missing)}. Run `python build.py setup` again")
    return lines


def take_lines(result: dict) -> list[str]:
    """Say how long a generated take is, and whether it has words; as a detail, say what finishing improved."""
    take = result["take"]
    lines = [f"Take ready: {take['frames'] / take['fps']:.0f} s"]
    if "reason" in take["alignment"]:
        lines.append(f"Made without words. {take['alignment']['reason']}")
    if take["settings"]["finish"]:
        lines.append(Detail(improvement_line(result)))
    return lines


def improvement_line(result: dict) -> str:
    """Say how much foot slide and drift finishing removed."""
    before, after = result["before"], result["after"]
    return (
        f"Foot slide {before['slide_mean_cm_s']:.1f} → {after['slide_mean_cm_s']:.1f} cm/s, "
        f"drift {before['drift_cm_min']:.0f} → {after['drift_cm_min']:.0f} cm/min"
    )
