"""The values that a plan changes in a resource, for whoever approves it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SENSITIVE = "(sensitive)"
UNKNOWN = "(known after apply)"
NOTHING = "(none)"
LONGEST, BEGINNING, DIGITS = 160, 80, 32
# Treated as sensitive even if the provider does not mark them.
ALWAYS_SENSITIVE = re.compile(r"cursor_key", re.IGNORECASE)


@dataclass(frozen=True)
class Difference:
    """One value that differs.

    Parameters
    ----------
    path : str
        Where it stands in the resource.
    before, after : str
        As a person reads them; what is sensitive is hidden, what is long is cut, with its digest.
    """

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}: {self.before} -> {self.after}"

    def document(self) -> dict[str, str]:
        """Return the difference as a script reads it."""
        return {"attribute": self.path, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class _Pair:
    """A value before and after, with what a plan says of both: each is shaped as the value is."""

    before: Any
    after: Any
    unknown: Any
    hidden_before: Any
    hidden_after: Any

    @property
    def hidden(self) -> bool:
        return self.hidden_before is True or self.hidden_after is True

    @property
    def differs(self) -> bool:
        return bool(self.before != self.after or self.unknown is True)

    def parts(self) -> list[tuple[str, _Pair]] | None:
        """Return what it is made of, where that can be compared one by one."""
        read = _Pair(
            _read(self.before),
            _read(self.after),
            self.unknown,
            self.hidden_before,
            self.hidden_after,
        )
        values = [value for value in (read.before, read.after) if value is not None]
        if values and all(isinstance(value, dict) for value in values):
            return read.members()
        if values and all(isinstance(value, list) for value in values):
            return read.items()
        return None

    def members(self) -> list[tuple[str, _Pair]]:
        sides = [side if isinstance(side, dict) else {} for side in self._sides()]
        names = sorted({name for side in sides[:3] for name in side})
        return [(f".{name}", _Pair(*(side.get(name) for side in sides))) for name in names]

    def items(self) -> list[tuple[str, _Pair]] | None:
        sides = [side if isinstance(side, list) else [] for side in self._sides()]
        nested = any(isinstance(item, dict | list) for side in sides[:2] for item in side)
        if not nested and not any(_is_cut(side) for side in sides[:2]):
            return None  # a list of plain values is read best as one, unless it would be cut
        return [
            (f"[{number}]", _Pair(*values)) for number, values in enumerate(zip_longest(*sides))
        ]

    def _sides(self) -> tuple[Any, ...]:
        return self.before, self.after, self.unknown, self.hidden_before, self.hidden_after


def differences(change: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return what differs in a change of a plan's document: of a resource, or of an output."""
    pair = _Pair(
        change.get("before"),
        change.get("after"),
        change.get("after_unknown"),
        change.get("before_sensitive"),
        change.get("after_sensitive"),
    )
    return tuple(_differing(pair, ""))


def shown(value: object) -> str:
    """Return a value in one line; a long one as its beginning, length and digest."""
    if value is None:
        return NOTHING
    # In ASCII: what comes from outside must not reach a terminal as anything but text.
    text = json.dumps(value, sort_keys=True)
    if len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
    return f"{text[:BEGINNING]}... ({len(text)} characters, SHA-256 {digest})"


def _is_cut(value: object) -> bool:
    return len(json.dumps(value)) > LONGEST


def settings(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the variables that a plan was made with, those that are sensitive hidden."""
    declared = document.get("configuration", {}).get("root_module", {}).get("variables", {})
    return [
        (name, SENSITIVE if declared.get(variable, {}).get("sensitive") else text)
        for variable, entry in sorted(document.get("variables", {}).items())
        for name, text in _leaves(entry.get("value"), variable)
    ]


def _differing(pair: _Pair, path: str) -> Iterator[Difference]:
    if not pair.differs and not isinstance(pair.unknown, dict | list):
        return
    name = path.removeprefix(".")
    if pair.hidden or ALWAYS_SENSITIVE.search(path):
        if pair.differs:
            yield Difference(name, SENSITIVE, SENSITIVE)
    elif pair.unknown is True:
        yield Difference(name, shown(pair.before), UNKNOWN)
    elif (parts := pair.parts()) is not None:
        for step, part in parts:
            yield from _differing(part, path + step)
    elif pair.differs:
        yield Difference(name, shown(pair.before), shown(pair.after))


def _read(value: object) -> object:
    """Return what a text such as a policy holds; anything else as it is."""
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, entry in sorted(value.items()):
            yield from _leaves(entry, f"{path}.{name}")
    elif isinstance(value, list) and _is_cut(value):
        for number, entry in enumerate(value):
            yield from _leaves(entry, f"{path}[{number}]")
    else:
        yield path, shown(value)
