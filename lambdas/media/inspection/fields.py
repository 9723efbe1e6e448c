"""Reading single values of an answer that is not believed."""

import re
from enum import StrEnum
from typing import TypeVar

INTEGER_MAX = 2**32 - 1

_Member = TypeVar("_Member", bound=StrEnum)


class UnreadableAnswerError(Exception):
    """A process said what none says that is well."""


def read_integer(value: object, highest: int = INTEGER_MAX, *, lowest: int = 1) -> int:
    """Read a whole number within bounds."""
    # True is an int, and 1.0 is in the range.
    if type(value) is int and lowest <= value <= highest:
        return value
    raise UnreadableAnswerError("not such a number")


def read_text(value: object, length_max: int) -> str:
    """Read a printable text of bounded length that is not empty."""
    if isinstance(value, str) and 0 < len(value) <= length_max and value.isprintable():
        return value
    raise UnreadableAnswerError("not such a text")


def read_matching(pattern: re.Pattern[str], value: object) -> str:
    """Read a text of which a pattern is the whole."""
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise UnreadableAnswerError("not such a text")


def read_member(kind: type[_Member], value: object) -> _Member:
    """Read the value of a member of an enumeration."""
    for member in kind:
        if value == member.value:
            return member
    raise UnreadableAnswerError("not one of the values")
