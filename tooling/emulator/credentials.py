"""The key of the embedded AWS's root: random, and in a file that its owner alone may read."""

from __future__ import annotations

import configparser
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = "default"
KEY_ID, SECRET = "aws_access_key_id", "aws_secret_access_key"
# Letters, digits, "-" and "_" alone: a shell takes it as it is.
SECRET_BYTES, KEY_ID_BYTES = 30, 6


@dataclass(frozen=True)
class RootCredentials:
    """What the root signs with.

    Parameters
    ----------
    key_id : str
        Names it; stands in each URL that it signs.
    secret : str
        Known to this machine's user alone.
    """

    key_id: str
    secret: str = field(repr=False)

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that hand it to a program."""
        return {"AWS_ACCESS_KEY_ID": self.key_id, "AWS_SECRET_ACCESS_KEY": self.secret}


def ensure_root_credentials(path: Path) -> RootCredentials:
    """Return the key in the file, made at random the first time."""
    found = read_root_credentials(path)
    if found is not None:
        path.chmod(0o600)
        return found
    made = RootCredentials(
        f"EMBEDDED{secrets.token_hex(KEY_ID_BYTES).upper()}", secrets.token_urlsafe(SECRET_BYTES)
    )
    write_root_credentials(path, made)
    return made


def read_root_credentials(path: Path) -> RootCredentials | None:
    """Return the key in the file; None where there is none, or half of one."""
    file = configparser.RawConfigParser()
    try:
        file.read_string(path.read_text(encoding="ascii"))
        return RootCredentials(file[PROFILE][KEY_ID], file[PROFILE][SECRET])
    except (FileNotFoundError, KeyError, configparser.Error):
        return None


def write_root_credentials(path: Path, credentials: RootCredentials) -> None:
    """Write it as AWS's own tools do; it is never open to others, nor there in part."""
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    lines = (f"[{PROFILE}]", f"{KEY_ID} = {credentials.key_id}", f"{SECRET} = {credentials.secret}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    scratch.replace(path)
