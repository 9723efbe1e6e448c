"""One audit of synthetic images in a process of its own: everything but AWS."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from tests.benchmarks.machine import MEBIBYTE, peak_bytes
from tooling.repair.audit.checks import Rules
from tooling.repair.audit.comparison import ObjectPage, compare_originals, compare_renditions
from tooling.repair.audit.facts import ObjectFacts, RowFacts
from tooling.repair.audit.store import AuditStore

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 1000
OWNER = "6f1c2d3e-0000-4000-8000-00000000000a"
RENDITIONS = ("large", "small", "thumb")
WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
UPLOADED_AT = "2026-11-01T00:00:00.000Z"
SHA256 = "ab" * 32
# A prime that no count of entries is a multiple of: steps of it visit each entry once, in disorder.
STRIDE = 1_299_709
# Of so many images one has lost its row, and another an object.
EVERY = 997


def image(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-{number:012x}"


def keys(number: int) -> tuple[str, list[str]]:
    renditions = [f"renditions/{image(number)}/{'d' * 32}/{name}.webp" for name in RENDITIONS]
    return f"uploads/{OWNER}/{image(number)}", renditions


def row_pages(entries: int) -> Iterator[list[RowFacts]]:
    """Yield rows as a scan does: in no order."""
    for start in range(0, entries, PAGE):
        numbers = ((at * STRIDE) % entries for at in range(start, min(start + PAGE, entries)))
        yield [_row(number) for number in numbers if number % EVERY]


def _row(number: int) -> RowFacts:
    key, renditions = keys(number)
    return RowFacts(
        image_id=image(number),
        key=key,
        status="ready",
        owner=OWNER,
        uploaded_at=UPLOADED_AT,
        version_id="v" * 32,
        sha256=SHA256,
        listed_at=f"{UPLOADED_AT}#{image(number)}",
        month_shard="2026-11#0",
        owner_sha256=f"{OWNER}#{SHA256}",
        renditions=tuple(renditions),
    )


def object_pages(entries: int, *, are_renditions: bool) -> Iterator[ObjectPage]:
    """Yield objects as S3 lists them: in order."""
    some: list[ObjectFacts] = []
    for number in range(entries):
        if number % EVERY == 1:
            continue
        original, renditions = keys(number)
        wanted = renditions if are_renditions else [original]
        some += [ObjectFacts(key, "v" * 32, WRITTEN) for key in wanted]
        if len(some) >= PAGE:
            yield ObjectPage(some, {"at": some[-1].key}, some[-1].key)
            some = []
    yield ObjectPage(some, None, None)


def main() -> None:
    """Audit so many images, and print what that took."""
    entries, path = int(sys.argv[1]), Path(sys.argv[2], "audit.sqlite")
    began = perf_counter()
    store = AuditStore(path)
    for rows in row_pages(entries):
        store.add_rows(rows)
    store.sort()
    rules = Rules(datetime(2026, 11, 24, tzinfo=UTC), month_shards=1)
    compare_originals(store, object_pages(entries, are_renditions=False), rules, "media")
    compare_renditions(store, object_pages(entries, are_renditions=True), rules)
    peak = peak_bytes(os.getpid()) / MEBIBYTE
    measured = {
        "images": entries,
        "peak_mib": round(peak, 1),
        "seconds": round(perf_counter() - began, 1),
        "disk_mib": round(path.stat().st_size / MEBIBYTE, 1),
        "differences": sum(sum(states.values()) for states in store.counts().values()),
    }
    sys.stdout.write(json.dumps(measured))


if __name__ == "__main__":
    main()
