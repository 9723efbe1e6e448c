"""Reading two sorted streams side by side: rows from the audit's file, objects from S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tooling.repair.audit.checks import Kind, Rules
from tooling.repair.audit.store import AuditStore, Finding
from tooling.repair.keys import announced_image, image_of_rendition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tooling.repair.audit.facts import ObjectFacts

Side = TypeVar("Side")
# More would be held in memory before they are written down.
FINDINGS_BATCH = 500


@dataclass(frozen=True, slots=True)
class ObjectPage:
    """Some of a listing.

    Parameters
    ----------
    objects : list of ObjectFacts
        Sorted by the bytes of their keys.
    marker : dict or None
        Where the listing goes on; None at its end.
    last_key : str or None
        Up to which key the page tells all there is; None at the end.
    """

    objects: list[ObjectFacts]
    marker: dict[str, str] | None
    last_key: str | None


def join(
    rows: Iterable[tuple[int, bytes, Side]], objects: Iterable[ObjectFacts]
) -> Iterator[tuple[int | None, Side | None, ObjectFacts | None]]:
    """Yield rows with the objects of their keys, and either alone where the other lacks.

    Both must be sorted by key. Several rows of one key get the same object.
    """
    waiting = iter(objects)
    found = next(waiting, None)
    met: ObjectFacts | None = None  # the object of the row before, which the next may share
    for place, key, row in rows:
        while found is not None and found.key.encode() <= key:
            if found.key.encode() < key:
                yield None, None, found
            met, found = found, next(waiting, None)
        is_same = met is not None and met.key.encode() == key
        yield place, row, met if is_same else None
    while found is not None:
        yield None, None, found
        found = next(waiting, None)


def compare_originals(
    store: AuditStore,
    pages: Iterable[ObjectPage],
    rules: Rules,
    advanced: Callable[[int], object] = lambda _: None,
) -> None:
    """Compare rows with a listing of the uploads; each page that is done is kept."""
    for page in pages:
        place = store.note("row_place") or 0
        findings: list[Finding] = []
        for at, row, found in join(store.rows(place, page.last_key), page.objects):
            place = at or place
            kind = rules.original(row, found)
            if kind and row:
                findings.append(Finding(kind, row.key, row.image_id))
            elif kind and found:
                findings.append(Finding(kind, found.key, announced_image(found.key)))
            if len(findings) >= FINDINGS_BATCH:
                store.add_findings(findings)
                findings = []
        store.add_findings(findings)
        store.keep(row_place=place, uploads_position=page.marker, uploads_done=not page.marker)
        advanced(len(page.objects))


def compare_renditions(
    store: AuditStore,
    pages: Iterable[ObjectPage],
    rules: Rules,
    advanced: Callable[[int], object] = lambda _: None,
) -> None:
    """Compare what rows list with a listing of the renditions; each page that is done is kept."""
    for page in pages:
        place = store.note("rendition_place") or 0
        findings: list[Finding] = []
        for at, listed, found in join(store.renditions(place, page.last_key), page.objects):
            place = at or place
            kind = rules.rendition(is_listed=listed is not None, found=found)
            if kind is Kind.MISSING_RENDITION and listed:
                image_id, is_served = listed
                if is_served:
                    findings.append(Finding(kind, image_id, image_id))
            elif kind and found:
                findings.append(Finding(kind, found.key, image_of_rendition(found.key)))
            if len(findings) >= FINDINGS_BATCH:
                store.add_findings(findings)
                findings = []
        store.add_findings(findings)
        store.keep(
            rendition_place=place,
            renditions_position=page.marker,
            renditions_done=not page.marker,
        )
        advanced(len(page.objects))
