"""Sequencers, which order the S3 events of one key."""

import re

_WIDTH = 32
# Sorts before every event: for rows that were written without one.
EARLIEST = "0" * _WIDTH
_SEQUENCER = re.compile(rf"[0-9A-Fa-f]{{1,{_WIDTH}}}")


def normalise_sequencer(text: str) -> str:
    """Bring a sequencer into the form whose text order is the order of events.

    S3 sends hexadecimal numbers of varying length. Padded on the left, they sort as numbers.

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
        If the text is not a sequencer.
    """
    if not _SEQUENCER.fullmatch(text):
        message = f"a sequencer must have 1 to {_WIDTH} hexadecimal digits"
        raise ValueError(message)
    return text.upper().rjust(_WIDTH, "0")
