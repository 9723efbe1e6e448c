"""Validates single values of an untrusted answer."""

import re
from enum import StrEnum
from typing import TypeVar

INTEGER_MAX = 2**32 - 1

_Member = TypeVar("_Member", bound=StrEnum)


class UnreadableAnswerError(Exception):
    """A decoder process sent something that a healthy one never sends."""


def read_integer(value: object, highest: int = INTEGER_MAX, *, lowest: int = 1) -> int:
    """Read an integer within bounds."""
    # isinstance would accept True, and a comparison alone would accept 1.0.
    if type(value) is int and lowest <= value <= highest:
        return value
    raise UnreadableAnswerError("not an integer in range")


def read_text(value: object, length_max: int) -> str:
    """Read printable, non-empty text of bounded length."""
    if isinstance(value, str) and 0 < len(value) <= length_max and value.isprintable():
        return value
    raise UnreadableAnswerError("not printable text of the allowed length")


def read_matching(pattern: re.Pattern[str], value: object) -> str:
    """Read text that matches a pattern from start to end."""
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise UnreadableAnswerError("text that does not match its pattern")


def read_member(kind: type[_Member], value: object) -> _Member:
    """Read a member of an enumeration from its value."""
    for member in kind:
        if value == member.value:
            return member
    raise UnreadableAnswerError("not one of the allowed values")
