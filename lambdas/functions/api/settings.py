"""The API's settings, from its environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from functions.store import Store

_KEY_LENGTH_MIN = 32
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """The store, limits and times of one environment."""

    store: Store
    upload_bytes_max: int
    url_expiry: timedelta
    gives_forms: bool
    trash_life: timedelta
    cursor_key: bytes
    first_month: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings; a missing or invalid variable stops the function at its start.

        Raises
        ------
        KeyError, ValueError
            If a variable is missing or invalid.
        """
        return cls(
            store=Store.from_environment(environment),
            upload_bytes_max=int(environment["MEDIA_UPLOAD_BYTES_MAX"]),
            url_expiry=timedelta(seconds=int(environment["MEDIA_URL_EXPIRY_SECONDS"])),
            gives_forms=environment["MEDIA_UPLOAD_FORM"] == "true",
            trash_life=timedelta(days=int(environment["MEDIA_TRASH_DAYS"])),
            cursor_key=_key(environment["MEDIA_CURSOR_KEY"]),
            first_month=_month(environment["MEDIA_FIRST_MONTH"]),
        )


def _key(text: str) -> bytes:
    if len(text) < _KEY_LENGTH_MIN:
        message = f"MEDIA_CURSOR_KEY must have at least {_KEY_LENGTH_MIN} characters"
        raise ValueError(message)
    return text.encode()


def _month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise ValueError("MEDIA_FIRST_MONTH must be a month such as 2026-11")
    return text
