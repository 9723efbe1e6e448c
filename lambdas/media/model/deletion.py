"""How to delete many object versions: up to a thousand in one call, listed in XML."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

DELETED_AT_ONCE_MAX = 1000
# Characters that a key may contain but XML 1.0 may not.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Version = TypeVar("Version")


@dataclass(frozen=True, slots=True)
class DeletionPlan(Generic[Version]):
    """Which versions share a call, and which need a call of their own.

    Parameters
    ----------
    batches
        Groups that one DeleteObjects call can list.
    alone
        Those whose keys XML cannot represent: DeleteObject takes the key in the URL.
    """

    batches: tuple[tuple[Version, ...], ...]
    alone: tuple[Version, ...]


def plan_deletion(
    versions: Iterable[Version], key_of: Callable[[Version], str]
) -> DeletionPlan[Version]:
    """Divide any number of object versions into calls that delete them."""
    together: list[Version] = []
    alone: list[Version] = []
    for version in versions:
        (alone if _NOT_IN_XML.search(key_of(version)) else together).append(version)
    starts = range(0, len(together), DELETED_AT_ONCE_MAX)
    batches = tuple(tuple(together[start : start + DELETED_AT_ONCE_MAX]) for start in starts)
    return DeletionPlan(batches, tuple(alone))
