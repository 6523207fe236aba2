"""The errors that reach an animator: a failure with a remedy, and work that was cancelled."""

from collections.abc import Callable


class GestureError(Exception):
    """A failure whose cause is known.

    Args:
        message: one sentence that says what is wrong, with the file or value.
        remedy: one sentence that says what the user can do.
        detail: text for the log (a traceback, the output of a tool).
        holds: tells quickly whether the cause is still there; a panel stops showing the error when it is gone. None
            where that cannot be told.
    """

    def __init__(self, message: str, remedy: str, detail: str = "", holds: Callable[[], bool] | None = None):
        super().__init__(message)
        self.message = _printable(message)
        self.remedy = _printable(remedy)
        self.detail = detail
        self.holds = holds

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


def not_enough_memory(detail: str = "") -> GestureError:
    """Return the error for work that needs more memory than there is; `detail` is the traceback, for the log."""
    return GestureError(
        "There is not enough memory.", remedy="Use a shorter recording or close other programs.", detail=detail
    )


def _printable(text: str) -> str:
    """Return a text that every terminal and Blender can show: names of files may hold bytes that are no text."""
    return text.encode("utf-8", "backslashreplace").decode()


class Cancelled(Exception):
    """Work that stopped because the user asked for it; nothing has been written."""
