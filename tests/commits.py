"""Commits for releases that were never made."""

from __future__ import annotations

import hashlib


def commit_of(name: str) -> str:
    """Return what could be a commit, the same for the same name."""
    return hashlib.sha256(name.encode()).hexdigest()[:40]
