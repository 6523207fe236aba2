"""The one error that reaches an animator: what went wrong, and what to do about it."""


class GestureError(Exception):
    """A failure whose cause is known.

    Args:
        message: one sentence that says what is wrong, with the file or value.
        remedy: one sentence that says what the user can do.
        detail: text for the log (a traceback, the output of a tool).
    """

    def __init__(self, message: str, remedy: str, detail: str = ""):
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


class Cancelled(Exception):
    """The user asked to stop; nothing has been written."""
