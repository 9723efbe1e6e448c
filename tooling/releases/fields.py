"""Validation of a release's fields, which come from states and ledgers that others may write."""

from __future__ import annotations

import re
from typing import Any

from tooling.errors import OperatorError

DIGEST = re.compile(r"[0-9a-f]{64}")
# Outside of git the commit is not known; "-dirty" tells that files differed from it.
COMMIT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64}|unknown)(?:-dirty)?")
RUNTIME = re.compile(r"python3\.[0-9]{1,2}")
ARCHITECTURE = re.compile(r"arm64|x86_64")
FUNCTION_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
# S3 makes them of letters, digits and few other characters, and says only that they are opaque.
VERSION_ID = re.compile(r"(?!/|.*\.\./)[A-Za-z0-9._~+/=-]{1,1024}")
FIELDS = {
    "git_commit": COMMIT,
    "terraform_digest": DIGEST,
    "provider_lock_digest": DIGEST,
    "runtime": RUNTIME,
    "architecture": ARCHITECTURE,
}
FUNCTION_FIELDS = frozenset({"key", "version_id", "sha256"})
# Of a key in an artifact bucket; the placeholder stands where nothing was published.
PLACEHOLDER = "unknown"
SHOWN_LENGTH = 80


class InvalidRelease(OperatorError, ValueError):
    """A recorded release is not valid: damaged, or made to do harm."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "What is recorded as a release is not one.",
            reason=reason,
            remedy="Find out who wrote it: the object versions of the environment's state bucket, "
            "CloudTrail. An older version of its state holds what was deployed.",
        )


def require_release(document: object) -> dict[str, Any]:
    """Return a document whose fields are all those of a release, and hold what they may.

    What passes is plain text: none of it leads out of a folder, is an option of a program, or
    means anything to a terminal.

    Raises
    ------
    InvalidRelease
        It is something else; the reason names the field.
    """
    fields = _mapping(document, "the release")
    _require_names(fields, FIELDS.keys() | {"functions"}, "the release", optional={"id"})
    for name, pattern in FIELDS.items():
        _require(name, fields[name], pattern)
    if "id" in fields:
        _require("id", fields["id"], DIGEST)
    for name, function in _mapping(fields["functions"], "functions").items():
        _require_function(name, function)
    return fields


def _require_function(name: str, document: object) -> None:
    _require("the name of a function", name, FUNCTION_NAME)
    fields = _mapping(document, f"functions.{name}")
    _require_names(fields, FUNCTION_FIELDS, f"functions.{name}")
    _require(f"functions.{name}.sha256", fields["sha256"], DIGEST)
    _require(f"functions.{name}.version_id", fields["version_id"], VERSION_ID)
    _require(
        f"functions.{name}.key",
        fields["key"],
        re.compile(rf"functions/{re.escape(name)}/(?:{fields['sha256']}|{PLACEHOLDER})\.zip"),
    )


def _mapping(document: object, name: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise InvalidRelease(f"{name} is {_shown(document)}, not a mapping.")
    return document


def _require_names(
    fields: dict[str, Any],
    wanted: frozenset[str] | set[str],
    name: str,
    optional: frozenset[str] | set[str] = frozenset(),
) -> None:
    missing = wanted - fields.keys()
    if missing:
        raise InvalidRelease(f"{name} lacks {', '.join(sorted(missing))}.")
    unknown = sorted(map(str, fields.keys() - wanted - optional))
    if unknown:
        raise InvalidRelease(f"{name} has a field {_shown(unknown[0])}, which no release has.")


def _require(name: str, value: object, pattern: re.Pattern[str]) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidRelease(f"{name} is {_shown(value)}.")


def _shown(value: object) -> str:
    """Return a value cut short: it may be megabytes."""
    text = ascii(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}..."
