"""The Terraform sources that would be applied are those of the release."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed
from tooling.releases.release import terraform_digest

if TYPE_CHECKING:
    from pathlib import Path

    from tooling.releases.release import Release


def checkout(sources: Path, release: Release) -> Answer:
    """Say whether `sources` has the digests that the release names."""
    remedy = f"check out commit {release.short_commit}"
    lock = hashlib.sha256((sources / ".terraform.lock.hcl").read_bytes()).hexdigest()
    if lock != release.provider_lock_digest:
        return failed(f"The lock of the providers is not that of the release: {remedy}.")
    found = terraform_digest(sources)
    if found != release.terraform_digest:
        return failed(
            f"{sources.name}/ is {found}, that of the release is "
            f"{release.terraform_digest}: {remedy}."
        )
    return passed(f"{sources.name}/ is {found}, as in the release.")
