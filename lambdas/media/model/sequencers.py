"""The order of S3 events of one key."""

import re

_WIDTH = 32
# Before every event: the place of a row that was written without one.
EARLIEST = "0" * _WIDTH
_SEQUENCER = re.compile(rf"[0-9A-Fa-f]{{1,{_WIDTH}}}")


def normalise_sequencer(text: str) -> str:
    """Bring a sequencer into the form whose text order is the order of events.

    S3 gives hexadecimal numbers of varying length; they compare as numbers, so they are padded
    on the left.

    Parameters
    ----------
    text
        The sequencer of an S3 event: 1 to 32 hexadecimal digits.

    Returns
    -------
    str
        32 upper-case hexadecimal digits.

    Raises
    ------
    ValueError
        If the text is not such a number.
    """
    if not _SEQUENCER.fullmatch(text):
        message = f"a sequencer is 1 to {_WIDTH} hexadecimal digits, this one is not"
        raise ValueError(message)
    return text.upper().rjust(_WIDTH, "0")
