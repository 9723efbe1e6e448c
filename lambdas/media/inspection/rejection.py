"""The one way in which inspection says that a file is at fault."""

from media.images import RejectionReason


class RejectedError(Exception):
    """The file itself is at fault: a fact to be recorded, never retried.

    Parameters
    ----------
    reason
        Which of the known faults it is.
    message
        What is wrong and what to do, for the person who sent the file.
    """

    def __init__(self, reason: RejectionReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def corrupt(detail: str) -> RejectedError:
    """Say that the bytes begin like an accepted format and then don't hold to it."""
    return RejectedError(
        RejectionReason.CORRUPT, f"{detail}: send the file again, or save it anew from its source"
    )
