"""Reading two sorted streams side by side: rows from the audit's file, objects from S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from media.model.keys import identify_upload, image_of_rendition
from tooling.repair.audit.checks import Kind, Rules
from tooling.repair.audit.store import AuditStore, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tooling.repair.audit.facts import ObjectFacts, RowFacts

    Advanced = Callable[[int], object]

Row = TypeVar("Row")
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
    rows: Iterable[tuple[int, bytes, Row]], objects: Iterable[ObjectFacts]
) -> Iterator[tuple[int | None, Row | None, ObjectFacts | None]]:
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
    bucket: str,
    advanced: Advanced = lambda _: None,
) -> None:
    """Compare rows with a listing of a bucket's uploads; each page that is done is kept."""

    def judge(row: RowFacts | None, found: ObjectFacts | None) -> Finding | None:
        kind = rules.original(row, found)
        if kind and row:
            return Finding(kind, row.key, row.image_id)
        if kind and found:
            return Finding(kind, found.key, identify_upload(bucket, found.key).image_id)
        return None

    _compare(store, pages, Side("uploads", store.rows, judge), advanced)


def compare_renditions(
    store: AuditStore,
    pages: Iterable[ObjectPage],
    rules: Rules,
    advanced: Advanced = lambda _: None,
) -> None:
    """Compare what rows list with a listing of the renditions; each page that is done is kept."""

    def judge(listed: tuple[str, bool] | None, found: ObjectFacts | None) -> Finding | None:
        kind = rules.rendition(is_listed=listed is not None, found=found)
        if kind is Kind.MISSING_RENDITION and listed:
            image_id, is_served = listed
            return Finding(kind, image_id, image_id) if is_served else None
        return Finding(kind, found.key, image_of_rendition(found.key)) if kind and found else None

    _compare(store, pages, Side("renditions", store.renditions, judge), advanced)


@dataclass(frozen=True, slots=True)
class Side(Generic[Row]):
    """What a listing is compared with: where it is noted, its rows in order, and the judgement."""

    name: str
    rows: Callable[[int, str | None], Iterable[tuple[int, bytes, Row]]]
    judge: Callable[[Row | None, ObjectFacts | None], Finding | None]


def _compare(
    store: AuditStore, pages: Iterable[ObjectPage], side: Side[Row], advanced: Advanced
) -> None:
    for page in pages:
        place = store.note(f"{side.name}_place") or 0
        findings: list[Finding] = []
        for at, row, found in join(side.rows(place, page.last_key), page.objects):
            place = at or place
            finding = side.judge(row, found)
            if finding:
                findings.append(finding)
            if len(findings) >= FINDINGS_BATCH:
                store.add_findings(findings)
                findings = []
        store.add_findings(findings)
        done = {"place": place, "position": page.marker, "done": not page.marker}
        store.keep(**{f"{side.name}_{name}": value for name, value in done.items()})
        advanced(len(page.objects))
