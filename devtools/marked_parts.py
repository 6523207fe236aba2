"""Parts of pages that are made from the code, between two marks in pages that are otherwise written by hand."""


def with_part(page: str, start: str, part: str, end: str) -> str:
    """Return a page with what stands between two marks replaced.

    Raises:
        ValueError: the page lacks a mark.

    >>> with_part("a <1> old <2> b", "<1>", " new ", "<2>")
    'a <1> new <2> b'
    """
    before, has_start, rest = page.partition(start)
    _, has_end, after = rest.partition(end)
    if not (has_start and has_end):
        raise ValueError(f"The page has no part between {start.strip()} and {end.strip()}.")
    return before + start + part + end + after
