"""Gate ``artifacts``: each zip, hashed again, is what the release says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tooling.gates.gate import Answer, failed, passed, unknown

if TYPE_CHECKING:
    from tooling.releases.artifact_copy import Copied


def artifacts(copied: Copied) -> Answer:
    """Judge what came of hashing the zips again."""
    if not copied.faults:
        functions = sorted(copied.release.functions.items())
        hashed = ", ".join(f"{name} {published.sha256}" for name, published in functions)
        return passed(f"Hashed again: {hashed}.")
    faults = ", ".join(" ".join(str(fault).split()) for fault in copied.faults)
    if copied.changed:
        return failed(f"In {copied.source} {faults}: somebody has changed it.")
    return unknown(f"From {copied.source}: {faults}")
