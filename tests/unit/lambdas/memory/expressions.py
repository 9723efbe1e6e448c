"""DynamoDB's expressions, evaluated over an item as DynamoDB documents them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WORD = re.compile(r"\s*(<>|<=|>=|[=<>(),+-]|[#:]?\w+(?:\.[#\w]+)*)")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
CLAUSES = ("SET", "REMOVE", "ADD")

Item = dict[str, Any]


class ExpressionError(Exception):
    """What DynamoDB would refuse as a ValidationException."""


@dataclass
class Expression:
    """One expression and what its placeholders stand for.

    Parameters
    ----------
    text
        The expression.
    names, values
        What ``#name`` and ``:value`` stand for; every one must be used.
    """

    text: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._words = WORD.findall(self.text)
        if "".join(self._words) != re.sub(r"\s", "", self.text):
            raise ExpressionError(self.text)
        self._at = 0

    def holds(self, item: Item) -> bool:
        """Evaluate a condition."""
        self._at = 0
        result = self._disjunction(item)
        if self._at != len(self._words):
            raise ExpressionError(self.text)
        return result

    def applied(self, item: Item) -> Item:
        """Return the item after an update; every operand is read before anything is written."""
        self._at, result, clause = 0, dict(item), ""
        while self._at < len(self._words):
            if self._peek() in CLAUSES:
                clause = self._next()
            elif self._peek() == ",":
                self._next()
            else:
                self._action(clause, item, result)
        return result

    def _action(self, clause: str, item: Item, result: Item) -> None:
        (name,) = self._path(self._next())
        if clause == "REMOVE":
            result.pop(name, None)
        elif clause == "SET":
            self._expect("=")
            result[name] = self._sum(item)
        elif clause == "ADD":
            added = self._operand(item)
            before = Decimal(item.get(name, {"N": "0"})["N"])
            result[name] = {"N": str(before + Decimal(added["N"]))}
        else:
            raise ExpressionError(self.text)

    def _sum(self, item: Item) -> Any:
        value = self._operand(item)
        while self._at < len(self._words) and self._peek() in "+-":
            sign = 1 if self._next() == "+" else -1
            other = self._operand(item)
            value = {"N": str(Decimal(value["N"]) + sign * Decimal(other["N"]))}
        return value

    def _disjunction(self, item: Item) -> bool:
        result = self._conjunction(item)
        while self._at < len(self._words) and self._peek() == "OR":
            self._next()
            result = self._conjunction(item) or result
        return result

    def _conjunction(self, item: Item) -> bool:
        result = self._term(item)
        while self._at < len(self._words) and self._peek() == "AND":
            self._next()
            result = self._term(item) and result
        return result

    def _term(self, item: Item) -> bool:
        if self._peek() == "NOT":
            self._next()
            return not self._term(item)
        if self._peek() == "(":
            self._next()
            result = self._disjunction(item)
            self._expect(")")
            return result
        if self._peek() in {"attribute_exists", "attribute_not_exists"}:
            wanted = self._next() == "attribute_exists"
            return (self._argument(item) is not None) is wanted
        left = self._operand(item)
        comparison = COMPARISONS[self._next()]
        right = self._operand(item)
        # A comparison with an attribute that is not there is false, whichever it is but "<>".
        if left is None or right is None:
            return comparison is COMPARISONS["<>"]
        return comparison(_comparable(left), _comparable(right))

    def _argument(self, item: Item) -> Any:
        self._expect("(")
        value = self._operand(item)
        self._expect(")")
        return value

    def _operand(self, item: Item) -> Any:
        word = self._next()
        if word == "if_not_exists":
            self._expect("(")
            value = self._operand(item)
            self._expect(",")
            default = self._operand(item)
            self._expect(")")
            return default if value is None else value
        if word.startswith(":"):
            self.used.add(word)
            return self.values[word]
        value = {"M": item}
        for name in self._path(word):
            value = value.get("M", {}).get(name) if value else None
        return value

    def _path(self, word: str) -> list[str]:
        parts = word.split(".")
        self.used |= {part for part in parts if part.startswith("#")}
        return [self.names[part] if part.startswith("#") else part for part in parts]

    def _peek(self) -> str:
        return str(self._words[self._at])

    def _next(self) -> str:
        self._at += 1
        return str(self._words[self._at - 1])

    def _expect(self, word: str) -> None:
        if self._next() != word:
            raise ExpressionError(self.text)


def _comparable(value: Mapping[str, Any]) -> tuple[str, Any]:
    ((tag, plain),) = value.items()
    return tag, Decimal(plain) if tag == "N" else plain
