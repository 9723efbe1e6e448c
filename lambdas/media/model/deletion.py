"""How S3 is told of many versions to delete: a thousand at once, in XML."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

DELETED_AT_ONCE_MAX = 1000
# What a key may hold and XML 1.0 may not.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Version = TypeVar("Version")


@dataclass(frozen=True, slots=True)
class DeletionPlan(Generic[Version]):
    """Which versions go in one call together, and which need a call each.

    Parameters
    ----------
    batches
        Those that one DeleteObjects call can name.
    alone
        Those whose keys XML can't hold: DeleteObject names them in its address.
    """

    batches: tuple[tuple[Version, ...], ...]
    alone: tuple[Version, ...]


def plan_deletion(
    versions: Iterable[Version], key_of: Callable[[Version], str]
) -> DeletionPlan[Version]:
    """Divide versions of objects, of any number, into calls that delete them."""
    together: list[Version] = []
    alone: list[Version] = []
    for version in versions:
        (alone if _NOT_IN_XML.search(key_of(version)) else together).append(version)
    starts = range(0, len(together), DELETED_AT_ONCE_MAX)
    batches = tuple(tuple(together[start : start + DELETED_AT_ONCE_MAX]) for start in starts)
    return DeletionPlan(batches, tuple(alone))
